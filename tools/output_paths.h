// Files that a command writes, checked before long work begins.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace weft {

/// The name of an option and the path that it names; an empty path is none.
using NamedPaths = std::vector<std::pair<std::string, std::string>>;

/// Throws UserError if an output is the same file as an input or as another output; a checkpoint
/// may take the place of the one that is resumed.
void refuse_overwriting(const NamedPaths& outputs, const NamedPaths& inputs);

/// Both of it: before the work of a command that reads `inputs`, of which one with a name in
/// capitals is no option (MODEL).
void check_outputs(const NamedPaths& outputs, const NamedPaths& inputs);

/// Throws UserError if one of them cannot be written.
void require_all_writable(const NamedPaths& outputs);

}  // namespace weft
