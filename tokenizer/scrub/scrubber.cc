#include "tokenizer/scrub/scrubber.h"

#include <algorithm>
#include <span>

#include "base/byte_reader.h"
#include "base/error.h"
#include "tokenizer/scrub/rules.h"

namespace weft {
namespace {

/// Of the rules: a model must go on seeing texts as it did when it was trained.
constexpr std::uint32_t kRules = 2;

icu::UnicodeString replaced(const icu::UnicodeString& text, const ScrubSpans& spans) {
  if (spans.empty()) return text;
  icu::UnicodeString result;
  std::int32_t done = 0;
  for (const ScrubSpan& span : spans) {
    result.append(text, done, span.begin - done);
    const std::string_view placeholder = text_of(span.placeholder);
    result.append(icu::UnicodeString::fromUTF8(
        icu::StringPiece(placeholder.data(), static_cast<std::int32_t>(placeholder.size()))));
    done = span.end;
  }
  return result.append(text, done, text.length() - done);
}

/// Six digits or fewer are nobody's number. Those of other scripts are bytes above 0x7F.
bool may_have_numbers(std::string_view text) {
  const auto may_be_digit = [](char c) { return (c >= '0' && c <= '9') || (c & 0x80) != 0; };
  return std::count_if(text.begin(), text.end(), may_be_digit) > 6;
}

bool may_have_urls(std::string_view text) {
  return text.find('/') != text.npos || text.find("ww") != text.npos ||
         text.find("WW") != text.npos;
}

bool has_text(std::string_view text) { return text.find_first_not_of(" \t\r\n") != text.npos; }

/// "⟨name⟩ ⟨name⟩" is one name: first and last of a list.
std::string joined_names(std::string text) {
  const std::string name(text_of(Placeholder::name)), two = name + " " + name;
  std::string result;
  std::size_t done = 0;
  for (std::size_t at = text.find(two); at != std::string::npos; at = text.find(two, done)) {
    result.append(text, done, at - done);
    done = at + name.size() + 1;
  }
  return done == 0 ? text : result.append(text, done);
}

}  // namespace

std::string Scrubber::operator()(std::string_view text, LinesBefore& before) const {
  if (!has_text(text)) return std::string(text);
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  if (may_have_urls(text)) wide = replaced(wide, find_urls(wide));
  if (text.find('@') != text.npos) wide = replaced(wide, find_emails(wide));
  if (may_have_numbers(text)) {
    wide = replaced(wide, find_ibans(wide));
    wide = replaced(wide, find_numbers(wide));
  }
  wide = replaced(wide, find_names(wide, before.closing));
  std::string result;
  return joined_names(without_names(wide.toUTF8String(result)));
}

std::string Scrubber::without_names(std::string text) const {
  if (names_.size() == 0) return text;
  std::string result;
  split_at_placeholders(
      text,
      [&](std::string_view stretch) {
        std::size_t done = 0;
        for (const auto& [begin, end] : names_.find(stretch)) {
          result += stretch.substr(done, begin - done);
          result += text_of(Placeholder::name);
          done = end;
        }
        result += stretch.substr(done);
      },
      [&](std::string_view placeholder) { result += placeholder; });
  return result;
}

std::string Scrubber::serialize() const {
  ByteWriter writer;
  writer.write(kRules);
  writer.write(static_cast<std::uint32_t>(names_.longest()));
  writer.write(static_cast<std::uint64_t>(names_.size()));
  for (const std::uint64_t hash : names_.hashes()) writer.write(hash);
  return writer.bytes();
}

Scrubber Scrubber::deserialize(std::string_view bytes, const std::string& source) {
  ByteReader reader(std::as_bytes(std::span(bytes)), source);
  if (const auto rules = reader.read<std::uint32_t>(); rules != kRules)
    throw FormatError(source, "the text was scrubbed by rules of version " + std::to_string(rules) +
                                  " and this weft knows version " + std::to_string(kRules) +
                                  "; use the weft it was written by");
  const auto longest = reader.read<std::uint32_t>();
  const auto count = reader.read<std::uint64_t>();
  if (longest > kMostWordsOfName || count > reader.remaining() / sizeof(std::uint64_t))
    throw FormatError(source, "the list of names is damaged; make the file again");
  std::vector<std::uint64_t> hashes(count);
  for (auto& hash : hashes) hash = reader.read<std::uint64_t>();
  if (reader.remaining() != 0 || !std::is_sorted(hashes.begin(), hashes.end()))
    throw FormatError(source, "the list of names is damaged; make the file again");
  return Scrubber(NameList::restore(hashes, longest));
}

}  // namespace weft
