// Text to ids on one thread, in bytes of text a second: each kind of tokenizer, SentencePiece by
// itself, and the whole way from a file.
//
// The text is the program's own e-mails and opinions, or the file that WEFT_BENCH_TEXT names.

#include <benchmark/benchmark.h>
#include <sentencepiece_processor.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "corpora/bundled.h"
#include "corpora/line_reader.h"
#include "tokenizer/subword_trainer.h"
#include "tokenizer/tokenizer.h"

namespace weft {
namespace {

constexpr std::size_t kMostLines = 20000;

std::vector<std::string> read_lines() {
  std::vector<std::string> lines;
  if (const char* path = std::getenv("WEFT_BENCH_TEXT")) {
    LineReader reader(path);
    for (std::string line; lines.size() < kMostLines && reader.next(line);) lines.push_back(line);
    return lines;
  }
  for (const char* name : {"emails", "opinions"}) {
    for (const TextSample& sample : bundled_split(name, 1, 5000, 100).train) {
      lines.push_back(sample.text);
    }
  }
  return lines;
}

const std::vector<std::string>& text() {
  static const std::vector<std::string> lines = read_lines();
  return lines;
}

std::int64_t text_bytes() {
  std::int64_t bytes = 0;
  for (const std::string& line : text()) bytes += static_cast<std::int64_t>(line.size()) + 1;
  return bytes;
}

TokenizerOptions options_for(std::int64_t kind) {
  TokenizerOptions options;
  options.kind = static_cast<TokenizerKind>(kind);
  if (options.kind == TokenizerKind::subwords) options.vocab_size = 1000;
  return options;
}

Tokenizer::TextSource source() {
  return [](const auto& each) {
    for (const std::string& line : text()) each(line);
  };
}

/// Argument: the kind of tokenizer.
void encode(benchmark::State& state) {
  const auto tokenizer = Tokenizer::train(options_for(state.range(0)), source());
  std::size_t tokens = 0;
  for (auto _ : state) {
    for (const std::string& line : text()) tokens += tokenizer->encode(line).size();
  }
  state.SetBytesProcessed(state.iterations() * text_bytes());
  state.SetItemsProcessed(static_cast<std::int64_t>(tokens));
}

/// The same text and segmentation, without weft around it.
void sentencepiece_encode(benchmark::State& state) {
  const TokenizerOptions options = options_for(static_cast<std::int64_t>(TokenizerKind::subwords));
  sentencepiece::SentencePieceProcessor processor;
  if (!processor.LoadFromSerializedProto(train_subword_model(options, source(), no_log)).ok()) {
    state.SkipWithError("no model");
  }
  std::size_t tokens = 0;
  std::vector<int> ids;
  for (auto _ : state) {
    for (const std::string& line : text()) {
      if (!processor.Encode(line, &ids).ok()) state.SkipWithError("no ids");
      tokens += ids.size();
    }
  }
  state.SetBytesProcessed(state.iterations() * text_bytes());
  state.SetItemsProcessed(static_cast<std::int64_t>(tokens));
}

/// Read from a file, checked, and encoded. Argument: the kind of tokenizer.
void read_and_encode(benchmark::State& state) {
  const auto tokenizer = Tokenizer::train(options_for(state.range(0)), source());
  const std::string path =
      (std::filesystem::temp_directory_path() / "weft-tokenizer-bench.txt").string();
  std::ofstream file(path, std::ios::binary);
  for (const std::string& line : text()) file << line << '\n';
  file.close();
  std::size_t tokens = 0;
  std::string line;
  for (auto _ : state) {
    LineReader reader(path);
    while (reader.next(line)) tokens += tokenizer->encode(line).size();
  }
  std::filesystem::remove(path);
  state.SetBytesProcessed(state.iterations() * text_bytes());
  state.SetItemsProcessed(static_cast<std::int64_t>(tokens));
}

void every_kind(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("kind")->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
}

BENCHMARK(encode)->Apply(every_kind);
BENCHMARK(sentencepiece_encode)->Unit(benchmark::kMillisecond);
BENCHMARK(read_and_encode)->Apply(every_kind);

}  // namespace
}  // namespace weft
