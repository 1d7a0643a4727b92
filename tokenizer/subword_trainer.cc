#include "tokenizer/subword_trainer.h"

#include <sentencepiece_trainer.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "tokenizer/escape.h"
#include "tokenizer/kinds.h"

namespace weft {

namespace {

constexpr int kDefaultVocabulary = 8000;
constexpr int kBytePieces = 256;
constexpr std::size_t kSampleBytes = std::size_t{64} << 20;
constexpr std::size_t kSentenceBytes = 4096;  // longer ones SentencePiece would leave out

/// A sample of bounded size from a stream of unknown length: every sentence draws a number and
/// stays as long as that lies below a limit, which halves whenever the sample has grown too large.
class SentenceSample {
 public:
  void add(std::string sentence) {
    const std::uint64_t draw = random_.next() >> 1;
    if (draw >= limit_) return;
    bytes_ += sentence.size();
    sentences_.push_back({draw, std::move(sentence)});
    while (bytes_ > kSampleBytes && limit_ > 1) shrink();
  }
  bool whole() const { return limit_ == kEverything; }

  std::vector<std::string> take() {
    std::vector<std::string> texts;
    texts.reserve(sentences_.size());
    for (auto& sentence : sentences_) texts.push_back(std::move(sentence.text));
    return texts;
  }

 private:
  struct Sentence {
    std::uint64_t draw;
    std::string text;
  };
  static constexpr std::uint64_t kEverything = std::uint64_t{1} << 63;

  void shrink() {
    limit_ /= 2;
    std::erase_if(sentences_, [&](const Sentence& s) { return s.draw >= limit_; });
    bytes_ = 0;
    for (const auto& sentence : sentences_) bytes_ += sentence.text.size();
  }

  RandomStream random_{1, "subword-sample"};  // of the corpus alone, not of a training's seed
  std::uint64_t limit_ = kEverything;
  std::vector<Sentence> sentences_;
  std::size_t bytes_ = 0;
};

/// Cuts a long line, at a space if there is one, else between two characters.
void add_in_parts(std::string_view line, SentenceSample& sample) {
  while (line.size() > kSentenceBytes) {
    std::size_t cut = line.rfind(' ', kSentenceBytes);
    if (cut == std::string_view::npos || cut == 0) {
      cut = kSentenceBytes;
      while (U8_IS_TRAIL(line[cut])) --cut;
    }
    sample.add(std::string(line.substr(0, cut)));
    line.remove_prefix(cut);
    if (line.front() == ' ') line.remove_prefix(1);
  }
  if (!line.empty()) sample.add(std::string(line));
}

class SampleIterator : public sentencepiece::SentenceIterator {
 public:
  explicit SampleIterator(const std::vector<std::string>& sentences) : sentences_(sentences) {}
  bool done() const override { return position_ == sentences_.size(); }
  void Next() override { ++position_; }
  const std::string& value() const override { return sentences_[position_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& sentences_;
  std::size_t position_ = 0;
};

int count_characters(const std::vector<std::string>& sentences) {
  std::set<UChar32> characters;
  for (const auto& sentence : sentences) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(sentence.data());
    const std::size_t size = sentence.size();
    for (std::size_t i = 0; i < size;) {
      UChar32 c;
      U8_NEXT(bytes, i, size, c);
      characters.insert(c);
    }
  }
  return static_cast<int>(characters.size());
}

std::unordered_map<std::string, std::string> arguments(const TokenizerOptions& options, int size) {
  std::string symbols;
  if (options.scrubber)
    for (const std::string_view placeholder : kPlaceholders)
      symbols.append(symbols.empty() ? "" : ",").append(placeholder);
  return {
      {"user_defined_symbols", symbols},
      {"model_type", options.subword_model == SubwordModel::bpe ? "bpe" : "unigram"},
      {"vocab_size", std::to_string(size)},
      {"hard_vocab_limit", "false"},
      {"byte_fallback", "true"},
      {"character_coverage", "0.9995"},
      {"pad_id", std::to_string(kPad)},
      {"unk_id", std::to_string(kUnk)},
      {"bos_id", std::to_string(kBos)},
      {"eos_id", std::to_string(kEos)},
      {"pad_piece", kSpecialPieces[kPad]},
      {"unk_piece", kSpecialPieces[kUnk]},
      {"bos_piece", kSpecialPieces[kBos]},
      {"eos_piece", kSpecialPieces[kEos]},
      {"unk_surface", kSpecialPieces[kUnk]},
      // Text comes normalised, and must come back as it was.
      {"normalization_rule_name", "identity"},
      {"add_dummy_prefix", "true"},
      {"remove_extra_whitespaces", "false"},
      {"shuffle_input_sentence", "false"},
      // Sums are added up thread by thread: a fixed number gives the same model on every machine.
      {"num_threads", "4"},
      {"minloglevel", "4"},
  };
}

}  // namespace

std::string escape_subword_mark(std::string_view text) {
  // Both begin with bytes that are rare enough for a search to cost nothing.
  if (text.find(kSubwordMark) == text.npos && text.find("\xEF\xBF\xAE") == text.npos) {
    return std::string(text);
  }
  return escape_mark(text, kSubwordMark);
}

std::string train_subword_model(const TokenizerOptions& options,
                                const Tokenizer::TextSource& corpus, const LogSink& log) {
  SentenceSample sample;
  LinesBefore before;
  corpus([&](std::string_view line) {
    add_in_parts(escape_subword_mark(normalized(options, line, before)), sample);
  });
  const std::vector<std::string> sentences = sample.take();
  if (sentences.empty()) {
    throw UserError("the corpus has no text to learn subwords from; give another");
  }
  if (!sample.whole()) {
    log("subwords are learned from a sample of " + std::to_string(sentences.size()) + " lines");
  }
  const int size = options.vocab_size == 0 ? kDefaultVocabulary : options.vocab_size;
  const int placeholders = options.scrubber ? static_cast<int>(kPlaceholders.size()) : 0;
  const int least = kSpecialIds + kBytePieces + placeholders + count_characters(sentences) + 1;
  if (size < least) {
    throw UserError("a vocabulary of " + std::to_string(size) +
                    " subwords is too small for this corpus; ask for " + std::to_string(least) +
                    " or more with --vocab-size");
  }
  SampleIterator iterator(sentences);
  std::string model;
  const auto status =
      sentencepiece::SentencePieceTrainer::Train(arguments(options, size), &iterator, &model);
  if (!status.ok()) {
    throw UserError("subwords cannot be learned from this corpus, as it has too little text (" +
                    status.ToString() + "); give more or choose --tokenizer chars");
  }
  return model;
}

}  // namespace weft
