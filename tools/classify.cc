// weft classify: lines in, labels with their probabilities out.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.h"
#include "corpora/columns.h"
#include "corpora/labelled_images.h"
#include "models/file/model_file.h"
#include "models/nets/classifier.h"
#include "tools/commands.h"
#include "tools/line_answers.h"
#include "tools/output.h"
#include "train/tasks/autoencoder_task.h"

namespace weft {
namespace {

constexpr std::size_t kBlock = 1024;        // lines read, or images taken, before answering
constexpr std::size_t kBatchTokens = 8192;  // of padded tokens, bounds the memory of a batch
constexpr std::size_t kBatchExamples = 128;

struct ClassifyOptions {
  int top = 1;
  double threshold = 0;
  void visit(OptionVisitor& v) {
    v.integer("top", top, 1, 1000000, "labels a line, best first");
    v.number("threshold", threshold, 0, 1, "leave out labels that are less probable");
  }
};

/// "good<TAB>0.912345<TAB>bad<TAB>0.087655"
std::string answer(const Classifier& model, const real* probabilities,
                   const ClassifyOptions& options) {
  std::vector<std::size_t> order(model.labels().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] > probabilities[b];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(options.top)));
  std::string text;
  for (const std::size_t label : order) {
    if (static_cast<double>(probabilities[label]) < options.threshold) break;
    char probability[32];
    std::snprintf(probability, sizeof probability, "%.6f",
                  static_cast<double>(probabilities[label]));
    text += (text.empty() ? "" : "\t") + one_field(model.labels()[label]) + "\t" + probability;
  }
  return text;
}

/// Batches of lines of like length, so that little is padded; answers in the order of the lines.
std::vector<std::string> classify_texts(const Classifier& model,
                                        const std::vector<std::string>& lines,
                                        const ClassifyOptions& options) {
  std::vector<std::vector<int>> ids;
  for (const std::string& line : lines) ids.push_back(model.encode(line));
  std::vector<std::size_t> order(lines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ids[a].size() > ids[b].size(); });

  std::vector<std::string> answers(lines.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const std::size_t longest = std::max<std::size_t>(ids[order[begin]].size(), 1);
    end = std::min(order.size(),
                   begin + std::clamp<std::size_t>(kBatchTokens / longest, 1, kBatchExamples));
    std::vector<const std::vector<int>*> batch;
    for (std::size_t i = begin; i < end; ++i) batch.push_back(&ids[order[i]]);
    ClassifierInput input;
    input.tokens = make_token_batch(batch);
    const Matrix probabilities = model.probabilities(input);
    for (std::size_t i = begin; i < end; ++i) {
      answers[order[i]] = answer(model, probabilities.colptr(i - begin), options);
    }
  }
  return answers;
}

/// Comma-separated numbers, as many as the model takes; false for anything else.
bool parse_row(const std::string& line, int features, std::vector<double>& row) {
  row.clear();
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    const auto number = parse_number(std::string_view(line).substr(begin, end - begin));
    if (!number || !std::isfinite(*number)) return false;
    row.push_back(*number);
    begin = end + 1;
  }
  return row.size() == static_cast<std::size_t>(features);
}

/// A row that does not fit the model gets an empty line and a warning.
std::vector<std::string> classify_rows(const Classifier& model,
                                       const std::vector<std::string>& lines,
                                       const LineWarning& warn_of, const ClassifyOptions& options) {
  const auto features = static_cast<Index>(model.features());
  ClassifierInput input;
  input.values.zeros(features, lines.size());
  std::vector<bool> fits(lines.size());
  std::vector<double> row;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    fits[i] = parse_row(lines[i], model.features(), row);
    if (!fits[i]) {
      warn_of(i, "this is no row of " + std::to_string(model.features()) +
                     " comma-separated numbers; its answer is empty");
      continue;
    }
    for (Index feature = 0; feature < features; ++feature) {
      input.values(feature, i) = static_cast<real>(row[feature]);
    }
  }
  const Matrix probabilities = model.probabilities(input);
  std::vector<std::string> answers(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (fits[i]) answers[i] = answer(model, probabilities.colptr(i), options);
  }
  return answers;
}

/// A line an image.
void classify_images(const Classifier& model, const std::string& path,
                     const ClassifyOptions& options) {
  const FeatureTable images = FeatureTable::read(inspect_features(path, {}));
  const std::size_t numbers = images.features();
  if (numbers != static_cast<std::size_t>(model.features())) {
    throw FormatError(
        path, "its items have " + std::to_string(numbers) + " numbers each; " +
                  (model.features() > 0 ? "the model reads " + std::to_string(model.features())
                                        : std::string("the model reads text")));
  }
  for (std::size_t begin = 0; begin < images.examples(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, images.examples() - begin);
    ClassifierInput input;
    input.values = columns_of(images, begin, begin + count);
    const Matrix probabilities = model.probabilities(input);
    for (std::size_t i = 0; i < count; ++i)
      std::cout << answer(model, probabilities.colptr(i), options) << '\n';
  }
  flush_output();
}

}  // namespace

void classify_command(const Arguments& arguments) {
  std::string path;
  ClassifyOptions options;
  LineOptions lines;
  ThreadOptions threads;
  OptionParser parser(
      "classify", "MODEL [--top K] < lines",
      "Writes label<TAB>probability pairs, best first, a line for each text or row of\n"
      "comma-separated numbers, or, with an IDX file as --input, for each image.");
  parser.positional("MODEL", path, "a classifier that weft train classifier wrote");
  parser.group("Answers", options);
  parser.group("Lines", lines);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();

  const auto loaded = load_model_as<Classifier>(path, "classifier");
  const Classifier& model = *loaded.model;
  if (lines.input != "-" && is_idx_file(lines.input))
    return classify_images(model, lines.input, options);
  answer_lines(lines, kBlock, [&](const auto& block, const LineWarning& warn_of) {
    return model.features() > 0 ? classify_rows(model, block, warn_of, options)
                                : classify_texts(model, block, options);
  });
}

}  // namespace weft
