// The house has floors: a folder includes only what stands below it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// Bottom to top. A folder may include itself and what stands before it.
const std::vector<std::string> kFloors = {
    "base",           "tokenizer",   "corpora",        "models/core",  "models/layers",
    "models/nets",    "models/file", "train/measures", "train/report", "train",
    "train/language", "train/tasks", "train/search",   "tools"};

/// The floor of a path relative to the root; the deepest folder that is a prefix of it.
std::optional<std::size_t> floor_of(const std::string& path) {
  std::optional<std::size_t> deepest;
  for (std::size_t i = 0; i < kFloors.size(); ++i) {
    if (path.starts_with(kFloors[i] + "/") &&
        (!deepest || kFloors[i].size() > kFloors[*deepest].size()))
      deepest = i;
  }
  return deepest;
}

struct Include {
  std::string file;
  int line;
  std::string target;
};

/// What a line includes, or nothing.
std::optional<std::string> include_in(std::string line) {
  std::erase_if(line, [](char c) { return c == ' ' || c == '\t'; });
  if (!line.starts_with("#include\"") && !line.starts_with("#include<")) return std::nullopt;
  const auto begin = line.find_first_of("\"<") + 1;
  return line.substr(begin, line.find_first_of("\">", begin) - begin);
}

std::vector<Include> includes_of(const fs::path& path, const std::string& name) {
  std::vector<Include> found;
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (const auto target = include_in(line)) found.push_back({name, number, *target});
  }
  return found;
}

std::vector<Include> all_includes() {
  const fs::path root = WEFT_SOURCE_DIR;
  std::vector<Include> all;
  for (const auto& floor : kFloors) {
    if (!fs::exists(root / floor)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / floor)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc" && extension != ".inc") continue;
      const auto found = includes_of(entry.path(), fs::relative(entry.path(), root).string());
      all.insert(all.end(), found.begin(), found.end());
    }
  }
  return all;
}

bool runs_up(const Include& include) {
  const auto from = floor_of(include.file);
  const auto to = floor_of(include.target);
  return from && to && *to > *from;
}

TEST(Includes, ArrowsRunDown) {
  const auto all = all_includes();
  ASSERT_GT(all.size(), 50u) << "the source tree was not found";
  for (const auto& include : all) {
    EXPECT_FALSE(runs_up(include)) << include.file << ":" << include.line << " includes "
                                   << include.target << ", which stands on a higher floor";
  }
}

TEST(Includes, AnArrowUpIsSeen) {
  EXPECT_EQ(include_in("  # include \"train/trainer.h\"  // why"), "train/trainer.h");
  EXPECT_EQ(include_in("#include <vector>"), "vector");
  EXPECT_EQ(include_in("// an #include \"a.h\""), std::nullopt);
  EXPECT_TRUE(runs_up({"base/file.cc", 1, "tokenizer/tokenizer.h"}));
  EXPECT_TRUE(runs_up({"models/nets/mlp.h", 1, "models/file/model_file.h"}));
  EXPECT_TRUE(runs_up({"models/core/kernels/gemm.cc", 1, "train/trainer.h"}));
  EXPECT_TRUE(runs_up({"train/trainer.cc", 1, "train/search/trial.h"}));
  EXPECT_FALSE(runs_up({"train/report_observer.cc", 1, "train/report/report.h"}));
  EXPECT_FALSE(runs_up({"models/file/model_file.cc", 1, "models/nets/mlp.h"}));
  EXPECT_FALSE(runs_up({"tools/main.cc", 1, "base/error.h"}));
}

TEST(Includes, OurOwnAreNamedFromTheRoot) {
  // "../x.h" or "x.h" would slip past the test above.
  const fs::path root = WEFT_SOURCE_DIR;
  for (const auto& include : all_includes()) {
    const fs::path beside = root / fs::path(include.file).parent_path() / include.target;
    EXPECT_FALSE(fs::exists(beside)) << include.file << ":" << include.line << " includes "
                                     << include.target << "; write its path from the root";
  }
}

TEST(Includes, SentencePieceReachesNoHeader) {
  for (const auto& include : all_includes()) {
    if (include.file.ends_with(".h")) {
      EXPECT_FALSE(include.target.starts_with("sentencepiece")) << include.file;
    }
  }
}

}  // namespace
