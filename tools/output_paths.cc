#include "tools/output_paths.h"

#include <cctype>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"

namespace weft {
namespace {

/// Whether writing to one path changes what the other holds: one file under two names, links too.
/// What cannot be replaced, as /dev/null, may stand in several places.
bool same_file(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::exists(a, ignored) && fs::exists(b, ignored)) {
    return !fs::is_other(a, ignored) && fs::equivalent(a, b, ignored);
  }
  const auto resolved = [](const std::string& path) {
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
    return error ? fs::path(path) : whole;
  };
  return resolved(a) == resolved(b);
}

}  // namespace

void refuse_overwriting(const NamedPaths& outputs, const NamedPaths& inputs) {
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    const auto& [name, path] = *output;
    if (path.empty()) continue;
    for (const auto& [input, source] : inputs) {
      const bool goes_on = name == "checkpoint" && input == "resume";
      if (!source.empty() && !goes_on && same_file(path, source)) {
        const bool is_option = std::islower(static_cast<unsigned char>(input[0])) != 0;
        throw UserError("'" + path + "' (--" + name + ") would overwrite " +
                        (is_option ? "the --" + input + " file" : input) +
                        "; choose another place with --" + name);
      }
    }
    for (auto other = outputs.begin(); other != output; ++other) {
      if (!other->second.empty() && same_file(path, other->second)) {
        throw UserError("'" + path + "' (--" + name + ") and --" + other->first +
                        " are the same file; choose another place with --" + name);
      }
    }
  }
}

void check_outputs(const NamedPaths& outputs, const NamedPaths& inputs) {
  refuse_overwriting(outputs, inputs);
  require_all_writable(outputs);
}

void require_all_writable(const NamedPaths& outputs) {
  for (const auto& [name, path] : outputs) {
    if (!path.empty()) require_writable(path);
  }
}

}  // namespace weft
