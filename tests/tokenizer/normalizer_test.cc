#include "tokenizer/normalizer.h"

#include <gtest/gtest.h>

#include "tests/tokenizer/texts.h"
#include "tokenizer/encoding.h"

namespace weft {
namespace {

using namespace std::string_literals;

std::string normalize(const std::string& text, const NormalizerOptions& options = {}) {
  return Normalizer(options)(text);
}

/// All 3 · 2^4 settings.
std::vector<NormalizerOptions> all_options() {
  std::vector<NormalizerOptions> all;
  for (const auto form : {UnicodeForm::none, UnicodeForm::nfc, UnicodeForm::nfkc}) {
    for (int bits = 0; bits < 16; ++bits) {
      all.push_back({form, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0});
    }
  }
  return all;
}

TEST(Normalizer, IsIdempotentAndGivesUtf8) {
  for (const auto& options : all_options()) {
    const Normalizer normalizer(options);
    for (const auto& text : nasty_texts()) {
      const std::string once = normalizer(text);
      EXPECT_EQ(normalizer(once), once) << text;
      EXPECT_EQ(first_invalid_utf8(once), std::nullopt) << text;
    }
  }
}

TEST(Normalizer, AsciiGoesTheSameWayFastOrSlow) {
  // U+4E00 at the end sends the text the slow way and is changed by no step.
  std::string all;
  for (int c = 0; c < 128; ++c) all += {static_cast<char>(c), 'x', static_cast<char>(c)};
  for (const auto& options : all_options()) {
    for (const std::string& text : {all, std::string(" a  B\t\n c ")}) {
      EXPECT_EQ(normalize(text + ".", options) + "\u4E00", normalize(text + ".\u4E00", options));
    }
  }
}

TEST(Normalizer, WithoutAnyStepChangesNothing) {
  for (const auto& text : nasty_texts()) EXPECT_EQ(normalize(text, untouched()), text);
}

TEST(Normalizer, Forms) {
  auto options = untouched();
  options.form = UnicodeForm::nfc;
  EXPECT_EQ(normalize("cafe\u0301 \u212B \uFB01", options), "caf\u00E9 \u00C5 \uFB01");
  options.form = UnicodeForm::nfkc;
  EXPECT_EQ(normalize("cafe\u0301 \uFB01 \u2460", options), "caf\u00E9 fi 1");
}

TEST(Normalizer, FoldsCaseFully) {
  auto options = untouched();
  options.fold_case = true;
  EXPECT_EQ(normalize("Straße ΣΊΣΥΦΟΣ ABC", options), "strasse σίσυφοσ abc");
}

TEST(Normalizer, StripsAccentsButNotLetters) {
  auto options = untouched();
  options.strip_accents = true;
  EXPECT_EQ(normalize("café naïve Ångström Ünü ñ", options), "cafe naive Angstrom Unu n");
  EXPECT_EQ(normalize("مُحَمَّد", options), "محمد");
  EXPECT_EQ(normalize("שָׁלוֹם", options), "שלום");
  // Vowel signs, voicing marks, emoji presentation, overlays: without them it is another text.
  for (const char* text : {"ที่กิน", "が", "हिन्दी", "❤\uFE0F", "≠", "한국어"}) {
    EXPECT_EQ(normalize(text, options), text);
  }
}

TEST(Normalizer, StripsControlsButKeepsWhatHasMeaning) {
  auto options = untouched();
  options.strip_control = true;
  EXPECT_EQ(normalize("a\0b\x1B\x7F\u200B\u00AD\uFEFF\u202E c"s, options), "ab c");
  EXPECT_EQ(normalize("a\tb\nc\r\n\u0085\u2028", options), "a\tb\nc\r\n\u0085\u2028");
  for (const char* text : {"👩‍👩‍👧‍👦", "می\u200Cخواهم", "\u0600\u0661",
                           "\U0001F3F4\U000E0067\U000E0062\U000E007F"}) {
    EXPECT_EQ(normalize(text, options), text);
  }
}

TEST(Normalizer, AccentMeetsItsLetterWhereAControlStood) {
  EXPECT_EQ(normalize("e\u00AD\u0301"), "\u00E9");
}

TEST(Normalizer, SqueezesEveryWhiteSpace) {
  EXPECT_EQ(normalize(" \t a \u00A0\u2003\u3000 b\u2028c\u0085 \r\n"), "a b c");
  EXPECT_EQ(normalize(" \n\u00A0 "), "");
  EXPECT_EQ(normalize(""), "");
}

}  // namespace
}  // namespace weft
