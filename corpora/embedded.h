// The files of corpora/samples, corpora/grammar and train/recipes, compiled into the program by
// cmake/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace weft {

struct EmbeddedFile {
  std::string_view path;  // from the root of the source tree: corpora/samples/opinions.tsv
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace weft
