#include "corpora/line_reader.h"

#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "corpora/byte_source.h"
#include "corpora/magic.h"
#include "tokenizer/encoding.h"

namespace weft {

namespace {

constexpr std::size_t kBlock = 256 << 10;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr std::string_view kUtf16LeMark = "\xff\xfe";
constexpr std::string_view kUtf16BeMark = "\xfe\xff";

bool is_utf8_name(std::string_view name) {
  std::string lower;
  for (const char c : name) {
    if (c != '-' && c != '_') lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return lower == "utf8";
}

void replace_nul(std::string& line) {
  std::string repaired;
  for (const char c : line) {
    if (c == '\0') {
      repaired += "\xef\xbf\xbd";
    } else {
      repaired += c;
    }
  }
  line = std::move(repaired);
}

}  // namespace

struct LineReader::Impl {
  Impl(const std::string& path, const LineReaderOptions& line_options)
      : options(line_options), name(display_name(path)), source(open_bytes(path)), block(kBlock) {}

  LineReaderOptions options;
  std::string name;
  std::unique_ptr<ByteSource> source;
  std::optional<EncodingConverter> converter;
  std::vector<char> block;
  std::string converted;
  std::string_view text;  // what is left of the block, as UTF-8
  bool started = false;
  bool mark_passed = false;
  bool ended = false;
  std::uint64_t line_number = 0;
  std::optional<std::string> peeked;

  bool read_line(std::string& line);
  bool fill();
  std::string_view first_block();
  void convert(std::string_view bytes, bool last);
  void check(std::string& line) const;
  void append(std::string& line, std::string_view piece) const;
};

/// Reads on until the marks that begin a file can be told apart; decides the encoding.
std::string_view LineReader::Impl::first_block() {
  std::size_t size = 0;
  std::string_view bytes;
  do {
    const std::size_t count = source->read(block.data() + size, block.size() - size);
    ended = count == 0;
    size += count;
    bytes = {block.data(), size};
  } while (!ended && (may_become(bytes, kUtf8Mark) || may_become(bytes, kUtf16LeMark) ||
                      may_become(bytes, kUtf16BeMark)));
  const std::string_view kind = describe_magic(bytes);
  if (!kind.empty()) {
    throw FormatError(name, "this looks like " + std::string(kind) + "; a text file is expected");
  }
  if (bytes.starts_with(kUtf8Mark)) return bytes.substr(kUtf8Mark.size());
  if (!is_utf8_name(options.encoding)) {
    converter.emplace(options.encoding);
  } else if (bytes.starts_with(kUtf16LeMark)) {
    converter.emplace("utf-16le");
    bytes.remove_prefix(kUtf16LeMark.size());
  } else if (bytes.starts_with(kUtf16BeMark)) {
    converter.emplace("utf-16be");
    bytes.remove_prefix(kUtf16BeMark.size());
  }
  return bytes;
}

void LineReader::Impl::convert(std::string_view bytes, bool last) {
  try {
    converter->convert(bytes, last, converted);
  } catch (const UserError& error) {
    throw FormatError(name, error.what());
  }
}

/// Makes `text` non-empty, or returns false at the end.
bool LineReader::Impl::fill() {
  while (text.empty() && !ended) {
    std::string_view bytes;
    if (!started) {
      started = true;
      bytes = first_block();
    } else {
      const std::size_t size = source->read(block.data(), block.size());
      ended = size == 0;
      bytes = {block.data(), size};
    }
    if (!converter) {
      text = bytes;
      continue;
    }
    converted.clear();
    convert(bytes, ended);
    text = converted;
    if (text.empty() || mark_passed) continue;
    mark_passed = true;  // ICU keeps the mark of a named byte order
    if (text.starts_with(kUtf8Mark)) text.remove_prefix(kUtf8Mark.size());
  }
  return !text.empty();
}

void LineReader::Impl::append(std::string& line, std::string_view piece) const {
  if (line.size() + piece.size() > options.max_line_bytes) {
    throw FormatError::at_line(name, line_number,
                               "the line is longer than " + std::to_string(options.max_line_bytes) +
                                   " bytes; break it into shorter lines");
  }
  line.append(piece);
}

void LineReader::Impl::check(std::string& line) const {
  const std::size_t nul = line.find('\0');
  if (nul != std::string::npos) {
    if (!options.repair) {
      throw FormatError::at_column(
          name, line_number, nul + 1,
          options.utf8_alone ? "a NUL byte; is this a binary file, or UTF-16 text to convert?"
                             : "a NUL byte; is this a binary file, or UTF-16 text that needs "
                               "--encoding utf-16le or utf-16be?");
    }
    replace_nul(line);
  }
  if (converter) return;  // its output is UTF-8
  const std::optional<std::size_t> invalid = first_invalid_utf8(line);
  if (!invalid) return;
  if (!options.repair) {
    throw FormatError::at_column(name, line_number, *invalid + 1,
                                 options.utf8_alone
                                     ? "the bytes are not UTF-8; convert the file"
                                     : "the bytes are not UTF-8; name the encoding of the file "
                                       "with --encoding, for example latin1");
  }
  line = repair_utf8(line);
}

bool LineReader::Impl::read_line(std::string& line) {
  line.clear();
  if (!fill()) return false;
  ++line_number;
  bool complete = false;
  do {
    const std::size_t end = text.find('\n');
    complete = end != std::string_view::npos;
    append(line, text.substr(0, end));
    text.remove_prefix(complete ? end + 1 : text.size());
  } while (!complete && fill());
  if (complete && !line.empty() && line.back() == '\r') line.pop_back();
  check(line);
  return true;
}

LineReader::LineReader(const std::string& path, const LineReaderOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {}
LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;

bool LineReader::next(std::string& line) {
  if (!impl_->peeked) return impl_->read_line(line);
  line = std::move(*impl_->peeked);
  impl_->peeked.reset();
  return true;
}

bool LineReader::peek(std::string& line) {
  if (!impl_->peeked) {
    std::string next_line;
    if (!impl_->read_line(next_line)) return false;
    impl_->peeked = std::move(next_line);
  }
  line = *impl_->peeked;
  return true;
}

std::uint64_t LineReader::line_number() const {
  return impl_->line_number - (impl_->peeked ? 1 : 0);
}

const std::string& LineReader::path() const { return impl_->name; }

std::string read_file(const std::string& path) {
  const std::unique_ptr<ByteSource> source = open_bytes(path);
  std::string bytes;
  std::vector<char> block(kBlock);
  while (const std::size_t size = source->read(block.data(), block.size())) {
    bytes.append(block.data(), size);
  }
  return bytes;
}

}  // namespace weft
