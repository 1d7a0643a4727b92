#include "tokenizer/tokenizer.h"

#include <span>
#include <utility>

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json_options.h"
#include "tokenizer/kinds.h"

namespace weft {

void TokenizerOptions::visit(OptionVisitor& v) {
  v.choice("tokenizer", kind, {"words", "unicode-words", "chars", "subwords"}, "how text is split");
  v.only_for("tokenizer", {"subwords"}, [&] {
    v.choice("subword-model", subword_model, {"unigram", "bpe"}, "how subwords are learned");
  });
  v.integer("vocab-size", vocab_size, 0, 1 << 30,
            "pieces at most, special ones included; 0: no limit (subwords: 8000)");
  v.integer("min-count", min_count, 1, 1 << 30, "rarer pieces become <unk>");
  normalizer.visit(v);
}

std::string normalized(const TokenizerOptions& options, std::string_view text,
                       LinesBefore& before) {
  if (!options.scrubber) return Normalizer(options.normalizer)(text);
  // Capitals tell names, so they are kept until those are found.
  NormalizerOptions cased = options.normalizer;
  cased.fold_case = cased.strip_accents = false;
  std::string result = (*options.scrubber)(Normalizer(cased)(text), before);
  if (options.normalizer.fold_case || options.normalizer.strip_accents)
    result = Normalizer(options.normalizer)(result);
  return set_placeholders_apart(result, options.kind == TokenizerKind::words);
}

Tokenizer::Tokenizer(const TokenizerOptions& options, Vocabulary vocabulary)
    : options_(options), vocabulary_(std::move(vocabulary)) {}

std::string Tokenizer::normalize(std::string_view text) const {
  LinesBefore none;
  return normalize(text, none);
}

std::string Tokenizer::normalize(std::string_view text, LinesBefore& before) const {
  return normalized(options_, text, before);
}

std::vector<int> Tokenizer::encode(std::string_view text) const {
  return encode_normalized(normalize(text));
}

std::vector<int> Tokenizer::encode(std::string_view text, LinesBefore& before) const {
  return encode_normalized(normalize(text, before));
}

std::vector<int> Tokenizer::encode_normalized(std::string_view text) const {
  std::vector<int> ids;
  ids.reserve(text.size() / 4);
  visit_pieces(text, [&](std::string_view piece) { ids.push_back(vocabulary_.id(piece)); });
  return ids;
}

std::string Tokenizer::decode(const std::vector<int>& ids) const {
  std::vector<std::string> pieces;
  pieces.reserve(ids.size());
  for (const int id : ids) {
    if (id < 0 || id >= vocabulary_.size()) {
      throw UserError("id " + std::to_string(id) + " is not in the vocabulary; ids go from 0 to " +
                      std::to_string(vocabulary_.size() - 1));
    }
    if (id == kUnk || id >= kSpecialIds) pieces.push_back(vocabulary_.piece(id));
  }
  return join(pieces);
}

std::vector<std::string> Tokenizer::split(std::string_view text) const {
  LinesBefore none;
  return split(text, none);
}

std::vector<std::string> Tokenizer::split(std::string_view text, LinesBefore& before) const {
  std::vector<std::string> pieces;
  visit_pieces(normalize(text, before),
               [&](std::string_view piece) { pieces.emplace_back(piece); });
  return pieces;
}

namespace {

constexpr std::uint64_t kMagic = 0x6e656b6f74746677;  // "wfttoken", little-endian
/// Version 2 has a scrubber at its end; what does not scrub is written as it always was.
constexpr std::uint32_t kVersion = 1, kScrubbingVersion = 2;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::shared_ptr<Tokenizer> make_tokenizer(const TokenizerOptions& options, Vocabulary vocabulary) {
  switch (options.kind) {
    case TokenizerKind::words:
      return make_word_tokenizer(options, std::move(vocabulary));
    case TokenizerKind::unicode_words:
      return make_unicode_word_tokenizer(options, std::move(vocabulary));
    default:
      return make_char_tokenizer(options, std::move(vocabulary));
  }
}

TokenizerOptions read_options(std::string_view text, const std::string& source) {
  const auto object = nlohmann::json::parse(text, nullptr, false);
  if (object.is_discarded()) {
    throw FormatError(source, "the tokenizer's options are damaged; make the file again");
  }
  return options_from_json<TokenizerOptions>(object, source);
}

}  // namespace

// A checksum first: SentencePiece trusts what it loads, so damage must be found before it looks.
std::string Tokenizer::serialize() const {
  ByteWriter body;
  body.write_string(options_to_json(options_).dump());
  body.write_string(vocabulary_.serialize());
  body.write_string(serialize_model());
  if (scrubs()) body.write_string(options_.scrubber->serialize());
  const std::uint32_t version = scrubs() ? kScrubbingVersion : kVersion;
  ByteWriter writer;
  writer.write(kMagic);
  writer.write(version);
  writer.write(checksum(bytes_of(body.bytes()), version));
  return writer.bytes() + body.bytes();
}

std::shared_ptr<const Tokenizer> Tokenizer::deserialize(std::string_view bytes,
                                                        const std::string& source) {
  ByteReader reader(bytes_of(bytes), source);
  if (reader.read<std::uint64_t>() != kMagic) {
    throw FormatError(source, "this is not a weft tokenizer; name a weft model");
  }
  const auto version = reader.read<std::uint32_t>();
  if (version != kVersion && version != kScrubbingVersion) {
    throw FormatError(source, "the tokenizer has format version " + std::to_string(version) +
                                  " and this weft reads versions 1 and 2; use the weft it was "
                                  "written by");
  }
  const auto expected = reader.read<std::uint64_t>();
  if (checksum(bytes_of(bytes.substr(reader.offset())), version) != expected) {
    throw FormatError(source,
                      "the tokenizer is damaged, its checksum differs; make the file again");
  }
  TokenizerOptions options = read_options(reader.read_string(), source);
  Vocabulary vocabulary = Vocabulary::deserialize(reader.read_string(), source);
  const std::string model(reader.read_string());
  if (version == kScrubbingVersion)
    options.scrubber =
        std::make_shared<const Scrubber>(Scrubber::deserialize(reader.read_string(), source));
  if (reader.remaining() != 0) throw FormatError(source, "bytes are left over in the tokenizer");
  if (options.kind == TokenizerKind::subwords) {
    return make_subword_tokenizer(options, std::move(vocabulary), model, source);
  }
  return make_tokenizer(options, std::move(vocabulary));
}

std::shared_ptr<const Tokenizer> Tokenizer::train(const TokenizerOptions& options,
                                                  const TextSource& corpus, const LogSink& log) {
  if (options.kind == TokenizerKind::subwords) {
    return train_subword_tokenizer(options, corpus, log);
  }
  const std::shared_ptr<Tokenizer> tokenizer = make_tokenizer(options, Vocabulary());
  VocabularyBuilder builder;
  if (options.scrubber)
    for (const std::string_view placeholder : kPlaceholders) builder.keep(placeholder);
  std::uint64_t seen = 0;
  const PieceVisitor count = [&](std::string_view piece) {
    builder.add(piece);
    ++seen;
  };
  LinesBefore before;
  corpus([&](std::string_view line) {
    tokenizer->visit_pieces(tokenizer->normalize(line, before), count);
  });
  if (seen == 0) throw UserError("the corpus has no text to learn a vocabulary from; give another");
  tokenizer->vocabulary_ = builder.build(static_cast<std::size_t>(options.vocab_size),
                                         static_cast<std::uint64_t>(options.min_count));
  const Vocabulary& vocabulary = tokenizer->vocabulary_;
  const std::size_t kept = options.scrubber ? kPlaceholders.size() : 0;
  if (vocabulary.size() == kSpecialIds + static_cast<int>(kept)) {
    throw UserError("no piece of the corpus occurs " + std::to_string(options.min_count) +
                    " times; lower --min-count");
  }
  log("vocabulary: " + std::to_string(vocabulary.size()) + " pieces; " +
      std::to_string(vocabulary.count(kUnk)) + " of " + std::to_string(seen) +
      " in the corpus are <unk>");
  return tokenizer;
}

}  // namespace weft
