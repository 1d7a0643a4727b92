// A corpus as one long stream of token ids, on disk and memory-mapped, so that it may be larger
// than memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/log.h"
#include "tokenizer/tokenizer.h"

namespace weft {

/// Read-only and shareable between threads. Ids are stored in 16 bits where the vocabulary allows,
/// else in 32. Every line of the text ends with <eos>.
class TokenStream {
 public:
  /// Encodes `path`, or maps the shard made of it before if the checksums of the source and of the
  /// tokenizer still match. Shards lie in `cache_directory`; if that is empty, the ids are kept in
  /// an unlinked temporary file instead. Progress and what was reused goes to `log`.
  static TokenStream open(const std::string& path, const Tokenizer& tokenizer,
                          const std::string& encoding, const std::string& cache_directory,
                          const LogSink& log = no_log);
  /// From ids in memory, for tests and bundled samples.
  static TokenStream from_ids(const std::vector<int>& ids);

  std::uint64_t size() const { return size_; }
  int operator[](std::uint64_t position) const;
  /// ids [begin, begin + count) to `out`; the range must lie inside.
  void read(std::uint64_t begin, std::uint64_t count, int* out) const;
  /// Lets go of the memory of what was read; see MappedFile.
  void release() const;
  /// Characters (code points) of the source text, line ends included: for bits per character.
  std::uint64_t characters() const { return characters_; }

 private:
  TokenStream() = default;
  std::shared_ptr<MappedFile> file_;
  std::shared_ptr<const std::vector<int>> memory_;
  const std::byte* ids_ = nullptr;
  std::uint64_t size_ = 0;
  std::uint64_t characters_ = 0;
  int width_ = 4;  // bytes an id
};

}  // namespace weft
