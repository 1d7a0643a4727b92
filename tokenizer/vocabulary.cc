#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>

#include "base/byte_reader.h"
#include "base/error.h"

namespace weft {

namespace {

int special_id(std::string_view piece) {
  for (int id = 0; id < kSpecialIds; ++id) {
    if (piece == kSpecialPieces[id]) return id;
  }
  return -1;
}

}  // namespace

Vocabulary::Vocabulary() : Vocabulary(std::vector<std::string>{}, {}) {}

Vocabulary::Vocabulary(std::vector<std::string> pieces, std::vector<std::uint64_t> counts)
    : counts_(kSpecialIds, 0) {
  if (counts.size() != pieces.size()) {
    throw std::logic_error("Vocabulary: as many counts as pieces are needed");
  }
  if (pieces.size() > std::numeric_limits<int>::max() - std::size_t{kSpecialIds}) {
    throw UserError("the vocabulary has too many pieces; limit it with --vocab-size");
  }
  pieces_.reserve(pieces.size() + kSpecialIds);
  pieces_.assign(std::begin(kSpecialPieces), std::end(kSpecialPieces));
  std::move(pieces.begin(), pieces.end(), std::back_inserter(pieces_));
  counts_.insert(counts_.end(), counts.begin(), counts.end());
  build_index();
}

namespace {
std::uint32_t hash_of(std::string_view piece) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(piece));
}
}  // namespace

void Vocabulary::build_index() {
  index_.assign(std::bit_ceil(2 * pieces_.size()), Slot{});
  for (std::size_t id = 0; id < pieces_.size(); ++id) {
    const Slot& slot = slot_of(pieces_[id]);
    if (slot.id >= 0) {
      throw UserError("the vocabulary has the piece '" + pieces_[id] + "' twice; remove one");
    }
    index_[static_cast<std::size_t>(&slot - index_.data())] = {hash_of(pieces_[id]),
                                                               static_cast<std::int32_t>(id)};
  }
}

const Vocabulary::Slot& Vocabulary::slot_of(std::string_view piece) const {
  const std::uint32_t hash = hash_of(piece);
  for (std::size_t i = hash;; ++i) {
    const Slot& slot = index_[i & (index_.size() - 1)];
    if (slot.id < 0) return slot;
    if (slot.hash == hash && pieces_[static_cast<std::size_t>(slot.id)] == piece) return slot;
  }
}

int Vocabulary::id(std::string_view piece) const {
  const Slot& slot = slot_of(piece);
  return slot.id < 0 ? int{kUnk} : slot.id;
}

// Counts of all ids, lengths of the pieces that are not special, then their bytes in a row.
std::string Vocabulary::serialize() const {
  ByteWriter writer;
  writer.write(static_cast<std::uint64_t>(pieces_.size()));
  for (const std::uint64_t count : counts_) writer.write(count);
  std::string bytes;
  for (std::size_t id = kSpecialIds; id < pieces_.size(); ++id) {
    writer.write(static_cast<std::uint32_t>(pieces_[id].size()));
    bytes += pieces_[id];
  }
  writer.write_string(bytes);
  return writer.bytes();
}

Vocabulary Vocabulary::deserialize(std::string_view bytes, const std::string& source) {
  ByteReader reader(std::as_bytes(std::span(bytes)), source);
  const auto size = reader.read<std::uint64_t>();
  // Each entry takes at least its count: no memory is asked for that the bytes do not vouch for.
  if (size < kSpecialIds || size > reader.remaining() / sizeof(std::uint64_t)) {
    throw FormatError(
        source, "the vocabulary is damaged: it cannot have " + std::to_string(size) + " pieces");
  }
  std::vector<std::uint64_t> counts(size);
  for (auto& count : counts) count = reader.read<std::uint64_t>();
  std::vector<std::uint32_t> lengths(size - kSpecialIds);
  for (auto& length : lengths) length = reader.read<std::uint32_t>();
  const std::string text(reader.read_string());
  ByteReader pieces(std::as_bytes(std::span(text)), source);
  std::vector<std::string> list;
  list.reserve(lengths.size());
  for (const std::uint32_t length : lengths) {
    const auto piece = pieces.take(length);
    list.emplace_back(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  if (pieces.remaining() != 0 || reader.remaining() != 0) {
    throw FormatError(source, "the vocabulary is damaged: bytes are left over");
  }
  try {
    Vocabulary result(std::move(list), {counts.begin() + kSpecialIds, counts.end()});
    std::copy_n(counts.begin(), int{kSpecialIds}, result.counts_.begin());
    return result;
  } catch (const FormatError&) {
    throw;
  } catch (const UserError& error) {
    throw FormatError(source, error.what());
  }
}

void VocabularyBuilder::add(std::string_view piece, std::uint64_t count) {
  const auto found = counts_.find(piece);
  if (found != counts_.end()) {
    found->second += count;
  } else {
    counts_.emplace(piece, count);
  }
}

void VocabularyBuilder::keep(std::string_view piece) {
  add(piece, 0);
  kept_.emplace(piece);
}

/// From the end, until `most` are left; how often those that went were seen.
std::uint64_t VocabularyBuilder::leave_out(std::vector<Entry>& entries, std::size_t most) const {
  std::uint64_t seen = 0;
  for (std::size_t place = entries.size(); place-- > 0 && entries.size() > most;) {
    if (kept_.contains(entries[place].first)) continue;
    seen += entries[place].second;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(place));
  }
  return seen;
}

Vocabulary VocabularyBuilder::build(std::size_t max_size, std::uint64_t min_count) const {
  if (max_size != 0 && max_size <= kSpecialIds + kept_.size()) {
    throw UserError("a vocabulary of " + std::to_string(max_size) +
                    " has room for the special ids alone; ask for more with --vocab-size");
  }
  std::vector<Entry> entries;
  entries.reserve(counts_.size());
  std::vector<std::uint64_t> special(kSpecialIds, 0);
  for (const auto& [piece, count] : counts_) {
    if (const int id = special_id(piece); id >= 0) {
      special[static_cast<std::size_t>(id)] += count;
    } else if (count >= min_count || kept_.contains(piece)) {
      entries.emplace_back(piece, count);
    } else {
      special[kUnk] += count;
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (max_size != 0) special[kUnk] += leave_out(entries, max_size - kSpecialIds);
  std::vector<std::string> pieces;
  std::vector<std::uint64_t> counts;
  for (const auto& [piece, count] : entries) {
    pieces.emplace_back(piece);
    counts.push_back(count);
  }
  Vocabulary result(std::move(pieces), std::move(counts));
  std::copy(special.begin(), special.end(), result.counts_.begin());
  return result;
}

}  // namespace weft
