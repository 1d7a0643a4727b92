// One list of options for the parser, the help, the configuration file, the model file and the
// checkpoint: an options struct holds its defaults and shows its fields to a visitor.
//
//   struct TrainerOptions {
//     int epochs = 10;
//     void visit(OptionVisitor& v) { v.integer("epochs", epochs, 1, 1000000, "passes over the
//     data"); }
//   };
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weft {

/// Shown every field of an options struct, in order. Bounds are inclusive.
class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void flag(const char* name, bool& value, const char* help) = 0;
  virtual void integer(const char* name, std::int64_t& value, std::int64_t low, std::int64_t high,
                       const char* help) = 0;
  virtual void number(const char* name, double& value, double low, double high,
                      const char* help) = 0;
  virtual void text(const char* name, std::string& value, const char* help) = 0;
  /// A file or folder by its path.
  virtual void file(const char* name, std::string& value, const char* help) {
    text(name, value, help);
  }
  /// Files that belong together, `most` at most.
  virtual void files(const char* name, std::vector<std::string>& value, std::size_t most,
                     const char* help) = 0;
  virtual void integers(const char* name, std::vector<std::int64_t>& value, std::int64_t low,
                        std::int64_t high, const char* help) = 0;
  /// One of `names`; `value` is the index of the chosen one.
  virtual void choice(const char* name, int& value, const std::vector<std::string>& names,
                      const char* help) = 0;
  /// Options that have an effect only where `choice`, visited before, is one of `names`: `body`
  /// visits them.
  virtual void only_for(const char* choice, const std::vector<std::string>& names,
                        const std::function<void()>& body) {
    static_cast<void>(choice);
    static_cast<void>(names);
    body();
  }
  /// The same for options that need another, `option`, which is on if `is_on`.
  virtual void only_with(const char* option, bool is_on, const std::function<void()>& body) {
    static_cast<void>(option);
    static_cast<void>(is_on);
    body();
  }

  void integer(const char* name, int& value, int low, int high, const char* help) {
    std::int64_t wide = value;
    integer(name, wide, low, high, help);
    value = static_cast<int>(wide);
  }
  /// An enumeration whose enumerators count from 0 in the order of `names`.
  template <class Enum>
  void choice(const char* name, Enum& value, const std::vector<std::string>& names,
              const char* help) {
    int index = static_cast<int>(value);
    choice(name, index, names, help);
    value = static_cast<Enum>(index);
  }
};

}  // namespace weft
