#include "train/search/search_space.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>

#include "base/error.h"

namespace weft {
namespace {

using Kind = SearchDimension::Kind;

/// Whole numbers up to here are exact.
constexpr double kLargestInteger = 9007199254740992;

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw UserError("the search '" + text + "' " + why);
}

double number_in(const std::string& text, const std::string& number) {
  double value = 0;
  const char* end = number.data() + number.size();
  const auto result = std::from_chars(number.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value))
    refuse(text, "has '" + number + "' where a number must stand");
  return value;
}

std::vector<std::string> split(const std::string& list, char separator) {
  std::vector<std::string> items;
  std::size_t begin = 0;
  for (std::size_t end; (end = list.find(separator, begin)) != std::string::npos; begin = end + 1)
    items.push_back(list.substr(begin, end - begin));
  items.push_back(list.substr(begin));
  return items;
}

/// Six digits, or all of them where these would leave the range.
std::string readable(double value, double low, double high) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  const double rounded = std::strtod(text, nullptr);
  if (rounded < low || rounded > high) std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

void read_range(SearchDimension& dimension, const std::string& text, const std::string& range) {
  const auto dots = range.find("..");
  dimension.low = number_in(text, range.substr(0, dots));
  dimension.high = number_in(text, range.substr(dots + 2));
  if (!(dimension.low < dimension.high))
    refuse(text, "has an empty range; its first number must be the smaller one");
  if (dimension.logarithmic && dimension.low <= 0)
    refuse(text, "needs the logarithm of its lower end, which must lie above zero");
  if (dimension.kind != Kind::integer) return;
  for (const double end : {dimension.low, dimension.high})
    if (end != std::round(end) || std::abs(end) > kLargestInteger)
      refuse(text, "must begin and end at whole numbers");
}

void read_categories(SearchDimension& dimension, const std::string& text, const std::string& list) {
  const char separator = list.find('|') != std::string::npos ? '|' : ',';
  dimension.kind = Kind::category;
  dimension.categories = split(list, separator);
  const auto& words = dimension.categories;
  if (std::set<std::string>(words.begin(), words.end()).size() != words.size())
    refuse(text, "has a value twice; leave one of them out");
  if (std::find(words.begin(), words.end(), "") != words.end())
    refuse(text, "has an empty value; write NAME=LOW..HIGH or NAME=WORD,WORD");
  if (words.size() < 2)
    refuse(text, "has one value only; give it as an option, or a range as in NAME=LOW..HIGH");
}

/// Between 0 and 1 as `value` lies between low and high, on the dimension's scale.
double share_of(const SearchDimension& dimension, double value, double low, double high) {
  if (!dimension.logarithmic) return (value - low) / (high - low);
  return std::log(value / low) / std::log(high / low);
}

double value_at(const SearchDimension& dimension, double share, double low, double high) {
  if (!dimension.logarithmic) return low + share * (high - low);
  return low * std::pow(high / low, share);
}

}  // namespace

SearchDimension SearchDimension::parse(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    refuse(text, "must read NAME=LOW..HIGH or NAME=WORD,WORD");
  SearchDimension dimension;
  dimension.option = text.substr(0, equals);
  if (dimension.option.starts_with("--")) dimension.option.erase(0, 2);
  std::string range = text.substr(equals + 1);
  bool scaled = false;
  for (const auto& [prefix, kind, logarithmic] :
       {std::tuple{"linear:", Kind::number, false}, std::tuple{"log:", Kind::number, true},
        std::tuple{"int:", Kind::integer, false}, std::tuple{"log-int:", Kind::integer, true}}) {
    if (scaled || !range.starts_with(prefix)) continue;
    scaled = true;
    dimension.kind = kind;
    dimension.logarithmic = logarithmic;
    range.erase(0, std::string_view(prefix).size());
  }
  if (range.find("..") != std::string::npos) {
    read_range(dimension, text, range);
  } else if (scaled) {
    refuse(text, "needs a range, LOW..HIGH");
  } else {
    read_categories(dimension, text, range);
  }
  return dimension;
}

