// Subwords by SentencePiece (Kudo & Richardson 2018): unigram (Kudo 2018) or byte-pair encoding
// (Sennrich et al. 2016), with bytes for characters it has not seen.
#include <sentencepiece_processor.h>

#include <utility>

#include "base/error.h"
#include "tokenizer/escape.h"
#include "tokenizer/kinds.h"
#include "tokenizer/subword_trainer.h"

namespace weft {

namespace {

void check(const sentencepiece::util::Status& status) {
  if (!status.ok()) throw std::runtime_error("SentencePiece: " + status.ToString());
}

class SubwordTokenizer : public Tokenizer {
 public:
  SubwordTokenizer(const TokenizerOptions& options, Vocabulary vocabulary,
                   std::unique_ptr<const sentencepiece::SentencePieceProcessor> processor)
      : Tokenizer(options, std::move(vocabulary)), processor_(std::move(processor)) {}

  std::vector<int> encode_normalized(std::string_view text) const override {
    std::vector<int> ids;
    check(processor_->Encode(escape_subword_mark(text), &ids));
    return ids;
  }

 protected:
  void visit_pieces(std::string_view text, const PieceVisitor& visit) const override {
    std::vector<std::string> pieces;
    check(processor_->Encode(escape_subword_mark(text), &pieces));
    for (const auto& piece : pieces) visit(piece);
  }

  std::string join(const std::vector<std::string>& pieces) const override {
    std::string text;
    check(processor_->Decode(pieces, &text));
    return unescape_mark(text, kSubwordMark);
  }

  std::string serialize_model() const override { return processor_->serialized_model_proto(); }

 private:
  std::unique_ptr<const sentencepiece::SentencePieceProcessor> processor_;
};

std::unique_ptr<sentencepiece::SentencePieceProcessor> load(const std::string& model,
                                                            const std::string& source) {
  auto processor = std::make_unique<sentencepiece::SentencePieceProcessor>();
  if (!processor->LoadFromSerializedProto(model).ok()) {
    throw FormatError(source, "the subword model is damaged; make the file again");
  }
  return processor;
}

std::vector<std::string> pieces_of(const sentencepiece::SentencePieceProcessor& processor) {
  std::vector<std::string> pieces;
  for (int id = kSpecialIds; id < processor.GetPieceSize(); ++id) {
    pieces.push_back(processor.IdToPiece(id));
  }
  return pieces;
}

}  // namespace

std::shared_ptr<Tokenizer> make_subword_tokenizer(const TokenizerOptions& options,
                                                  Vocabulary vocabulary, const std::string& model,
                                                  const std::string& source) {
  auto processor = load(model, source);
  bool same = processor->GetPieceSize() == vocabulary.size();
  for (int id = 0; same && id < vocabulary.size(); ++id) {
    same = processor->IdToPiece(id) == vocabulary.piece(id);
  }
  if (!same) {
    throw FormatError(source, "vocabulary and subword model differ; make the file again");
  }
  return std::make_shared<SubwordTokenizer>(options, std::move(vocabulary), std::move(processor));
}

std::shared_ptr<Tokenizer> train_subword_tokenizer(const TokenizerOptions& options,
                                                   const Tokenizer::TextSource& corpus,
                                                   const LogSink& log) {
  const std::string model = train_subword_model(options, corpus, log);
  const auto pieces = pieces_of(*load(model, "the new subword model"));
  const auto make = [&](std::vector<std::uint64_t> counts) {
    return make_subword_tokenizer(options, Vocabulary(pieces, std::move(counts)), model,
                                  "the new subword model");
  };
  const auto uncounted = make(std::vector<std::uint64_t>(pieces.size(), 0));
  std::vector<std::uint64_t> counts(pieces.size() + kSpecialIds, 0);
  LinesBefore before;
  corpus([&](std::string_view line) {
    for (const int id : uncounted->encode(line, before)) ++counts[static_cast<std::size_t>(id)];
  });
  log("vocabulary: " + std::to_string(counts.size()) + " subwords");
  return make({counts.begin() + kSpecialIds, counts.end()});
}

}  // namespace weft
