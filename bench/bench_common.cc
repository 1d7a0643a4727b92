#include "bench/bench_common.h"

#include <cmath>
#include <string>

namespace weft::bench {

std::shared_ptr<const Tokenizer> numbered_words(int vocabulary) {
  TokenizerOptions options;
  options.kind = TokenizerKind::words;
  return Tokenizer::train(options, [vocabulary](const auto& line) {
    for (int word = kSpecialIds; word < vocabulary; ++word) line("w" + std::to_string(word));
  });
}

TokenBatch random_batch(const std::vector<int>& lengths, int vocabulary, RandomStream& random) {
  std::vector<std::vector<int>> sequences;
  for (const int length : lengths) {
    auto& words = sequences.emplace_back();
    for (int n = 0; n < length; ++n)
      words.push_back(static_cast<int>(std::pow(vocabulary, random.uniform())) - 1);
  }
  std::vector<const std::vector<int>*> pointers;
  for (const auto& words : sequences) pointers.push_back(&words);
  return make_token_batch(pointers);
}

Matrix random_matrix(Index rows, Index columns, RandomStream& random) {
  Matrix values(rows, columns, arma::fill::none);
  for (real& value : values) value = static_cast<real>(random.uniform());
  return values;
}

TrainingStep::TrainingStep(ParameterStore& parameters, double clip, double learning_rate)
    : clip_(clip), learning_rate_(learning_rate), gradients_(parameters) {
  OptimizerOptions sgd;
  sgd.kind = OptimizerKind::sgd;
  optimizer_ = Optimizer::make(sgd, parameters);
}

}  // namespace weft::bench
