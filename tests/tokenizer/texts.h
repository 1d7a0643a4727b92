// What the tests of this folder share: texts that have broken tokenizers before, and small helpers.
#pragma once

#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace weft {

inline Tokenizer::TextSource lines_of(const std::vector<std::string>& lines) {
  return [lines](const std::function<void(std::string_view)>& each) {
    for (const auto& line : lines) each(line);
  };
}

/// A normaliser that changes nothing.
inline NormalizerOptions untouched() { return {UnicodeForm::none, false, false, false, false}; }

inline std::vector<std::string> nasty_texts() {
  using namespace std::string_literals;  // literals that hold a NUL
  return {
      "",
      " ",
      "a",
      "I don't think it's a bad car at all!",
      "\"Quoted\" (a) [b] {c} <d>",
      "“Curly” ‘quotes’ – dashes — and … ellipsis",
      "don’t can’t l’été aujourd’hui",
      "Wait -- what?! No... really?!… yes!!!",
      "3.14 1,000,000 $5.99 50% 10:30 2024-01-31 1/2 ½ x²",
      "Write to jane.doe+spam@example.co.uk or see https://example.org/a/b?c=d&e=f#g.",
      "a_b __init__ snake_case x.y.z e.g. U.S.A. AT&T C++ #tag @user :-) <3",
      "  leading, trailing and   inner   spaces  ",
      "tab\tline\nfeed\r\nreturn\rform\ffeed vertical\vtab",
      "no-break\u00A0space\u2003em\u2003space\u3000wide",
      "next\u0085line\u2028separator\u2029paragraph",
      "caf\u00E9 cafe\u0301 na\u00EFve Stra\u00DFe STRASSE \u0130stanbul \u01C5 \uFB01n",
      "\u212B \u00C5 A\u030A e\u0323\u0301 e\u0301\u0323 \u1E9B\u0323 \u0344 \u0390",
      "👍👍🏽👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇫🇷 ok👌ok",
      "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F flag",
      "مرحبا بالعالم، كيف حالك؟ مُحَمَّد",
      "می\u200Cخواهم فارسی",
      "שלום עולם שָׁלוֹם ד\"ר",
      "สวัสดีชาวโลก ภาษาไทย",
      "日本語のテキストです。漢字とカタカナが混ざっている。",
      "中文，标点。「引号」一二三",
      "한국어 텍스트 한국어",
      "हिन्दी में पाठ क्षत्रिय",
      "\u0301 starts with a mark",
      "space \u0308then a mark",
      "soft\u00ADhyphen zero\u200Bwidth \uFEFFbom \u200Eltr\u202Eoverride",
      "nul\0bell\a\x1B[0m del\x7F"s,
      "joiner \uFFED￭ \uFFEE. \uFFEE\uFFED \uFFEE\uFFEE a\uFFEDb \uFFED. (\uFFED)",
      "mark \u2581 a\u2581b \u2581\u2581 \uFFEE. \u2585",
      "<unk> <pad> <bos> <eos> <s> </s> <0x41> <0xE2>",
      "\U0010FFFF\uFDD0\uE000\U000F0000 private and not a character",
      "ﬁ ﬂ Ⅷ ① ㎏ ｆｕｌｌ ﷺ",
      "\u1100\u1161\u11A8 jamo \u0E01\u0E33 \u0F71\u0F72",
      "Z\u0351\u036B\u0343a\u0363\u035Bl\u0304\u0368g\u0300o\u0321",
      "\u0600\u0661 prepended \U000110BD\U00011083",
      std::string(5000, 'a') + " " + std::string(5000, '!') + " 漢" + std::string(3000, 'b'),
  };
}

}  // namespace weft
