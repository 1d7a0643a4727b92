// From what a user types, or keeps in a file, to options structs.
//
//   OptionParser parser("test", "MODEL --data FILE", "Measures a model on held-out data.");
//   parser.positional("MODEL", model, "the model file");
//   parser.group("Data", reader);
//   if (!parser.parse(arguments)) return;  // --help was asked for and answered
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "base/options.h"

namespace weft {

using Arguments = std::vector<std::string>;

/// A value as the user wrote it, and where: "option --hidden" or "run.conf:3: option hidden".
struct GivenOption {
  std::string value;
  std::string origin;
  std::vector<std::string> more;  // values, of an option that may have several
};
using GivenOptions = std::map<std::string, GivenOption>;

class OptionNames;

class OptionParser {
 public:
  using Visit = std::function<void(OptionVisitor&)>;

  /// `command`: "train lm"; `usage`: what follows it on the line; `summary`: what it does.
  OptionParser(std::string command, std::string usage, std::string summary)
      : command_(std::move(command)), usage_(std::move(usage)), summary_(std::move(summary)) {}

  /// Options under a heading of the help. The struct holds the defaults now, and the values after
  /// assign(); it must outlive the parser.
  template <class Options>
  void group(const std::string& title, Options& options) {
    groups_.push_back({title, [&options](OptionVisitor& visitor) { options.visit(visitor); }});
  }
  /// A required argument without a name, in order.
  void positional(const char* name, std::string& value, const char* help) {
    positionals_.push_back({name, &value, help});
  }

  /// read() and assign(). False if help was asked for: it is on stdout, nothing else is to do.
  bool parse(const Arguments& arguments);

  /// Finds out what is given on the command line and in the file of `--config`, whose values count
  /// where the command line is silent. Throws UserError for an unknown option (with the nearest
  /// known one), one given twice, or one without its value. Where both are silent, the recipe that
  /// an option `--recipe` names (train/recipes) has its say.
  bool read(const Arguments& arguments);
  /// For before read(): an option that may be given several times; its values are joined, a line
  /// each.
  void repeatable(const std::string& name) { repeatable_.insert(name); }
  /// For before read(): unknown options and arguments without a name are not refused but kept, as
  /// they were, in rest(); unknown options of a `--config` file are passed over.
  void pass_on() { passes_on_ = true; }
  const Arguments& rest() const { return rest_; }
  /// For before read(): options that, in a `--config` file, are somebody else's.
  void leave_to_others(const std::set<std::string>& names) { others_ = names; }
  bool given(const std::string& name) const { return given_.count(name) > 0; }
  /// The recipe that gave it; empty if none did.
  std::string given_by_recipe(const std::string& name) const;
  /// The value of an option as the user wrote it, before assign(); empty if there is none.
  std::string given_value(const std::string& name) const;
  /// Fills the structs from a JSON object that values() made, before assign() goes over them.
  void fill(const nlohmann::json& values, const std::string& source);
  /// Writes what was given into the structs. Throws UserError for a value of the wrong kind or out
  /// of bounds, or a missing positional argument.
  void assign();
  /// For after assign(): warns of each option on the command line that the values of others leave
  /// without effect. Config files may well hold such options.
  void warn_of_idle() const;
  /// Every option and its value.
  nlohmann::json values() const;

  void print_help(std::ostream& out) const;

 private:
  struct Group {
    std::string title;
    Visit visit;
  };
  struct Positional {
    const char* name;
    std::string* value;
    const char* help;
  };
  std::string hint() const;
  void give(const std::set<std::string>& flags, std::string name, GivenOption option,
            GivenOptions& given) const;
  GivenOptions read_config(const std::string& path, const OptionNames& known) const;
  GivenOptions read_options(const std::vector<std::string>& lines, const std::string& source,
                            const OptionNames& known) const;
  void take_values(const std::vector<std::string>& words, std::size_t most, GivenOption& given);
  void give_back_positionals();

  std::string command_;
  std::string usage_;
  std::string summary_;
  std::vector<Group> groups_;
  std::vector<Positional> positionals_;
  std::vector<std::string> positional_values_;
  GivenOptions given_;
  std::set<std::string> repeatable_, others_;
  bool passes_on_ = false;
  Arguments rest_;
};

/// Throws UserError unless `value`, of the option `name`, was set.
void require_option(const std::string& value, const char* name, const char* what);

}  // namespace weft
