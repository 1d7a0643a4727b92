#include "tokenizer/encoding.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace weft {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Utf8, ValidTextHasNoInvalidByte) {
  for (const char* text :
       {"", "plain", "Zoë", "中文", "👩‍👩‍👧", "\x7f", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(first_invalid_utf8(text), std::nullopt) << text;
  }
  EXPECT_EQ(first_invalid_utf8(std::string_view("a\0b", 3)), std::nullopt);
}

TEST(Utf8, FirstInvalidByteIsFound) {
  const std::pair<const char*, std::size_t> cases[] = {
      {"\x80", 0},                     // a continuation alone
      {"ab\xC3", 2},                   // cut off
      {"ab\xC0\xAF", 2},               // overlong
      {"\xE0\x80\xAF", 0},             // overlong
      {"a\xED\xA0\x80", 1},            // a surrogate
      {"\xF4\x90\x80\x80", 0},         // above U+10FFFF
      {"\xFF", 0},                     // never in UTF-8
      {"eight888\xE9t\xE9", 8},        // Latin-1 behind a word of ASCII
      {"\xC3\xA9\xC3\xA9 caf\xE9", 8}  // after valid characters
  };
  for (const auto& [text, offset] : cases) EXPECT_EQ(first_invalid_utf8(text), offset) << text;
}

TEST(Utf8, RepairReplacesWhatIsInvalidAlone) {
  EXPECT_EQ(repair_utf8("caf\xE9 au lait"), "caf\uFFFD au lait");
  EXPECT_EQ(repair_utf8("Zoë"), "Zoë");
  EXPECT_EQ(repair_utf8("\xF0\x9F\x98"), "\uFFFD");  // one character cut off
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(first_invalid_utf8(repair_utf8(all)), std::nullopt);
}

/// Converts in pieces of `step` bytes.
std::string convert(const std::string& encoding, std::string_view bytes, std::size_t step) {
  EncodingConverter converter(encoding);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    converter.convert(bytes.substr(i, step), false, out);
  }
  converter.convert({}, true, out);
  return out;
}

TEST(EncodingConverter, ConvertsWhereverTheBytesAreCut) {
  const std::string_view utf16("Z\0o\0\xEB\0\x3D\xD8\x00\xDE", 10);  // Zoë, a smiling face
  for (const std::size_t step : {1, 2, 3, 100}) {
    EXPECT_EQ(convert("utf-16le", utf16, step), "Zo\u00EB\U0001F600") << step;
    EXPECT_EQ(convert("latin1", "caf\xE9", step), "caf\u00E9") << step;
    EXPECT_EQ(convert("windows-1252", "\x93quoted\x94", step), "\u201Cquoted\u201D") << step;
    EXPECT_EQ(convert("shift_jis", "\x93\xFA\x96\x7B", step), "\u65E5\u672C") << step;
  }
}

TEST(EncodingConverter, LongInputPassesItsBuffer) {
  const std::string bytes(100000, '\xE9');
  std::string expected;
  for (int i = 0; i < 100000; ++i) expected += "\u00E9";
  EXPECT_EQ(convert("latin1", bytes, 60000), expected);
}

TEST(EncodingConverter, BadBytesAreNamedByTheirOffset) {
  EXPECT_THAT([] { convert("us-ascii", "0123456\xE9", 3); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("byte 7"), HasSubstr("us-ascii"))));
  EXPECT_THAT([] { convert("utf-8", "abc\xC3(", 2); },
              ThrowsMessage<UserError>(HasSubstr("byte 3")));
  EXPECT_THAT([] { convert("utf-16le", std::string_view("a\0b", 3), 3); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("byte 2"), HasSubstr("ends within"))));
  EXPECT_THAT(
      [] {
        convert("utf-16le",
                std::string_view("\x00\xDE"
                                 "a\0",
                                 4),
                4);
      },
      ThrowsMessage<UserError>(HasSubstr("byte 0")));  // half a surrogate pair
}

TEST(EncodingConverter, UnknownNameIsRefused) {
  EXPECT_THAT([] { EncodingConverter converter("klingon"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("klingon"), HasSubstr("utf-8"))));
  EXPECT_THROW(EncodingConverter(""), UserError);
}

}  // namespace
}  // namespace weft
