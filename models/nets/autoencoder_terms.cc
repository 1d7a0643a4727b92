#include "models/nets/autoencoder_terms.h"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"

namespace weft {
namespace {

/// "kind:number,number"; nothing if a number is none.
std::optional<std::pair<std::string, std::vector<double>>> split(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  std::vector<double> numbers;
  const char* position = text.data() + colon;
  const char* const end = text.data() + text.size();
  do {
    double number = 0;
    const auto [stop, error] = std::from_chars(position + 1, end, number);
    if (error != std::errc()) return std::nullopt;
    numbers.push_back(number);
    position = stop;
  } while (position != end && *position == ',');
  if (position != end) return std::nullopt;
  return std::pair(text.substr(0, colon), numbers);
}

}  // namespace

Noise parse_noise(const std::string& text) {
  if (text.empty() || text == "none") return {};
  const auto parts = split(text);
  if (parts && parts->second.size() == 1 && parts->second[0] >= 0) {
    const double amount = parts->second[0];
    if (parts->first == "gaussian" && amount <= 1e6) return {NoiseKind::gaussian, amount};
    if (parts->first == "mask" && amount <= 1) return {NoiseKind::mask, amount};
    if (parts->first == "salt-pepper" && amount <= 1) return {NoiseKind::salt_pepper, amount};
  }
  throw UserError(
      "--noise must be none, gaussian:S (a standard deviation), mask:P or salt-pepper:P (a share "
      "from 0 to 1), not '" +
      text + "'");
}

Sparsity parse_sparsity(const std::string& text) {
  if (text.empty() || text == "none") return {};
  const auto parts = split(text);
  if (parts && parts->first == "l1" && parts->second.size() == 1 && parts->second[0] >= 0)
    return {Sparsity::Kind::l1, 0, parts->second[0]};
  if (parts && parts->first == "kl" && parts->second.size() == 2 && parts->second[0] > 0 &&
      parts->second[0] < 1 && parts->second[1] >= 0)
    return {Sparsity::Kind::kl, parts->second[0], parts->second[1]};
  throw UserError(
      "--sparsity must be none, l1:WEIGHT or kl:ACTIVITY,WEIGHT (an activity between 0 and 1), "
      "not '" +
      text + "'");
}

}  // namespace weft
