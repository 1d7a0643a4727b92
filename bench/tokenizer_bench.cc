// Encoding text, beside SentencePiece itself with the same model.

#include <sentencepiece_processor.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/bench_common.h"
#include "corpora/bundled.h"
#include "tokenizer/subword_trainer.h"

namespace weft::bench {
namespace {

const std::vector<std::string>& lines() {
  static const auto texts = [] {
    std::vector<std::string> result;
    for (const auto& sample : bundled_emails(1, 20000, 10).train) result.push_back(sample.text);
    return result;
  }();
  return texts;
}

void show_lines(const std::function<void(std::string_view)>& show) {
  for (const std::string& line : lines()) show(line);
}

TokenizerOptions options_of(TokenizerKind kind) {
  TokenizerOptions options;
  options.kind = kind;
  if (kind == TokenizerKind::subwords) options.vocab_size = 2000;
  return options;
}

/// `encode(line)` gives the number of tokens; every thread reads all lines.
template <class Encode>
void measure_encoding(benchmark::State& state, const Encode& encode) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  std::vector<std::size_t> tokens(threads, 0);
  const auto read_all = [&](std::size_t thread) {
    std::size_t count = 0;
    for (const std::string& line : lines()) count += encode(line);
    tokens[thread] = count;
  };
  for (auto _ : state) {
    std::vector<std::jthread> others;
    for (std::size_t thread = 1; thread < threads; ++thread) others.emplace_back(read_all, thread);
    read_all(0);
  }
  std::size_t bytes = 0;
  for (const std::string& line : lines()) bytes += line.size() + 1;
  const double passes = static_cast<double>(state.iterations()) * static_cast<double>(threads);
  state.counters["tokens/s"] =
      benchmark::Counter(passes * static_cast<double>(tokens[0]), benchmark::Counter::kIsRate);
  state.counters["MB/s"] =
      benchmark::Counter(passes * static_cast<double>(bytes) * 1e-6, benchmark::Counter::kIsRate);
}

void tokenize(benchmark::State& state, TokenizerKind kind) {
  static std::map<TokenizerKind, std::shared_ptr<const Tokenizer>> learned;
  auto& tokenizer = learned[kind];
  if (!tokenizer) tokenizer = Tokenizer::train(options_of(kind), show_lines);
  measure_encoding(state, [&](const std::string& line) { return tokenizer->encode(line).size(); });
}

void sentencepiece_itself(benchmark::State& state) {
  static const std::string model =
      train_subword_model(options_of(TokenizerKind::subwords), show_lines, no_log);
  sentencepiece::SentencePieceProcessor processor;
  const auto status = processor.LoadFromSerializedProto(model);
  if (!status.ok()) return state.SkipWithError("no model");
  measure_encoding(state, [&](const std::string& line) {
    std::vector<int> ids;
    benchmark::DoNotOptimize(processor.Encode(line, &ids).ok());
    return ids.size();
  });
}

BENCHMARK_CAPTURE(tokenize, words, TokenizerKind::words)->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(tokenize, unicode, TokenizerKind::unicode_words)->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(tokenize, subwords, TokenizerKind::subwords)->Apply(one_and_two_threads);
BENCHMARK(sentencepiece_itself)->Apply(one_and_two_threads);

}  // namespace
}  // namespace weft::bench
