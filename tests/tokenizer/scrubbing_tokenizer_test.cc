// What every kind of tokenizer promises that scrubs.
#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/tokenizer/texts.h"
#include "tokenizer/surface.h"
#include "tokenizer/tokenizer.h"

namespace weft {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Pieces = std::vector<std::string>;

/// With each kind of data in it, beside punctuation and letters.
const std::vector<std::string>& mails() {
  static const std::vector<std::string> all = {
      "Dear Anna, write to anna@example.com, please.",
      "My number (030 1234567) and card: 4111 1111 1111 1111!",
      "Account DE89370400440532013000x or AB1234567, see www.example.com/a.",
      "我认识王小明先生，Zoë's and ⟨x⟩ «Zoë»",
      "Best regards,",
      "Max Mustermann"};
  return all;
}

std::shared_ptr<const Scrubber> scrubber() {
  NameList names;
  names.add("王小明");
  names.add("Zoë");
  return std::make_shared<const Scrubber>(names);
}

class ScrubbingTokenizer : public testing::TestWithParam<TokenizerKind> {
 protected:
  TokenizerOptions options() const {
    TokenizerOptions options;
    options.kind = GetParam();
    options.scrubber = scrubber();
    if (options.kind == TokenizerKind::subwords) options.vocab_size = 400;
    return options;
  }
  std::shared_ptr<const Tokenizer> trained(const TokenizerOptions& options) const {
    return Tokenizer::train(options, [](const auto& line) {
      for (int i = 0; i < 20; ++i)
        for (const std::string& text : mails()) line(text);
    });
  }
};

TEST_P(ScrubbingTokenizer, EachPlaceholderIsOnePiece) {
  const auto tokenizer = trained(options());
  for (const std::string_view placeholder : kPlaceholders)
    EXPECT_TRUE(tokenizer->vocabulary().contains(placeholder)) << placeholder;
  std::size_t seen = 0, expected = 0;
  LinesBefore before, again;
  for (const std::string& text : mails()) {
    expected += placeholders_in(tokenizer->normalize(text, again)).size();
    for (const std::string& piece : tokenizer->split(text, before)) {
      const bool whole =
          std::find(kPlaceholders.begin(), kPlaceholders.end(), piece) != kPlaceholders.end();
      EXPECT_EQ(!whole, placeholders_in(piece).empty()) << piece;
      seen += whole;
    }
  }
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(seen, 11u);
}

// Completion leaves out tokens with such a bracket.
TEST_P(ScrubbingTokenizer, PlaceholdersLookAsTheyAre) {
  const auto tokenizer = trained(options());
  const std::vector<Surface> all = surfaces(*tokenizer);
  for (const std::string_view placeholder : kPlaceholders)
    EXPECT_EQ(all[static_cast<std::size_t>(tokenizer->vocabulary().id(placeholder))].text,
              placeholder);
}

TEST_P(ScrubbingTokenizer, NothingOfTheDataIsInTheFile) {
  const std::string bytes = trained(options())->serialize();
  for (const char* secret : {"anna@", "example", "1234567", "4111", "王小明", "Zoë", "Mustermann"})
    EXPECT_THAT(bytes, Not(HasSubstr(secret)));
}

TEST_P(ScrubbingTokenizer, DecodingGivesTheScrubbedTextBack) {
  const auto tokenizer = trained(options());
  LinesBefore before, again;
  for (const std::string& text : mails()) {
    const std::string normal = tokenizer->normalize(text, before);
    const std::vector<int> ids = tokenizer->encode(text, again);
    EXPECT_EQ(tokenizer->decode(ids), normal);
    EXPECT_EQ(tokenizer->encode_normalized(normal), ids);
    EXPECT_EQ(tokenizer->normalize(normal), normal);
  }
}

TEST_P(ScrubbingTokenizer, SavedAndLoadedTheBytesAreTheSame) {
  const auto tokenizer = trained(options());
  const std::string bytes = tokenizer->serialize();
  const auto loaded = Tokenizer::deserialize(bytes, "m.weft");
  EXPECT_EQ(loaded->serialize(), bytes);
  EXPECT_EQ(trained(options())->serialize(), bytes);
  for (const std::string& text : mails()) EXPECT_EQ(loaded->encode(text), tokenizer->encode(text));
  EXPECT_THROW(Tokenizer::deserialize(bytes.substr(0, bytes.size() - 1), "m.weft"), FormatError);
}

// As every model has it that was saved before there was scrubbing.
TEST_P(ScrubbingTokenizer, WithoutAScrubberTheFileIsOfTheFirstVersion) {
  TokenizerOptions plain = options();
  plain.scrubber = nullptr;
  const auto tokenizer = trained(plain);
  const std::string bytes = tokenizer->serialize();
  EXPECT_EQ(bytes[8], 1);
  EXPECT_EQ(bytes.find("scrub"), std::string::npos);
  EXPECT_EQ(Tokenizer::deserialize(bytes, "m.weft")->normalize("Dear Anna"), "Dear Anna");
  EXPECT_EQ(trained(options())->serialize()[8], 2);
}

TEST_P(ScrubbingTokenizer, FoldsCaseAfterwards) {
  TokenizerOptions folded = options();
  folded.normalizer.fold_case = folded.normalizer.strip_accents = true;
  EXPECT_EQ(trained(folded)->normalize("Dear Éloïse THERE"), "dear ⟨name⟩ there");
}

TEST_P(ScrubbingTokenizer, RareAndUnseenPlaceholdersStay) {
  TokenizerOptions few = options();
  if (few.kind == TokenizerKind::subwords) return;
  few.vocab_size = kSpecialIds + 8;
  few.min_count = 3;
  const auto tokenizer = Tokenizer::train(few, [](const auto& line) {
    for (int i = 0; i < 9; ++i) line("a b c d e f g h i j k l");
  });
  EXPECT_EQ(tokenizer->vocabulary().size(), few.vocab_size);
  EXPECT_TRUE(tokenizer->vocabulary().contains("a"));
  for (const std::string_view placeholder : kPlaceholders)
    EXPECT_TRUE(tokenizer->vocabulary().contains(placeholder)) << placeholder;
  few.vocab_size = kSpecialIds + 6;
  EXPECT_THROW(trained(few), UserError);
}

INSTANTIATE_TEST_SUITE_P(EveryKind, ScrubbingTokenizer,
                         testing::Values(TokenizerKind::words, TokenizerKind::unicode_words,
                                         TokenizerKind::chars, TokenizerKind::subwords));

}  // namespace
}  // namespace weft
