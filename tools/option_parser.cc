#include "tools/option_parser.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <iomanip>
#include <iostream>
#include <numeric>
#include <sstream>

#include "base/error.h"
#include "base/json_options.h"
#include "corpora/line_reader.h"
#include "tools/option_visitors.h"
#include "tools/output.h"
#include "tools/recipes.h"

namespace weft {
namespace {

namespace po = boost::program_options;

/// Levenshtein's distance: how many letters to insert, delete or replace.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

/// " (did you mean X?)", or nothing if no name is near.
std::string suggestion(const std::string& name, const std::set<std::string>& names,
                       const std::string& dashes) {
  std::string nearest;
  std::size_t least = name.size() < 3 ? 1 : name.size() / 3 + 2;  // all are near to two letters
  for (const auto& candidate : names) {
    const bool begins = name.size() > 2 && candidate.starts_with(name);
    const std::size_t distance = begins ? 0 : edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : " (did you mean " + dashes + nearest + "?)";
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Several values stand apart by white space; one that holds some stands between quotes.
void split_values(GivenOption& option) {
  std::istringstream text(option.value);
  std::vector<std::string> values;
  for (std::string value; text >> std::quoted(value);) values.push_back(value);
  if (values.empty()) return;
  option.value = values.front();
  option.more.assign(values.begin() + 1, values.end());
}

/// The options that every command has; where nothing is computed or drawn, the last two do nothing.
struct CommonOptions {
  explicit CommonOptions(const OptionNames& known)
      : threads_(!known.names.count("threads")), seed_(!known.names.count("seed")) {}
  void visit(OptionVisitor& v) {
    v.file("config", config, "file with options, a line 'name = value' each");
    v.flag("help", help, "this text");
    if (threads_) v.integer("threads", ignored, 0, 1024, "of no consequence here");
    if (seed_) v.integer("seed", ignored, 0, INT64_MAX, "of no consequence here");
  }

 private:
  bool threads_, seed_;  // not among the command's own
  bool help = false;
  std::string config;
  std::int64_t ignored = 0;
};

}  // namespace

std::string OptionParser::hint() const { return "; see weft " + command_ + " --help"; }

/// `no-name` says false to `name`; a flag without a value says true.
void OptionParser::give(const std::set<std::string>& flags, std::string name, GivenOption option,
                        GivenOptions& given) const {
  if (flags.count(name) && name.starts_with("no-")) {
    name.erase(0, 3);
    option.value = "false";
  }
  const auto [there, added] = given.emplace(name, option);
  if (added) return;
  if (!repeatable_.count(name))
    throw UserError(option.origin + " is given twice; keep one of them");
  there->second.value += "\n" + option.value;
}

/// `name = value` lines; empty ones and those that begin with # are passed over.
GivenOptions OptionParser::read_config(const std::string& path, const OptionNames& known) const {
  std::vector<std::string> lines;
  LineReader reader(path, {.utf8_alone = true});
  for (std::string line; reader.next(line);) lines.push_back(line);
  return read_options(lines, path, known);
}

GivenOptions OptionParser::read_options(const std::vector<std::string>& lines,
                                        const std::string& source, const OptionNames& known) const {
  GivenOptions given;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const std::string line = trimmed(lines[n]);
    if (line.empty() || line[0] == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string::npos)
      throw FormatError::at_line(source, n + 1, "an option is written 'name = value'");
    const std::string name = trimmed(line.substr(0, equals));
    const std::string place = source + ":" + std::to_string(n + 1);
    if (name == "config" || name == "help") {
      throw UserError(place + ": option " + name + " belongs on the command line; leave it out");
    }
    if (others_.count(name)) continue;
    if (known.flags.count(name) && name.starts_with("no-")) {
      throw UserError(place + ": a file says it without 'no-'; write " + name.substr(3) + " = no");
    }
    if (!known.names.count(name)) {
      if (passes_on_) continue;
      throw UserError(place + ": unknown option '" + name + "'" +
                      suggestion(name, known.names, "") + hint());
    }
    GivenOption option{trimmed(line.substr(equals + 1)), place + ": option " + name, {}};
    if (known.values.count(name)) split_values(option);
    give(known.flags, name, std::move(option), given);
  }
  return given;
}

bool OptionParser::parse(const Arguments& arguments) {
  if (!read(arguments)) return false;
  assign();
  warn_of_idle();
  return true;
}

bool OptionParser::read(const Arguments& arguments) {
  if (arguments == Arguments{"-h"}) return read({"--help"});
  po::options_description help, described;
  OptionDescriber describer(help, described);
  OptionNames known;
  for (const Group& group : groups_) {
    group.visit(describer);
    group.visit(known);
  }
  CommonOptions common(known);
  common.visit(describer);
  common.visit(known);

  namespace style = po::command_line_style;
  try {
    const auto parsed =
        po::command_line_parser(arguments)
            .options(described)
            .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
            .allow_unregistered()
            .run();
    for (const auto& option : parsed.options) {
      if (passes_on_ && (option.string_key.empty() || option.unregistered)) {
        rest_.insert(rest_.end(), option.original_tokens.begin(), option.original_tokens.end());
        continue;
      }
      if (option.string_key.empty()) {
        positional_values_.insert(positional_values_.end(), option.value.begin(),
                                  option.value.end());
        continue;
      }
      const std::string name = "--" + option.string_key;
      if (option.unregistered) {
        throw UserError("unknown option " + name +
                        suggestion(option.string_key, known.names, "--") + hint());
      }
      GivenOption given{option.value.empty() ? "true" : option.value.front(), "option " + name, {}};
      const auto most = known.values.find(option.string_key);
      if (most != known.values.end()) take_values(option.value, most->second, given);
      give(known.flags, option.string_key, std::move(given), given_);
    }
    give_back_positionals();
  } catch (const po::error& error) {
    throw UserError(error.what() + hint());
  }
  if (given("help")) {
    print_help(std::cout);
    return false;
  }
  if (given("config")) given_.merge(read_config(given_value("config"), known));
  if (given("recipe")) {
    const std::string name = given_value("recipe");
    given_.merge(read_options(recipe_lines(name), "recipe " + name, known));
  }
  return true;
}

/// An option with several values takes every word up to the next option. Those beyond its number
/// are arguments without a name.
void OptionParser::take_values(const std::vector<std::string>& words, std::size_t most,
                               GivenOption& given) {
  const std::size_t own = std::min(words.size(), most);
  for (std::size_t i = 1; i < own; ++i) given.more.push_back(words[i]);
  for (std::size_t i = own; i < words.size(); ++i) positional_values_.push_back(words[i]);
}

/// `--data FILE MODEL`: where an argument without a name is missing, it is the last value of an
/// option with several.
void OptionParser::give_back_positionals() {
  for (auto& [name, option] : given_) {
    if (positional_values_.size() >= positionals_.size()) return;
    if (option.more.empty()) continue;
    positional_values_.push_back(option.more.back());
    option.more.pop_back();
  }
}

std::string OptionParser::given_by_recipe(const std::string& name) const {
  const auto found = given_.find(name);
  const bool by_recipe = found != given_.end() && found->second.origin.starts_with("recipe ");
  return by_recipe ? given_value("recipe") : "";
}

std::string OptionParser::given_value(const std::string& name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? "" : found->second.value;
}

void OptionParser::fill(const nlohmann::json& values, const std::string& source) {
  JsonOptionReader reader(values, source);
  for (const Group& group : groups_) group.visit(reader);
}

void OptionParser::assign() {
  if (positional_values_.size() > positionals_.size()) {
    throw UserError("unexpected argument '" + positional_values_[positionals_.size()] + "'" +
                    hint());
  }
  if (positional_values_.size() < positionals_.size()) {
    const Positional& missing = positionals_[positional_values_.size()];
    throw UserError(std::string(missing.name) + " (" + missing.help + ") is missing" + hint());
  }
  for (std::size_t i = 0; i < positionals_.size(); ++i) {
    *positionals_[i].value = positional_values_[i];
  }
  OptionAssigner assigner(given_);
  for (const Group& group : groups_) group.visit(assigner);
}

void OptionParser::warn_of_idle() const {
  IdleOptions options;
  for (const Group& group : groups_) group.visit(options);
  for (const auto& [name, needed] : options.idle) {
    const auto given = given_.find(name);
    const std::string option = "option --" + name;
    if (given != given_.end() && given->second.origin == option)
      warn(option + " has an effect only with " + needed);
  }
}

nlohmann::json OptionParser::values() const {
  nlohmann::json values = nlohmann::json::object();
  JsonOptionWriter writer(values);
  for (const Group& group : groups_) group.visit(writer);
  return values;
}

void OptionParser::print_help(std::ostream& out) const {
  constexpr unsigned kWidth = 100, kHelpWidth = 64;
  out << "weft " << command_ << " " << usage_ << "\n\n" << summary_ << "\n";
  if (!positionals_.empty()) out << "\n";
  for (const Positional& positional : positionals_) {
    out << "  " << positional.name << ": " << positional.help << "\n";
  }
  po::options_description ignored;
  const auto print = [&](const std::string& title, const Visit& visit) {
    po::options_description help(title, kWidth, kHelpWidth);
    OptionDescriber describer(help, ignored);
    visit(describer);
    out << "\n" << help;
  };
  OptionNames known;
  for (const Group& group : groups_) {
    print(group.title, group.visit);
    group.visit(known);
  }
  CommonOptions common(known);
  print("Everywhere", [&](OptionVisitor& visitor) { common.visit(visitor); });
}

void require_option(const std::string& value, const char* name, const char* what) {
  if (value.empty()) throw UserError(std::string("option --") + name + " is missing: " + what);
}

}  // namespace weft
