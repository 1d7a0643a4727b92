// weft encode: lines in, codes out.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "corpora/labelled_images.h"
#include "models/file/model_file.h"
#include "models/nets/feature_model.h"
#include "tools/commands.h"
#include "tools/line_answers.h"
#include "tools/output.h"
#include "train/tasks/autoencoder_task.h"

namespace weft {
namespace {

constexpr std::size_t kBlock = 512;  // lines or images encoded together

/// Numbers between tabs.
std::string line_of(const Matrix& codes, Index column) {
  std::string text;
  for (Index i = 0; i < codes.n_rows; ++i) {
    char number[32];
    std::snprintf(number, sizeof number, "%.6g", static_cast<double>(codes(i, column)));
    text += (i == 0 ? "" : "\t") + std::string(number);
  }
  return text;
}

/// A row that the model cannot read gets an empty line and a warning.
std::vector<std::string> encode_lines(const FeatureModel& model,
                                      const std::vector<std::string>& lines,
                                      const LineWarning& warn_of) {
  Matrix columns(model.features(), lines.size(), arma::fill::zeros);
  std::vector<bool> readable(lines.size(), true);
  for (std::size_t n = 0; n < lines.size(); ++n) {
    try {
      columns.col(n) = model.read({lines[n]});
    } catch (const UserError& error) {
      readable[n] = false;
      warn_of(n, error.what() + std::string("; its answer is empty"));
    }
  }
  const Matrix codes = model.encode(columns);
  std::vector<std::string> answers(lines.size());
  for (std::size_t n = 0; n < lines.size(); ++n)
    if (readable[n]) answers[n] = line_of(codes, n);
  return answers;
}

/// A line an image.
void encode_images(const FeatureModel& model, const std::string& path) {
  LabelledReaderOptions reader;
  const FeatureTable images = read_table(model, inspect_features(path, reader));
  for (std::size_t begin = 0; begin < images.examples(); begin += kBlock) {
    const Matrix codes =
        model.encode(columns_of(images, begin, std::min(begin + kBlock, images.examples())));
    for (Index n = 0; n < codes.n_cols; ++n) std::cout << line_of(codes, n) << '\n';
  }
  flush_output();
}

}  // namespace

void encode_command(const Arguments& arguments) {
  std::string path;
  LineOptions lines;
  ThreadOptions threads;
  OptionParser parser("encode", "MODEL < lines",
                      "Writes the code of each text, of each row of comma-separated numbers, or,\n"
                      "with an IDX file as --input, of each image: numbers between tabs, a line\n"
                      "each.");
  parser.positional("MODEL", path, "a model that weft train autoencoder wrote");
  parser.group("Lines", lines);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();

  const auto loaded = load_model_as<FeatureModel>(path, "autoencoder");
  const FeatureModel& model = *loaded.model;
  if (lines.input != "-" && is_idx_file(lines.input)) return encode_images(model, lines.input);
  answer_lines(lines, kBlock, [&](const auto& block, const LineWarning& warn_of) {
    return encode_lines(model, block, warn_of);
  });
}

}  // namespace weft
