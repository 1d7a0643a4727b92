#include "corpora/unpack.h"

#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/error.h"

namespace weft {

namespace {

constexpr std::size_t kBlock = 256 << 10;
constexpr std::uint64_t kXzMemory = 512u << 20;

/// The packed bytes in blocks, and how many went before them.
class PackedInput {
 public:
  PackedInput(std::unique_ptr<ByteSource> source, std::string name)
      : source_(std::move(source)), name_(std::move(name)), block_(kBlock) {}

  /// The next block; empty at the end.
  std::string_view next() {
    before_ += size_;
    size_ = source_->read(block_.data(), block_.size());
    return {block_.data(), size_};
  }
  [[noreturn]] void fail(std::size_t left_in_block, const std::string& message) const {
    throw FormatError::at_byte(name_, before_ + size_ - left_in_block, message);
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string name_;
  std::vector<char> block_;
  std::size_t size_ = 0;
  std::uint64_t before_ = 0;
};

class GzipSource : public ByteSource {
 public:
  GzipSource(std::unique_ptr<ByteSource> packed, std::string name)
      : input_(std::move(packed), std::move(name)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  std::size_t read(char* out, std::size_t size) override {
    const auto room =
        static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = room;
    while (stream_.avail_out == room && room > 0 && !ended_) step();
    return room - stream_.avail_out;
  }

 private:
  void step() {
    if (stream_.avail_in == 0 && !refill()) {
      if (in_member_) {
        input_.fail(0, "the gzip archive ends in the middle of its data; copy it again");
      }
      ended_ = true;
      return;
    }
    if (!in_member_ && !begin_member()) return;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      in_member_ = false;
    } else if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      input_.fail(stream_.avail_in, "the gzip archive is damaged here; copy it again");
    }
  }
  bool refill() {
    const std::string_view block = input_.next();
    // zlib's interface is not const; it does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
    stream_.avail_in = static_cast<uInt>(block.size());
    return !block.empty();
  }
  /// Zeros after a member are padding (tapes, block devices); anything else begins another member.
  bool begin_member() {
    if (members_ > 0) {
      while (stream_.avail_in > 0 && *stream_.next_in == 0) {
        ++stream_.next_in;
        --stream_.avail_in;
      }
      if (stream_.avail_in == 0) return false;
      inflateReset(&stream_);
    }
    ++members_;
    in_member_ = true;
    return true;
  }

  PackedInput input_;
  z_stream stream_{};
  std::uint64_t members_ = 0;
  bool in_member_ = false;
  bool ended_ = false;
};

class XzSource : public ByteSource {
 public:
  XzSource(std::unique_ptr<ByteSource> packed, std::string name)
      : input_(std::move(packed), std::move(name)) {
    if (lzma_stream_decoder(&stream_, kXzMemory, LZMA_CONCATENATED) != LZMA_OK) {
      throw std::bad_alloc();
    }
  }
  ~XzSource() override { lzma_end(&stream_); }

  std::size_t read(char* out, std::size_t size) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out);
    stream_.avail_out = size;
    while (stream_.avail_out == size && size > 0 && !ended_) step();
    return size - stream_.avail_out;
  }

 private:
  void step() {
    if (stream_.avail_in == 0 && action_ == LZMA_RUN) {
      const std::string_view block = input_.next();
      stream_.next_in = reinterpret_cast<const std::uint8_t*>(block.data());
      stream_.avail_in = block.size();
      if (block.empty()) action_ = LZMA_FINISH;
    }
    const lzma_ret result = lzma_code(&stream_, action_);
    if (result == LZMA_STREAM_END) {
      ended_ = true;
    } else if (result == LZMA_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result == LZMA_MEMLIMIT_ERROR) {
      input_.fail(stream_.avail_in,
                  "the xz archive needs more than 512 MiB to unpack; unpack it with xz -d first");
    } else if (result == LZMA_BUF_ERROR) {
      input_.fail(0, "the xz archive ends in the middle of its data; copy it again");
    } else if (result != LZMA_OK) {
      input_.fail(stream_.avail_in, "the xz archive is damaged here; copy it again");
    }
  }

  PackedInput input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  lzma_action action_ = LZMA_RUN;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed, std::string name) {
  return std::make_unique<GzipSource>(std::move(packed), std::move(name));
}

std::unique_ptr<ByteSource> unpack_xz(std::unique_ptr<ByteSource> packed, std::string name) {
  return std::make_unique<XzSource>(std::move(packed), std::move(name));
}

}  // namespace weft
