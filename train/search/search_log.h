// The trials of a hyper-parameter search in a file of JSON lines: first what is searched, then a
// line a trial (trial.h says its keys).
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/search/search_space.h"
#include "train/search/trial.h"

namespace weft {

/// Reads back what SearchLog wrote. A last line without its end is passed over: the search was
/// killed while it wrote it. Throws FormatError if the file is none, damaged, or of a search with
/// another heading.
std::vector<Trial> read_search_log(const std::string& path, const nlohmann::json& heading,
                                   const SearchSpace& space);

class SearchLog {
 public:
  /// Begins the file with the heading and the trials that are known already. `path` empty: nothing
  /// is written. Throws UserError if it cannot be.
  SearchLog(const std::string& path, const nlohmann::json& heading,
            const std::vector<Trial>& trials, const SearchSpace& space);
  /// Adds the last of the trials. Throws UserError if the file takes no more.
  void add(const std::vector<Trial>& trials);

 private:
  std::string path_;
  SearchSpace space_;
  std::ofstream file_;
};

}  // namespace weft
