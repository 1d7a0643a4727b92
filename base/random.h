// Random streams as values: named, derived from one seed, their position can be saved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// xoshiro256++ (Blackman & Vigna 2019), its state filled by splitmix64 from the seed and the name.
/// Streams of other names under one seed are independent for all practical purposes; the same seed
/// and name give the same numbers on every machine.
class RandomStream {
 public:
  using result_type = std::uint64_t;
  using State = std::array<std::uint64_t, 4>;

  RandomStream(std::uint64_t seed, std::string_view name);

  std::uint64_t next();
  /// In [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal, by Marsaglia's polar method; keeps no spare value, so that the state is the
  /// whole position.
  double normal();
  /// In [0, bound), without modulo bias (Lemire 2019). `bound` > 0.
  std::uint64_t below(std::uint64_t bound);

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

  // As a standard uniform random bit generator.
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }
  std::uint64_t operator()() { return next(); }

 private:
  State state_;
};

}  // namespace weft
