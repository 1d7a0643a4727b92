#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "corpora/magic.h"
#include "models/file/safetensors.h"
#include "models/file/safetensors_format.h"
#include "tokenizer/encoding.h"

namespace weft {

using namespace safetensors;
using Json = nlohmann::json;

namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kHeadBytes = 512;  // enough to tell what a file is

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool looks_like_text(std::string_view head) {
  const bool control = std::any_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0 || byte == 0x7f || (byte < 0x20 && !std::strchr("\t\n\v\f\r", c));
  });
  // The head may end inside a character.
  return !control && first_invalid_utf8(head).value_or(head.size()) + 4 > head.size();
}

// What a file is that is no safetensors file; empty if nobody knows.
std::string_view describe(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x1f\x8b"sv)) return "a gzip archive";
  if (head.starts_with("\xfd"
                       "7zXZ"sv))
    return "an xz archive";
  if (const auto known = describe_magic(head); !known.empty()) return known;
  return looks_like_text(head) ? "a text file"sv : ""sv;
}

[[noreturn]] void throw_truncated(const std::string& path, std::uint64_t size,
                                  const std::string& whole) {
  throw FormatError(path, "the file is truncated: it ends after " + std::to_string(size) + " of " +
                              whole + " bytes; copy or save it again");
}

[[noreturn]] void throw_damaged(const std::string& path, const std::string& what) {
  throw FormatError(path, "the file is damaged: " + what + "; copy or save it again");
}

std::uint64_t unsigned_number(const Json& value, const std::string& path, const std::string& what) {
  if (!value.is_number_unsigned()) throw_damaged(path, what + " is not a whole number");
  return value.get<std::uint64_t>();
}

struct Placed {
  TensorView tensor;
  std::uint64_t begin = 0, end = 0;  // relative to the first byte after the header
};

const Json& field(const Json& object, const char* key, Json::value_t type, const std::string& path,
                  const std::string& tensor) {
  const auto found = object.find(key);
  if (found == object.end() || found->type() != type)
    throw_damaged(path, tensor + " has no valid '" + key + "'");
  return *found;
}

Placed read_entry(const std::string& name, const Json& entry, const std::string& path) {
  const std::string what = "tensor '" + name + "'";
  if (!entry.is_object() || entry.size() != 3)
    throw_damaged(path, what + " is not described by dtype, shape and data_offsets");
  Placed placed;
  placed.tensor.name = name;
  placed.tensor.type = field(entry, "dtype", Json::value_t::string, path, what).get<std::string>();
  if (element_size(placed.tensor.type) == 0)
    throw FormatError(
        path, what + " has the unknown type " + placed.tensor.type + "; a newer weft may know it");
  for (const Json& dimension : field(entry, "shape", Json::value_t::array, path, what))
    placed.tensor.shape.push_back(unsigned_number(dimension, path, "the shape of " + what));
  const Json& offsets = field(entry, "data_offsets", Json::value_t::array, path, what);
  if (offsets.size() != 2) throw_damaged(path, what + " has no begin and end");
  placed.begin = unsigned_number(offsets[0], path, "the place of " + what);
  placed.end = unsigned_number(offsets[1], path, "the place of " + what);
  const auto size = tensor_size(placed.tensor.type, placed.tensor.shape);
  if (placed.end < placed.begin || size != placed.end - placed.begin)
    throw_damaged(path, "the shape of " + what + " does not fit its bytes");
  return placed;
}

}  // namespace

Json parse_untrusted_json(std::string_view text, const std::string& path, const std::string& what) {
  std::vector<std::set<std::string>> names(kMaxDepth + 2);
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) throw_damaged(path, what + " nests too deeply");
    auto& seen = names[static_cast<std::size_t>(depth)];
    if (event == Json::parse_event_t::object_start)
      names[static_cast<std::size_t>(depth) + 1].clear();
    else if (event == Json::parse_event_t::key && !seen.insert(parsed.get<std::string>()).second)
      throw_damaged(path, what + " names '" + parsed.get<std::string>() + "' twice");
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception&) {
    throw_damaged(path, what + " is not valid JSON");
  }
}

