// Token ids in a file: written once as a stream, mapped ever after.
//
//   "WEFTIDS\0"  version u32  width u32 | ids, 2 or 4 bytes each | count u64  characters u64
//   source u64  recipe u64  checksum of the ids u64  checksum of everything but the ids u64
//
// Little-endian. What is only known at the end stands at the end, so that the file can be written
// in one pass in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"

namespace weft {

/// What a shard was made of: it may be used only where both are the same.
struct ShardOrigin {
  std::uint64_t source = 0;  // checksum of the source file as it lies on disk
  std::uint64_t recipe = 0;  // of the tokenizer and the encoding
};

/// Appears at its path on finish(), whole, or not at all. Throws UserError if it cannot be written.
class IdShardWriter {
 public:
  IdShardWriter(const std::string& path, int vocabulary_size);
  /// `id` in [0, vocabulary_size).
  void add(int id);
  std::uint64_t count() const { return count_; }
  void finish(const ShardOrigin& origin, std::uint64_t characters);

 private:
  void flush();
  AtomicFile file_;
  std::uint32_t width_;
  std::uint64_t vocabulary_size_;
  std::vector<std::byte> block_;
  std::uint64_t count_ = 0;
  std::uint64_t checksum_ = 0;
  std::string head_;
};

struct IdShard {
  std::shared_ptr<MappedFile> file;
  const std::byte* ids = nullptr;
  int width = 0;  // bytes an id
  std::uint64_t count = 0;
  std::uint64_t characters = 0;
};

/// Maps a shard and checks every byte of it. Throws FormatError if it is not whole, not of this
/// version or not made of `origin`; UserError if it cannot be read.
IdShard open_id_shard(const std::string& path, const ShardOrigin& origin);

}  // namespace weft
