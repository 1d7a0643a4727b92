#include "tools/measures.h"

#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tools/output.h"

namespace weft {
namespace {

constexpr std::size_t kColumn = 12;

std::string readable(const nlohmann::json& value) {
  if (value.is_number_integer()) return with_commas(value.get<std::uint64_t>());
  if (value.is_number()) return short_number(value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

/// Those that are one number, or a list of which each has a name.
std::vector<std::pair<std::string, std::string>> single_measures(const nlohmann::json& measures) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [name, value] : measures.items())
    if (!value.is_structured()) result.emplace_back(name, readable(value));
  const nlohmann::json matches = measures.value("exact_match", nlohmann::json::array());
  for (std::size_t n = 0; n < matches.size(); ++n)
    result.emplace_back("exact_match_" + std::to_string(n + 1), readable(matches[n]));
  return result;
}

void print_labels(const nlohmann::json& labels, std::ostream& out) {
  std::size_t name_width = 8;
  for (const auto& [name, measures] : labels.items()) {
    name_width = std::max(name_width, std::min<std::size_t>(one_field(name).size() + 2, 40));
  }
  out << "\n" << padded("label", name_width);
  for (const char* title : {"precision", "recall", "f1", "support"}) out << padded(title, kColumn);
  out << "\n";
  for (const auto& [name, measures] : labels.items()) {
    out << padded(one_field(name), name_width);
    for (const char* key : {"precision", "recall", "f1", "support"}) {
      out << padded(measures.contains(key) ? readable(measures[key]) : "", kColumn);
    }
    out << "\n";
  }
}

}  // namespace

void print_measures(const nlohmann::json& measures, std::ostream& out) {
  const auto ours = single_measures(measures);
  std::map<std::string, std::string> theirs;
  if (measures.contains("against") && !measures["against"].contains("comparison"))
    for (auto& [name, value] : single_measures(measures["against"]))
      theirs.emplace(std::move(name), std::move(value));
  std::size_t width = 0;
  for (const auto& [name, value] : ours) width = std::max(width, name.size() + 2);
  if (!theirs.empty())
    out << padded("", width) << padded("this", kColumn) << one_field(theirs["file"]) << "\n";
  for (const auto& [name, value] : ours)
    out << padded(name, width) << (theirs.empty() ? value : padded(value, kColumn) + theirs[name])
        << "\n";
  if (measures.contains("labels")) print_labels(measures["labels"], out);
  if (measures.contains("precision_at")) {
    out << "\n" << padded("fetched", 12) << "precision\n";
    for (const auto& pair : measures["precision_at"])
      out << padded(readable(pair[0]), 12) << readable(pair[1]) << "\n";
  }
}

std::string measures_in_a_line(const nlohmann::json& measures) {
  std::string text;
  for (const auto& [name, value] : measures.items()) {
    if (!value.is_number_float()) continue;
    text += (text.empty() ? "" : ", ") + name + " " + short_number(value.get<double>());
  }
  return text;
}

}  // namespace weft
