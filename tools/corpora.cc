// weft corpora: the samples that are part of the program.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>

#include "base/error.h"
#include "corpora/bundled.h"
#include "tools/commands.h"
#include "tools/output.h"

namespace weft {
namespace {

enum class Part { train, valid, test };

struct SampleOptions {
  std::int64_t count = 0;
  std::int64_t held_out = 500;
  Part part = Part::train;
  std::int64_t seed = 1;
  void visit(OptionVisitor& v) {
    v.integer("count", count, 0, 10000000,
              "lines to write, multiplied by a grammar; of the valid and the test part at most "
              "--held-out; 0: the hand-written ones alone");
    v.integer("held-out", held_out, 0, 1000000, "lines each of the valid and the test part");
    v.choice("part", part, {"train", "valid", "test"},
             "which part of the multiplied sample; no two share a sentence");
    v.integer("seed", seed, 0, INT64_MAX, "seed of the sample");
  }
};

void list(const Arguments& arguments) {
  OptionParser parser("corpora list", "", "Lists the samples that are part of the program.");
  if (!parser.parse(arguments)) return;
  for (const std::string& name : bundled_sample_names()) {
    const std::string text = bundled_sample(name);
    std::cout << name << "\t" << std::count(text.begin(), text.end(), '\n')
              << " hand-written lines\n";
  }
}

void sample(const Arguments& arguments) {
  std::string name;
  SampleOptions options;
  OptionParser parser("corpora sample", "NAME [--count N --part train|valid|test]",
                      "Writes a sample in the format that weft train reads.");
  parser.positional("NAME", name, "one of those that weft corpora list shows");
  parser.group("Sample", options);
  if (!parser.parse(arguments)) return;

  if (options.count == 0) {
    std::cout << bundled_sample(name);
    return;
  }
  const SampleSplit split = bundled_split(name, static_cast<std::uint64_t>(options.seed),
                                          static_cast<std::size_t>(options.count),
                                          static_cast<std::size_t>(options.held_out));
  const auto& lines = options.part == Part::train   ? split.train
                      : options.part == Part::valid ? split.valid
                                                    : split.held_out;
  const std::size_t count = std::min(lines.size(), static_cast<std::size_t>(options.count));
  for (std::size_t i = 0; i < count; ++i) std::cout << sample_line(lines[i]) << "\n";
}

}  // namespace

void corpora_command(const Arguments& arguments) {
  const std::string what = arguments.empty() ? "" : arguments.front();
  const Arguments rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (what == "list") return list(rest);
  if (what == "sample") return sample(rest);
  if (what == "--help") {
    std::cout << "weft corpora list\nweft corpora sample NAME [--count N --part "
                 "train|valid|test]\n\nEach tells its options with --help.\n";
    return;
  }
  throw UserError("weft corpora needs a word more: list or sample; see weft corpora --help");
}

}  // namespace weft
