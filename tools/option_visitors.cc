#include "tools/option_visitors.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/error.h"

namespace weft {
namespace {

namespace po = boost::program_options;

template <class Number>
std::string format(Number value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

/// Bounds that nobody would reach are not worth a reader's time.
constexpr double kFar = 1e6;

template <class Number>
std::string bounds(Number low, Number high) {
  if (static_cast<double>(high) >= kFar) return low == 0 ? "" : " (at least " + format(low) + ")";
  return " (" + format(low) + " to " + format(high) + ")";
}

template <class Number>
std::string between(Number low, Number high) {
  return "between " + format(low) + " and " + format(high);
}

std::string join(const std::vector<std::string>& names, const char* separator) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : separator) + name;
  return text;
}

std::string join(const std::vector<std::int64_t>& values) {
  std::vector<std::string> names;
  for (const std::int64_t value : values) names.push_back(std::to_string(value));
  return join(names, ",");
}

/// False unless the whole of `text` is one number.
template <class Number>
bool parse_whole(std::string_view text, Number& value) {
  const char* end = text.data() + text.size();
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

template <class Number>
Number parse_bounded(std::string_view text, Number low, Number high, const char* kind,
                     const std::string& origin) {
  Number value{};
  if (!parse_whole(text, value)) {
    throw UserError(origin + " must be " + kind + " " + between(low, high) + ", not '" +
                    std::string(text) + "'");
  }
  // Written so that a NaN is refused too.
  if (!(value >= low && value <= high)) {
    throw UserError(origin + " must lie " + between(low, high) + ", not " + std::string(text));
  }
  return value;
}

}  // namespace

void OptionDescriber::add(const char* name, const char* kind, const std::string& standard,
                          const std::string& help) {
  auto* value = po::value<std::string>()->value_name(kind);
  if (!standard.empty()) value->default_value(standard);
  help_.add_options()(name, value, (only_for_ + help).c_str());
  parser_.add_options()(name, po::value<std::string>(), "");
}

void OptionDescriber::flag(const char* name, bool& value, const char* help) {
  const std::string no = std::string("no-") + name;
  const std::string all = only_for_ + help;
  if (value) {
    help_.add_options()((std::string("[no-]") + name).c_str(),
                        (all + " (on unless --" + no + ")").c_str());
  } else {
    help_.add_options()(name, all.c_str());
  }
  parser_.add_options()(name, "")(no.c_str(), "");
}

void OptionDescriber::integer(const char* name, std::int64_t& value, std::int64_t low,
                              std::int64_t high, const char* help) {
  add(name, "N", std::to_string(value), help + bounds(low, high));
}

void OptionDescriber::number(const char* name, double& value, double low, double high,
                             const char* help) {
  add(name, "X", format(value), help + bounds(low, high));
}

void OptionDescriber::text(const char* name, std::string& value, const char* help) {
  add(name, "TEXT", value, help);
}

void OptionDescriber::file(const char* name, std::string& value, const char* help) {
  add(name, "FILE", value, help);
}

void OptionDescriber::files(const char* name, std::vector<std::string>& value, std::size_t most,
                            const char* help) {
  if (most < 2) return add(name, "FILE", join(value, " "), help);
  help_.add_options()(name, po::value<std::string>()->value_name("FILE [FILE]"), help);
  parser_.add_options()(name, po::value<std::vector<std::string>>()->multitoken(), "");
}

void OptionDescriber::integers(const char* name, std::vector<std::int64_t>& value, std::int64_t low,
                               std::int64_t high, const char* help) {
  add(name, "N,N,…", join(value), help + bounds(low, high));
}

void OptionDescriber::choice(const char* name, int& value, const std::vector<std::string>& names,
                             const char* help) {
  add(name, "NAME", names.at(static_cast<std::size_t>(value)),
      std::string(help) + ": " + join(names, " | "));
}

void OptionDescriber::only_for(const char*, const std::vector<std::string>& names,
                               const std::function<void()>& body) {
  only_for_ = join(names, ", ") + ": ";
  body();
  only_for_.clear();
}

void OptionNames::flag(const char* name, bool&, const char*) {
  for (const auto& spelling : {std::string(name), std::string("no-") + name}) {
    names.insert(spelling);
    flags.insert(spelling);
  }
}

void IdleOptions::only_for(const char* choice, const std::vector<std::string>& wanted,
                           const std::function<void()>& body) {
  const bool there = std::find(wanted.begin(), wanted.end(), chosen_.at(choice)) != wanted.end();
  need(choice + (" " + join(wanted, " or ")), there, body);
}

void IdleOptions::only_with(const char* option, bool is_on, const std::function<void()>& body) {
  need(option, is_on, body);
}

void IdleOptions::need(const std::string& what, bool there, const std::function<void()>& body) {
  const std::set<std::string> before = names;
  body();
  if (there) return;
  for (const std::string& name : names)
    if (!before.count(name)) idle[name] = "--" + what;
}

const GivenOption* OptionAssigner::find(const char* name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? nullptr : &found->second;
}

void OptionAssigner::flag(const char* name, bool& value, const char*) {
  const GivenOption* given = find(name);
  if (!given) return;
  if (given->value == "true" || given->value == "yes" || given->value == "on") {
    value = true;
  } else if (given->value == "false" || given->value == "no" || given->value == "off") {
    value = false;
  } else {
    throw UserError(given->origin + " must be true or false, not '" + given->value + "'");
  }
}

void OptionAssigner::integer(const char* name, std::int64_t& value, std::int64_t low,
                             std::int64_t high, const char*) {
  if (const GivenOption* given = find(name)) {
    value = parse_bounded(given->value, low, high, "a whole number", given->origin);
  }
}

void OptionAssigner::number(const char* name, double& value, double low, double high, const char*) {
  if (const GivenOption* given = find(name)) {
    value = parse_bounded(given->value, low, high, "a number", given->origin);
  }
}

void OptionAssigner::text(const char* name, std::string& value, const char*) {
  if (const GivenOption* given = find(name)) value = given->value;
}

void OptionAssigner::files(const char* name, std::vector<std::string>& value, std::size_t most,
                           const char*) {
  const GivenOption* given = find(name);
  if (!given) return;
  value = {given->value};
  value.insert(value.end(), given->more.begin(), given->more.end());
  if (value.size() > most)
    throw UserError(given->origin + " takes at most " + std::to_string(most) + " files, not '" +
                    join(value, " ") + "'");
}

void OptionAssigner::integers(const char* name, std::vector<std::int64_t>& value, std::int64_t low,
                              std::int64_t high, const char*) {
  const GivenOption* given = find(name);
  if (!given) return;
  value.clear();
  std::istringstream items(given->value + ",");
  for (std::string item; std::getline(items, item, ',');) {
    value.push_back(
        parse_bounded(item, low, high, "whole numbers joined by commas, each", given->origin));
  }
}

void OptionAssigner::choice(const char* name, int& value, const std::vector<std::string>& names,
                            const char*) {
  const GivenOption* given = find(name);
  if (!given) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == given->value) {
      value = static_cast<int>(i);
      return;
    }
  }
  throw UserError(given->origin + " must be one of " + join(names, ", ") + ", not '" +
                  given->value + "'");
}

}  // namespace weft
