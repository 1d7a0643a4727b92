#include "train/estimate.h"

#include <iomanip>
#include <sstream>

namespace weft {
namespace {

/// 1234567 as "1,234,567".
std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

/// "71 MiB", "1.4 GiB".
std::string bytes_text(std::uint64_t bytes) {
  static constexpr const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double number = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (number >= 1024 && unit + 1 < std::size(units)) {
    number /= 1024;
    ++unit;
  }
  std::ostringstream text;
  text << std::fixed << std::setprecision(unit > 2 ? 1 : 0) << number << " " << units[unit];
  return text.str();
}

}  // namespace

MemoryEstimate estimate_memory(const ParameterStore& store, OptimizerKind optimizer,
                               std::uint64_t positions, int copies, std::uint64_t extra_rows) {
  std::uint64_t rows = extra_rows;
  for (const Parameter& parameter : store)
    if (parameter.columns > 1) rows += parameter.rows;
  MemoryEstimate estimate;
  estimate.parameters = store.count() * sizeof(real);
  estimate.gradients = estimate.parameters;
  estimate.optimizer = estimate.parameters * static_cast<std::uint64_t>(state_matrices(optimizer));
  estimate.copies = estimate.parameters * static_cast<std::uint64_t>(copies);
  estimate.activations = 2 * positions * rows * sizeof(real);
  return estimate;
}

std::string training_summary(const ParameterStore& store, const MemoryEstimate& memory,
                             std::uint64_t targets, const std::string& target_name) {
  std::string text = with_commas(store.count()) + " parameters, about " +
                     bytes_text(memory.total()) + " of memory";
  if (targets > 0) text += ", " + with_commas(targets) + " " + target_name + " an epoch";
  return text;
}

}  // namespace weft
