// The options that papers trained with: train/recipes, compiled into the program.
#pragma once

#include <string>
#include <vector>

namespace weft {

/// "awd, zaremba-large, …"
std::string recipe_names();

/// The lines of a recipe, `name = value`. Throws UserError for an unknown name.
std::vector<std::string> recipe_lines(const std::string& name);

}  // namespace weft
