// The three errors that weft throws on purpose; anything else that escapes is a bug of ours.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace weft {

/// Wrong input or a wrong option. `what()` is one sentence that says what is wrong and what to do;
/// a program prints it after `weft: error: ` and exits with 2.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A UserError about a file. `what()` begins with the path and the place in it.
class FormatError : public UserError {
 public:
  /// `path: message`
  FormatError(const std::string& path, const std::string& message);
  /// `path:line: message`, lines counted from 1.
  static FormatError at_line(const std::string& path, std::uint64_t line,
                             const std::string& message);
  /// `path:line:column: message`, columns counted in bytes from 1.
  static FormatError at_column(const std::string& path, std::uint64_t line, std::uint64_t column,
                               const std::string& message);
  /// `path: byte N: message`, bytes counted from 0.
  static FormatError at_byte(const std::string& path, std::uint64_t offset,
                             const std::string& message);
};

/// The loss is not finite any more.
class DivergenceError : public std::runtime_error {
 public:
  /// `checkpoint` is the last good one, empty if none has been written.
  DivergenceError(std::uint64_t update, double learning_rate, const std::string& checkpoint);
  std::uint64_t update() const { return update_; }
  double learning_rate() const { return learning_rate_; }
  const std::string& checkpoint() const { return checkpoint_; }

 private:
  std::uint64_t update_;
  double learning_rate_;
  std::string checkpoint_;
};

}  // namespace weft