SafetensorsFile::SafetensorsFile(std::shared_ptr<MappedFile> file) : file_(std::move(file)) {
  const std::uint64_t length = read_header_length();
  data_begin_ = kLengthBytes + length;
  const Json header = parse_untrusted_json(text_of(file_->bytes().subspan(kLengthBytes, length)),
                                           path(), "its header");
  if (!header.is_object()) throw_damaged(path(), "its header is not a JSON object");
  if (const auto found = header.find("__metadata__"); found != header.end()) read_metadata(*found);
  read_tensors(header);
}

std::uint64_t SafetensorsFile::read_header_length() const {
  const std::uint64_t size = file_->size();
  if (size == 0) throw FormatError(path(), "the file is empty; name a model saved by weft train");
  const auto head = text_of(file_->bytes().first(std::min<std::size_t>(size, kHeadBytes)));
  if (size > kLengthBytes && head[kLengthBytes] == '{' && !looks_like_text(head)) {
    std::uint64_t length = 0;
    std::memcpy(&length, head.data(), kLengthBytes);
    if (length > kMaxHeader)
      throw_damaged(path(), "its header cannot be " + std::to_string(length) + " bytes long");
    if (length > size - kLengthBytes)
      throw_truncated(path(), size, "at least " + std::to_string(kLengthBytes + length));
    return length;
  }
  if (const std::string_view other = describe(head); !other.empty())
    throw FormatError(path(), "this is " + std::string(other) +
                                  ", not a weft model; name a model saved by weft train");
  if (size <= kLengthBytes) throw_truncated(path(), size, "at least 9");
  throw FormatError(path(), "this is not a weft model; name a model saved by weft train");
}

void SafetensorsFile::read_metadata(const Json& object) {
  if (!object.is_object()) throw_damaged(path(), "its metadata are not a JSON object");
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) throw_damaged(path(), "metadata '" + key + "' is not a string");
    metadata_[key] = value.get<std::string>();
  }
}

void SafetensorsFile::read_tensors(const Json& header) {
  std::vector<Placed> all;
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__") all.push_back(read_entry(name, entry, path()));
  std::sort(all.begin(), all.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.begin, a.end, a.tensor.name) < std::tie(b.begin, b.end, b.tensor.name);
  });
  std::uint64_t end = 0;
  for (const Placed& placed : all) {
    if (placed.begin != end)
      throw_damaged(path(), "tensor '" + placed.tensor.name +
                                (placed.begin < end ? "' overlaps another" : "' follows a gap"));
    end = placed.end;
  }
  const std::uint64_t present = file_->size() - data_begin_;
  if (end > present)
    throw_truncated(
        path(), file_->size(),
        end > UINT64_MAX - data_begin_ ? "far more" : std::to_string(data_begin_ + end));
  if (end < present)
    throw_damaged(
        path(), "it goes on for " + std::to_string(present - end) + " bytes after its last tensor");
  for (Placed& placed : all) {
    placed.tensor.bytes =
        file_->bytes().subspan(data_begin_ + placed.begin, placed.end - placed.begin);
    tensors_.push_back(std::move(placed.tensor));
  }
}

void SafetensorsFile::verify() const {
  const auto start = text_of(file_->bytes().first(data_begin_));
  const std::string_view header = start.substr(kLengthBytes);
  if (checksum().size() != kNoChecksum.size() || !header.starts_with(kChecksumPrefix))
    throw FormatError(path(),
                      "this is a safetensors file that weft did not write; name a model "
                      "saved by weft train");
  std::string zeroed(start);
  zeroed.replace(kLengthBytes + kChecksumPrefix.size(), kNoChecksum.size(), kNoChecksum);
  std::vector<std::span<const std::byte>> contents;
  for (const TensorView& tensor : tensors_) contents.push_back(tensor.bytes);
  if (const std::string found = chained_checksum(zeroed, contents); found != checksum())
    throw_damaged(path(), "its checksum is " + found + " instead of " + checksum());
}

std::string SafetensorsFile::checksum() const {
  const auto found = metadata_.find("checksum");
  return found == metadata_.end() ? std::string() : found->second;
}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(),
                                  [&](const TensorView& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

}  // namespace weft
