#include "tools/recipes.h"

#include <sstream>
#include <string_view>

#include "base/error.h"
#include "corpora/embedded.h"

namespace weft {
namespace {

constexpr std::string_view kFolder = "train/recipes/", kEnding = ".conf";

std::string name_of(std::string_view path) {
  return std::string(path.substr(kFolder.size(), path.size() - kFolder.size() - kEnding.size()));
}

bool is_recipe(const EmbeddedFile& file) {
  return file.path.starts_with(kFolder) && file.path.ends_with(kEnding);
}

}  // namespace

std::string recipe_names() {
  std::string names;
  for (const EmbeddedFile& file : embedded_files())
    if (is_recipe(file)) names += (names.empty() ? "" : ", ") + name_of(file.path);
  return names;
}

std::vector<std::string> recipe_lines(const std::string& name) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (!is_recipe(file) || name_of(file.path) != name) continue;
    std::istringstream text{std::string(file.text)};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  throw UserError("there is no recipe '" + name + "'; there are " + recipe_names());
}

}  // namespace weft
