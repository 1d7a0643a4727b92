#include "models/nets/classifier_checks.h"

#include <charconv>
#include <cmath>
#include <set>

#include "base/error.h"

namespace weft {
namespace {

void check_labels(const std::vector<std::string>& labels, bool multi_label) {
  if (labels.empty()) throw UserError("the training data name no label; give each example one");
  if (labels.size() < 2 && !multi_label)
    throw UserError("every example has the label '" + labels[0] +
                    "', so there is nothing to tell apart; add examples of another one");
  std::set<std::string> seen;
  for (const std::string& label : labels)
    if (!seen.insert(label).second)
      throw UserError("the label '" + label + "' is listed twice; list each one once");
}

}  // namespace

void check_classifier(const ClassifierOptions& options, bool of_texts,
                      const std::vector<std::string>& labels, bool multi_label) {
  check_labels(labels, multi_label);
  const bool recurrent = options.arch >= ClassifierArch::rnn;
  if (options.bidirectional && !recurrent)
    throw UserError("--bidirectional needs --arch rnn, gru or lstm");
  if (options.pooling != Pooling::last && !recurrent)
    throw UserError("--pooling needs --arch rnn, gru or lstm");
  if (options.ngrams > 1 && recurrent)
    throw UserError(
        "--ngrams needs --arch perceptron, logistic, bow or mlp; a recurrent network "
        "reads the words in their order");
  if (options.word_dropout > 0 && !recurrent)
    throw UserError("--word-dropout needs --arch rnn, gru or lstm");
  if (options.word_dropout > 0 && !of_texts)
    throw UserError("--word-dropout needs texts, but the data are rows of numbers; leave it out");
  if (options.naive_bayes > 0 && !of_texts)
    throw UserError("--naive-bayes needs texts, but the data are rows of numbers; leave it out");
  if (options.naive_bayes > 0 && options.arch > ClassifierArch::logistic &&
      static_cast<std::size_t>(options.embedding) < labels.size())
    throw UserError("--naive-bayes needs a coordinate of the word vectors for each of the " +
                    std::to_string(labels.size()) + " labels; raise --embedding");
  if (options.ngrams > 1 && !of_texts)
    throw UserError("--ngrams needs texts, but the data are rows of numbers; leave it out");
  if (options.arch == ClassifierArch::bow && !of_texts)
    throw UserError("--arch bow needs texts, but the data are rows of numbers; choose another");
  if (options.arch == ClassifierArch::perceptron && multi_label)
    throw UserError(
        "--arch perceptron gives each example one label, but these have several; "
        "choose logistic");
}

Matrix read_values(const std::string& row, int features) {
  Matrix values(static_cast<Index>(features), 1);
  const char* position = row.data();
  const char* const end = position + row.size();
  const auto skip = [&](const char* separators) {
    while (position != end &&
           std::string_view(separators).find(*position) != std::string_view::npos)
      ++position;
  };
  for (Index i = 0; i < values.n_rows; ++i) {
    skip(" \t,;");
    double number = 0;
    const auto [stop, error] = std::from_chars(position, end, number);
    if (error != std::errc() || !std::isfinite(number))
      throw UserError("the model reads rows of " + std::to_string(features) +
                      " numbers, but number " + std::to_string(i + 1) + " is missing or none");
    values[i] = static_cast<real>(number);
    position = stop;
  }
  skip(" \t,;\r\n");
  if (position != end)
    throw UserError("the model reads rows of " + std::to_string(features) +
                    " numbers, but this one goes on; check the columns");
  return values;
}

}  // namespace weft
