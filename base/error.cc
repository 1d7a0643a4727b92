#include "base/error.h"

#include <sstream>

namespace weft {

FormatError::FormatError(const std::string& path, const std::string& message)
    : UserError(path + ": " + message) {}

FormatError FormatError::at_line(const std::string& path, std::uint64_t line,
                                 const std::string& message) {
  return {path + ":" + std::to_string(line), message};
}

FormatError FormatError::at_column(const std::string& path, std::uint64_t line,
                                   std::uint64_t column, const std::string& message) {
  return {path + ":" + std::to_string(line) + ":" + std::to_string(column), message};
}

FormatError FormatError::at_byte(const std::string& path, std::uint64_t offset,
                                 const std::string& message) {
  return {path + ": byte " + std::to_string(offset), message};
}

namespace {

std::string divergence_message(std::uint64_t update, double learning_rate,
                               const std::string& checkpoint) {
  std::ostringstream text;
  text << "the loss is not finite any more at update " << update << " with learning rate "
       << learning_rate << "; lower --learning-rate or tighten --clip";
  if (checkpoint.empty()) {
    text << " and start again, as there is no checkpoint yet";
  } else {
    text << " and go on from the last good checkpoint with --resume " << checkpoint;
  }
  return text.str();
}

}  // namespace

DivergenceError::DivergenceError(std::uint64_t update, double learning_rate,
                                 const std::string& checkpoint)
    : std::runtime_error(divergence_message(update, learning_rate, checkpoint)),
      update_(update),
      learning_rate_(learning_rate),
      checkpoint_(checkpoint) {}

}  // namespace weft
