// What OptionParser shows to an options struct: one visitor describes it to Boost.ProgramOptions,
// one assigns what the user gave.
#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/options.h"
#include "tools/option_parser.h"

namespace weft {

/// Describes each option twice: for the help, and for the parser.
class OptionDescriber : public OptionVisitor {
 public:
  using Description = boost::program_options::options_description;
  OptionDescriber(Description& help, Description& parser) : help_(help), parser_(parser) {}

  using OptionVisitor::choice;
  using OptionVisitor::integer;
  void flag(const char* name, bool& value, const char* help) override;
  void integer(const char* name, std::int64_t& value, std::int64_t low, std::int64_t high,
               const char* help) override;
  void number(const char* name, double& value, double low, double high, const char* help) override;
  void text(const char* name, std::string& value, const char* help) override;
  void files(const char* name, std::vector<std::string>& value, std::size_t most,
             const char* help) override;
  void file(const char* name, std::string& value, const char* help) override;
  void integers(const char* name, std::vector<std::int64_t>& value, std::int64_t low,
                std::int64_t high, const char* help) override;
  void choice(const char* name, int& value, const std::vector<std::string>& names,
              const char* help) override;
  void only_for(const char* choice, const std::vector<std::string>& names,
                const std::function<void()>& body) override;

 private:
  void add(const char* name, const char* kind, const std::string& standard,
           const std::string& help);
  Description& help_;
  Description& parser_;
  std::string only_for_;  // begins the help: "adam, adamw: "
};

/// The options' names, as the user may write them: a flag has two.
class OptionNames : public OptionVisitor {
 public:
  using OptionVisitor::choice;
  using OptionVisitor::integer;
  void flag(const char* name, bool&, const char*) override;
  void integer(const char* name, std::int64_t&, std::int64_t, std::int64_t, const char*) override {
    names.insert(name);
  }
  void number(const char* name, double&, double, double, const char*) override {
    names.insert(name);
  }
  void text(const char* name, std::string&, const char*) override { names.insert(name); }
  void files(const char* name, std::vector<std::string>&, std::size_t most, const char*) override {
    names.insert(name);
    values[name] = most;
  }
  void integers(const char* name, std::vector<std::int64_t>&, std::int64_t, std::int64_t,
                const char*) override {
    names.insert(name);
  }
  void choice(const char* name, int&, const std::vector<std::string>&, const char*) override {
    names.insert(name);
  }

  std::set<std::string> names;
  std::set<std::string> flags;                // those that take no value on the command line
  std::map<std::string, std::size_t> values;  // how many those take that may have several
};

/// Finds the options that the values of others leave without effect.
class IdleOptions : public OptionNames {
 public:
  using OptionNames::choice;
  void choice(const char* name, int& value, const std::vector<std::string>& all,
              const char* help) override {
    OptionNames::choice(name, value, all, help);
    chosen_[name] = all.at(static_cast<std::size_t>(value));
  }
  void only_for(const char* choice, const std::vector<std::string>& wanted,
                const std::function<void()>& body) override;
  void only_with(const char* option, bool is_on, const std::function<void()>& body) override;

  std::map<std::string, std::string> idle;  // what each would need: "--output sampled"

 private:
  /// What `body` visits needs `what`, and has it if `there`.
  void need(const std::string& what, bool there, const std::function<void()>& body);

  std::map<std::string, std::string> chosen_;
};

/// Writes what was given into the struct; the rest keeps its value. Throws UserError.
class OptionAssigner : public OptionVisitor {
 public:
  explicit OptionAssigner(const GivenOptions& given) : given_(given) {}

  using OptionVisitor::choice;
  using OptionVisitor::integer;
  void flag(const char* name, bool& value, const char* help) override;
  void integer(const char* name, std::int64_t& value, std::int64_t low, std::int64_t high,
               const char* help) override;
  void number(const char* name, double& value, double low, double high, const char* help) override;
  void text(const char* name, std::string& value, const char* help) override;
  void files(const char* name, std::vector<std::string>& value, std::size_t most,
             const char* help) override;
  void integers(const char* name, std::vector<std::int64_t>& value, std::int64_t low,
                std::int64_t high, const char* help) override;
  void choice(const char* name, int& value, const std::vector<std::string>& names,
              const char* help) override;

 private:
  const GivenOption* find(const char* name) const;
  const GivenOptions& given_;
};

/// Throws UserError, saying why, if one of the struct's options was given, except those that others
/// have as well.
template <class Options>
void refuse(const OptionParser& parser, Options& options, const char* why,
            const std::set<std::string>& others = {"encoding", "seed"}) {
  OptionNames names;
  options.visit(names);
  for (const std::string& name : names.names)
    if (!others.contains(name) && parser.given(name)) {
      const std::string recipe = parser.given_by_recipe(name);
      throw UserError(std::string(why) + "; leave out " +
                      (recipe.empty() ? "--" + name : "--recipe " + recipe));
    }
}

}  // namespace weft