std::string SearchDimension::value(double position) const {
  position = std::clamp(position, 0.0, 1.0);
  if (kind == Kind::category) {
    const auto index = static_cast<std::size_t>(position * static_cast<double>(categories.size()));
    return categories[std::min(index, categories.size() - 1)];
  }
  const double at = std::clamp(value_at(*this, position, low, high), low, high);
  if (kind == Kind::integer) return std::to_string(std::llround(at));
  return readable(at, low, high);
}

double SearchDimension::spread(double share) const {
  if (kind != Kind::integer) return share;
  // Each whole number owns half a unit on both sides, the first and the last one too.
  const double below = logarithmic ? std::max(low - 0.5, low / 2) : low - 0.5;
  return share_of(*this, std::clamp(value_at(*this, share, below, high + 0.5), low, high), low,
                  high);
}

double SearchDimension::position(const std::string& value) const {
  if (kind == Kind::category) {
    const auto found = std::find(categories.begin(), categories.end(), value);
    if (found == categories.end()) return -1;
    const auto index = static_cast<double>(found - categories.begin());
    return (index + 0.5) / static_cast<double>(categories.size());
  }
  double number = 0;
  const char* end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return -1;
  if (!(number >= low && number <= high)) return -1;
  return share_of(*this, number, low, high);
}

double SearchDimension::count() const {
  if (kind == Kind::category) return static_cast<double>(categories.size());
  return kind == Kind::integer ? high - low + 1 : std::numeric_limits<double>::infinity();
}

SearchSpace::SearchSpace(std::vector<SearchDimension> dimensions)
    : dimensions_(std::move(dimensions)) {
  if (dimensions_.empty())
    throw UserError("there is nothing to search; say what with --search NAME=LOW..HIGH");
  std::set<std::string> names;
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    const SearchDimension& dimension = dimensions_[d];
    if (!names.insert(dimension.option).second)
      throw UserError("the search has the option '" + dimension.option +
                      "' twice; leave one of them out");
    const bool category = dimension.kind == Kind::category;
    groups_.insert(groups_.end(), category ? dimension.categories.size() : 1, d);
  }
}

SearchSpace SearchSpace::parse(const std::vector<std::string>& texts) {
  std::vector<SearchDimension> dimensions;
  for (const std::string& text : texts) dimensions.push_back(SearchDimension::parse(text));
  return SearchSpace(std::move(dimensions));
}

Setting SearchSpace::at(const std::vector<double>& positions) const {
  Setting setting;
  for (std::size_t d = 0; d < dimensions_.size(); ++d)
    setting.push_back(dimensions_[d].value(positions[d]));
  return setting;
}

std::vector<double> SearchSpace::positions(const Setting& setting) const {
  std::vector<double> positions;
  for (std::size_t d = 0; d < dimensions_.size(); ++d)
    positions.push_back(dimensions_[d].position(setting[d]));
  return positions;
}

bool SearchSpace::contains(const Setting& setting) const {
  if (setting.size() != dimensions_.size()) return false;
  for (const double position : positions(setting))
    if (position < 0) return false;
  return true;
}

double SearchSpace::count() const {
  double count = 1;
  for (const SearchDimension& dimension : dimensions_) count *= dimension.count();
  return count;
}

arma::vec SearchSpace::encode(const Setting& setting) const {
  arma::vec coordinates(groups_.size(), arma::fill::zeros);
  arma::uword next = 0;
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    const SearchDimension& dimension = dimensions_[d];
    if (dimension.kind != Kind::category) {
      coordinates(next++) = dimension.position(setting[d]);
      continue;
    }
    for (const std::string& word : dimension.categories)
      coordinates(next++) = word == setting[d] ? 1 : 0;
  }
  return coordinates;
}

}  // namespace weft
