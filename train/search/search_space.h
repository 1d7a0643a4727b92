// What a hyper-parameter search may choose: options with their ranges.
//
//   learning-rate=log:1e-4..1e-1     a number, evenly on a logarithmic scale
//   dropout=0..0.6                   a number (or linear:0..0.6)
//   hidden=int:32..256               a whole number
//   hidden=log-int:32..1024          a whole number, evenly on a logarithmic scale
//   cell=gru,lstm                    one of several words (separated by | where they hold commas)
#pragma once

#include <armadillo>
#include <cstdint>
#include <string>
#include <vector>

namespace weft {

/// One option of the search.
///
/// A position is a place in its range, 0 to 1: a logarithm's share where the scale is logarithmic,
/// the middle of a category's share of [0, 1].
struct SearchDimension {
  enum class Kind { number, integer, category };

  std::string option;
  Kind kind = Kind::number;
  bool logarithmic = false;
  double low = 0, high = 1;             // inclusive; number and integer
  std::vector<std::string> categories;  // two or more, each once

  /// "hidden=int:32..256". Throws UserError: no name, an empty range, a logarithm of zero, …
  static SearchDimension parse(const std::string& text);

  /// The value at a position, as the user would write it: six digits that count, whole numbers
  /// rounded.
  std::string value(double position) const;
  /// Of `share` in [0, 1), evenly distributed, a position such that every value comes as often as
  /// any other (on the dimension's scale).
  double spread(double share) const;
  /// The inverse of value(); negative if the value is not in the range.
  double position(const std::string& value) const;
  /// How many values it has; infinite for a number.
  double count() const;
};

/// A value for each dimension, in their order.
using Setting = std::vector<std::string>;

class SearchSpace {
 public:
  /// Throws UserError if there is none, or two for one option.
  explicit SearchSpace(std::vector<SearchDimension> dimensions);
  static SearchSpace parse(const std::vector<std::string>& texts);

  const std::vector<SearchDimension>& dimensions() const { return dimensions_; }
  Setting at(const std::vector<double>& positions) const;
  std::vector<double> positions(const Setting& setting) const;
  bool contains(const Setting& setting) const;
  /// How many settings there are; infinite with a number among them.
  double count() const;

  /// What the Gaussian process sees of a setting: a position for each number, a one-hot group for
  /// each category. As it sees values, whole numbers are rounded inside its kernel
  /// (Garrido-Merchán & Hernández-Lobato 2020).
  arma::vec encode(const Setting& setting) const;
  /// The dimension of each coordinate of encode().
  const std::vector<std::size_t>& groups() const { return groups_; }

 private:
  std::vector<SearchDimension> dimensions_;
  std::vector<std::size_t> groups_;
};

}  // namespace weft
