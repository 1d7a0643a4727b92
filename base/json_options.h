// Options structs as JSON objects: how they ride in model files and checkpoints.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/options.h"

namespace weft {

/// Collects every visited field into a JSON object, choices by name, a single file as a string,
/// several as a list.
class JsonOptionWriter : public OptionVisitor {
 public:
  explicit JsonOptionWriter(nlohmann::json& object) : object_(object) {}
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
  nlohmann::json& object_;
};

/// Fills every visited field that the object has; throws FormatError with `source` if one has the
/// wrong type or lies outside its bounds.
class JsonOptionReader : public OptionVisitor {
 public:
  JsonOptionReader(const nlohmann::json& object, std::string source)
      : object_(object), source_(std::move(source)) {}
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
  const nlohmann::json& object_;
  std::string source_;
};

template <class Options>
nlohmann::json options_to_json(Options options) {
  nlohmann::json object = nlohmann::json::object();
  JsonOptionWriter writer(object);
  options.visit(writer);
  return object;
}

template <class Options>
Options options_from_json(const nlohmann::json& object, const std::string& source) {
  Options options;
  JsonOptionReader reader(object, source);
  options.visit(reader);
  return options;
}

}  // namespace weft
