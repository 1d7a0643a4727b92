#include "corpora/magic.h"

#include <cstddef>

namespace weft {

namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  std::string_view description;
  std::size_t offset = 0;
};

// Only signatures that no sentence begins with.
constexpr Magic kMagics[] = {
    {"PK\3\4"sv, "a zip archive (or an office document)"sv},
    {"PK\5\6"sv, "an empty zip archive"sv},
    {"\x1f\x8b"sv, "a gzip archive inside another archive"sv},
    {"\xfd"
     "7zXZ\0"sv,
     "an xz archive inside another archive"sv},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"sv},
    {"Rar!\x1a\x07"sv, "a RAR archive"sv},
    {"\x28\xb5\x2f\xfd"sv, "a Zstandard archive"sv},
    {"1AY&SY"sv, "a bzip2 archive"sv, 4},
    {"ustar\0"sv, "a tar archive"sv, 257},
    {"ustar  \0"sv, "a tar archive"sv, 257},
    {"%PDF-"sv, "a PDF document"sv},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "an old office document"sv},
    {"{\\rtf"sv, "a rich text document"sv},
    {"\x89PNG\r\n"sv, "a PNG image"sv},
    {"\xff\xd8\xff"sv, "a JPEG image"sv},
    {"GIF87a"sv, "a GIF image"sv},
    {"GIF89a"sv, "a GIF image"sv},
    {"\x7f"
     "ELF"sv,
     "a program"sv},
    {"SQLite format 3\0"sv, "an SQLite database"sv},
    {"\x89HDF\r\n"sv, "an HDF5 file"sv},
    {"\x93NUMPY"sv, "a NumPy array"sv},
    {"PAR1\x15"sv, "a Parquet table"sv},
    {"ARROW1\0"sv, "an Arrow table"sv},
    {"\x80\x02}"sv, "a Python pickle"sv},
    {"GGUF\3\0"sv, "a GGUF model"sv},
    {"WEFTIDS\0"sv, "a cached shard of token ids"sv},
    {"\0\0\x08\1"sv, "an IDX file"sv},
    {"\0\0\x08\3"sv, "an IDX file"sv},
};

// 8 bytes of little-endian header length, then a JSON object.
bool is_safetensors(std::string_view head) {
  return head.size() > 9 && head[8] == '{' && (head[9] == '"' || head[9] == '}') &&
         head.substr(5, 3) == "\0\0\0"sv;
}

}  // namespace

std::string_view describe_magic(std::string_view head) {
  if (is_safetensors(head)) return "a weft model or another safetensors file";
  for (const Magic& magic : kMagics) {
    if (head.size() >= magic.offset + magic.bytes.size() &&
        head.substr(magic.offset, magic.bytes.size()) == magic.bytes) {
      return magic.description;
    }
  }
  return {};
}

}  // namespace weft
