#include "tools/measures.h"

#include <iomanip>
#include <nlohmann/json.hpp>

#include "tools/output.h"

namespace weft {
namespace {

std::string readable(const nlohmann::json& value) {
  if (value.is_number_integer()) return with_commas(value.get<std::uint64_t>());
  if (value.is_number()) return short_number(value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

void print_labels(const nlohmann::json& labels, std::ostream& out) {
  constexpr std::size_t kColumn = 12;
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
  std::size_t width = 0;
  for (const auto& [name, value] : measures.items()) width = std::max(width, name.size() + 2);
  for (const auto& [name, value] : measures.items()) {
    if (!value.is_structured()) out << padded(name, width) << readable(value) << "\n";
  }
  if (measures.contains("labels")) print_labels(measures["labels"], out);
  if (measures.contains("exact_match"))
    for (std::size_t n = 0; n < measures["exact_match"].size(); ++n)
      out << padded("exact_match_" + std::to_string(n + 1), width)
          << readable(measures["exact_match"][n]) << "\n";
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
