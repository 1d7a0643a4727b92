// Pieces of text and their ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft {

/// The ids every vocabulary begins with.
enum SpecialId : int { kPad = 0, kUnk = 1, kBos = 2, kEos = 3 };
inline constexpr int kSpecialIds = 4;
inline constexpr const char* kSpecialPieces[kSpecialIds] = {"<pad>", "<unk>", "<bos>", "<eos>"};

/// Frozen: built by VocabularyBuilder or read from a model. Shareable between threads.
class Vocabulary {
 public:
  Vocabulary();
  /// `pieces` without the special ones; `counts` as long as `pieces`. Throws UserError if a piece
  /// occurs twice.
  Vocabulary(std::vector<std::string> pieces, std::vector<std::uint64_t> counts);

  int size() const { return static_cast<int>(pieces_.size()); }
  /// kUnk for an unknown piece; "<unk>" itself and the other special pieces have their ids.
  int id(std::string_view piece) const;
  bool contains(std::string_view piece) const { return slot_of(piece).id >= 0; }
  /// `id` in [0, size).
  const std::string& piece(int id) const { return pieces_[static_cast<std::size_t>(id)]; }
  std::uint64_t count(int id) const { return counts_[static_cast<std::size_t>(id)]; }

  std::string serialize() const;
  static Vocabulary deserialize(std::string_view bytes, const std::string& source);

 private:
  friend class VocabularyBuilder;
  /// An entry of the index: a hash table in one piece of memory (open addressing), as looking up
  /// is what encoding spends its time on.
  struct Slot {
    std::uint32_t hash = 0;
    std::int32_t id = -1;  // empty
  };
  void build_index();
  /// The slot that has `piece`, or the empty one where it would go.
  const Slot& slot_of(std::string_view piece) const;
  std::vector<std::string> pieces_;
  std::vector<std::uint64_t> counts_;
  std::vector<Slot> index_;  // a power of two, at most half full
};

/// Counts pieces, then keeps the most frequent ones (ties in byte order, so that the result does
/// not depend on the order of the text).
class VocabularyBuilder {
 public:
  void add(std::string_view piece, std::uint64_t count = 1);
  /// Has `piece` in the vocabulary however rare it is.
  void keep(std::string_view piece);
  /// At most `max_size` entries, the special ones included (0: no limit), each seen at least
  /// `min_count` times, and those to keep. What is left out counts for <unk>.
  Vocabulary build(std::size_t max_size, std::uint64_t min_count) const;

 private:
  using Entry = std::pair<std::string_view, std::uint64_t>;
  std::uint64_t leave_out(std::vector<Entry>& entries, std::size_t most) const;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> counts_;
  std::set<std::string, std::less<>> kept_;
};

}  // namespace weft
