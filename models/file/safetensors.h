// The safetensors container: an 8-byte little-endian header length, a JSON header, the raw
// little-endian tensors one after another without gaps.
// (https://huggingface.co/docs/safetensors, "Format")
//
// Files written here carry a checksum over every byte as the first entry of `__metadata__`, and
// their header is padded with spaces so that the tensors begin at a multiple of 64 bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace weft {

/// A named array in somebody else's memory. The last dimension of `shape` is the one whose
/// neighbours lie side by side ("C order").
struct TensorView {
  std::string name;
  std::string type;  // as the format spells it: "F32", "F64", "U8", …
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes the file atomically. Metadata are strings, as the format demands; `checksum` is added.
/// Throws UserError if the file cannot be written, std::logic_error if two tensors share a name or
/// a tensor's bytes do not fit its shape.
void write_safetensors(const std::string& path, const std::map<std::string, std::string>& metadata,
                       const std::vector<TensorView>& tensors);

/// A container read through a memory map; nothing of it is copied.
class SafetensorsFile {
 public:
  /// Trusts no byte: the header's length, its JSON (depth, types, names that occur twice), each
  /// tensor's type, shape and place are checked, and that tensors cover the file without gap or
  /// overlap. Throws FormatError that says what the file looks like instead.
  explicit SafetensorsFile(std::shared_ptr<MappedFile> file);

  /// Throws FormatError if the checksum is not that of these bytes, or if there is none.
  void verify() const;

  const std::string& path() const { return file_->path(); }
  const std::shared_ptr<MappedFile>& file() const { return file_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::vector<TensorView>& tensors() const { return tensors_; }  // in file order
  const TensorView* find(std::string_view name) const;
  /// 16 hexadecimal digits: XXH3-64 of length and header, the digits themselves taken as zeros,
  /// then of each tensor in file order, each seeded with the result before it. Empty if there
  /// is none.
  std::string checksum() const;

 private:
  std::uint64_t read_header_length() const;
  void read_metadata(const nlohmann::json& object);
  void read_tensors(const nlohmann::json& header);

  std::shared_ptr<MappedFile> file_;
  std::uint64_t data_begin_ = 0;  // first byte after the header
  std::map<std::string, std::string> metadata_;
  std::vector<TensorView> tensors_;
};

/// Parses JSON that nobody has checked: throws FormatError naming `path` and `what` if it is not
/// valid, nests deeper than 64 levels, or if an object has two entries of one name.
nlohmann::json parse_untrusted_json(std::string_view text, const std::string& path,
                                    const std::string& what);

}  // namespace weft
