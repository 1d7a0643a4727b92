#include "corpora/id_shard.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>

#include "base/byte_reader.h"
#include "base/error.h"

namespace weft {

namespace {

constexpr std::string_view kMagic("WEFTIDS\0", 8);
constexpr std::uint32_t kVersion = 1;  // to be raised also when a tokenizer splits differently
constexpr std::uint64_t kHeadBytes = 16;
constexpr std::uint64_t kTailBytes = 48;
constexpr std::size_t kBlock = 1 << 20;  // the checksum of the ids goes block by block

/// Of a part of `file`, of which no more than a few blocks stay in memory.
std::uint64_t checksum_in_blocks(std::span<const std::byte> bytes, const MappedFile& file) {
  std::uint64_t sum = 0;
  for (std::size_t block = 1; !bytes.empty(); ++block) {
    const std::size_t size = std::min(kBlock, bytes.size());
    sum = checksum(bytes.first(size), sum);
    bytes = bytes.subspan(size);
    if (block % 16 == 0) file.release();
  }
  return sum;
}

}  // namespace

IdShardWriter::IdShardWriter(const std::string& path, int vocabulary_size)
    : file_(path),
      width_(vocabulary_size <= 1 << 16 ? 2 : 4),
      vocabulary_size_(static_cast<std::uint64_t>(vocabulary_size)) {
  block_.reserve(kBlock);
  ByteWriter head;
  for (const char c : kMagic) head.write(c);
  head.write(kVersion);
  head.write(width_);
  head_ = head.bytes();
  file_.write(head_);
}

void IdShardWriter::add(int id) {
  if (id < 0 || static_cast<std::uint64_t>(id) >= vocabulary_size_) {
    throw std::logic_error("a tokenizer gave an id outside its vocabulary");
  }
  const auto value = static_cast<std::uint32_t>(id);
  const std::size_t end = block_.size();
  block_.resize(end + width_);
  std::memcpy(block_.data() + end, &value, width_);  // little-endian: the low bytes come first
  ++count_;
  if (block_.size() == kBlock) flush();
}

void IdShardWriter::flush() {
  if (block_.empty()) return;
  checksum_ = checksum(block_, checksum_);
  file_.write(block_);
  block_.clear();
}

void IdShardWriter::finish(const ShardOrigin& origin, std::uint64_t characters) {
  flush();
  ByteWriter tail;
  tail.write(count_);
  tail.write(characters);
  tail.write(origin.source);
  tail.write(origin.recipe);
  tail.write(checksum_);
  tail.write(checksum(tail.bytes(), checksum(head_)));
  file_.write(tail.bytes());
  file_.commit();
}

IdShard open_id_shard(const std::string& path, const ShardOrigin& origin) {
  IdShard shard;
  shard.file = std::make_shared<MappedFile>(path);
  const std::span<const std::byte> bytes = shard.file->bytes();
  if (bytes.size() < kHeadBytes + kTailBytes) {
    throw FormatError(path, "the shard of token ids is truncated");
  }
  const auto head = bytes.first(kHeadBytes);
  const auto tail = bytes.last(kTailBytes);
  const auto ids = bytes.subspan(kHeadBytes, bytes.size() - kHeadBytes - kTailBytes);

  ByteReader head_reader(head, path);
  const auto magic = head_reader.take(kMagic.size());
  const auto version = head_reader.read<std::uint32_t>();
  const auto width = head_reader.read<std::uint32_t>();
  if (std::memcmp(magic.data(), kMagic.data(), kMagic.size()) != 0 || version != kVersion) {
    throw FormatError(path, "this is no shard of token ids of this version");
  }
  ByteReader tail_reader(tail, path);
  shard.count = tail_reader.read<std::uint64_t>();
  shard.characters = tail_reader.read<std::uint64_t>();
  const auto source = tail_reader.read<std::uint64_t>();
  const auto recipe = tail_reader.read<std::uint64_t>();
  const auto ids_checksum = tail_reader.read<std::uint64_t>();
  const auto frame_checksum = tail_reader.read<std::uint64_t>();
  const auto tail_checked = tail.first(kTailBytes - sizeof(std::uint64_t));
  if (frame_checksum != checksum(tail_checked, checksum(head)) || (width != 2 && width != 4) ||
      ids.size() % width != 0 || shard.count != ids.size() / width) {
    throw FormatError(path, "the shard of token ids is damaged");
  }
  if (source != origin.source) throw FormatError(path, "the source has changed since");
  if (recipe != origin.recipe) throw FormatError(path, "the tokenizer has changed since");
  if (ids_checksum != checksum_in_blocks(ids, *shard.file)) {
    throw FormatError(path, "the shard of token ids is damaged");
  }
  shard.width = static_cast<int>(width);
  shard.ids = ids.data();
  return shard;
}

}  // namespace weft
