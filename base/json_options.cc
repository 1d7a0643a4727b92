#include "base/json_options.h"

#include <cstdint>
#include <sstream>

#include "base/error.h"

namespace weft {

void JsonOptionWriter::flag(const char* name, bool& value, const char*) { object_[name] = value; }

void JsonOptionWriter::integer(const char* name, std::int64_t& value, std::int64_t, std::int64_t,
                               const char*) {
  object_[name] = value;
}

void JsonOptionWriter::number(const char* name, double& value, double, double, const char*) {
  object_[name] = value;
}

void JsonOptionWriter::text(const char* name, std::string& value, const char*) {
  object_[name] = value;
}

void JsonOptionWriter::files(const char* name, std::vector<std::string>& value, std::size_t,
                             const char*) {
  if (value.size() < 2) {
    object_[name] = value.empty() ? std::string() : value.front();
  } else {
    object_[name] = value;
  }
}

void JsonOptionWriter::integers(const char* name, std::vector<std::int64_t>& value, std::int64_t,
                                std::int64_t, const char*) {
  object_[name] = value;
}

void JsonOptionWriter::choice(const char* name, int& value, const std::vector<std::string>& names,
                              const char*) {
  object_[name] = names.at(static_cast<std::size_t>(value));
}

namespace {

using Json = nlohmann::json;

const Json* find(const Json& object, const char* name, const std::string& source) {
  if (!object.is_object()) throw FormatError(source, "the options are not a JSON object");
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

[[noreturn]] void wrong(const std::string& source, const char* name, const std::string& expected) {
  throw FormatError(source, std::string("option '") + name + "' must be " + expected);
}

template <class Number>
std::string range(Number low, Number high) {
  std::ostringstream text;
  text << "from " << low << " to " << high;
  return text.str();
}

std::int64_t checked_integer(const Json& value, std::int64_t low, std::int64_t high,
                             const std::string& source, const char* name) {
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX)
                        : value.is_number_integer();
  if (!fits || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) {
    wrong(source, name, "a whole number " + range(low, high));
  }
  return value.get<std::int64_t>();
}

}  // namespace

void JsonOptionReader::flag(const char* name, bool& value, const char*) {
  const Json* found = find(object_, name, source_);
  if (!found) return;
  if (!found->is_boolean()) wrong(source_, name, "true or false");
  value = found->get<bool>();
}

void JsonOptionReader::integer(const char* name, std::int64_t& value, std::int64_t low,
                               std::int64_t high, const char*) {
  if (const Json* found = find(object_, name, source_)) {
    value = checked_integer(*found, low, high, source_, name);
  }
}

void JsonOptionReader::number(const char* name, double& value, double low, double high,
                              const char*) {
  const Json* found = find(object_, name, source_);
  if (!found) return;
  // Written so that a NaN is refused too.
  if (!found->is_number() || !(found->get<double>() >= low && found->get<double>() <= high)) {
    wrong(source_, name, "a number " + range(low, high));
  }
  value = found->get<double>();
}

void JsonOptionReader::text(const char* name, std::string& value, const char*) {
  const Json* found = find(object_, name, source_);
  if (!found) return;
  if (!found->is_string()) wrong(source_, name, "a string");
  value = found->get<std::string>();
}

void JsonOptionReader::files(const char* name, std::vector<std::string>& value, std::size_t most,
                             const char*) {
  const Json* found = find(object_, name, source_);
  if (!found) return;
  const Json list = found->is_string() ? Json::array({*found}) : *found;
  std::vector<std::string> read;
  for (const Json& item : list) {
    if (!list.is_array() || !item.is_string()) wrong(source_, name, "a file or a list of files");
    if (!item.get_ref<const std::string&>().empty()) read.push_back(item.get<std::string>());
  }
  if (read.size() > most) wrong(source_, name, "at most " + std::to_string(most) + " files");
  value = std::move(read);
}

void JsonOptionReader::integers(const char* name, std::vector<std::int64_t>& value,
                                std::int64_t low, std::int64_t high, const char*) {
  const Json* found = find(object_, name, source_);
  if (!found) return;
  if (!found->is_array()) wrong(source_, name, "a list of whole numbers " + range(low, high));
  std::vector<std::int64_t> read;
  for (const Json& item : *found) read.push_back(checked_integer(item, low, high, source_, name));
  value = std::move(read);
}

void JsonOptionReader::choice(const char* name, int& value, const std::vector<std::string>& names,
                              const char*) {
  const Json* found = find(object_, name, source_);
  if (!found) return;
  if (found->is_string()) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == found->get_ref<const std::string&>()) {
        value = static_cast<int>(i);
        return;
      }
    }
  }
  std::string expected = "one of";
  for (const auto& choice : names) expected += " " + choice;
  wrong(source_, name, expected);
}

}  // namespace weft
