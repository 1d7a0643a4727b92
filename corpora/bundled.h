// The samples that are part of the program: written by hand, and multiplied by a grammar each.
// docs/samples.md says what they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/grammar_sampler.h"

namespace weft {

/// Opinions on products, films, books, meals: `label` is `positive` or `negative`; doubt counts as
/// negative. The parts hold the hand-written ones and then samples up to their counts (as many to
/// validate as to hold out), shuffled, the same for the same arguments on every machine. No two
/// parts share a sentence, and none holds one of demo_sentences(), whatever its case and
/// punctuation. Throws UserError if the counts are beyond what the grammar gives.
SampleSplit bundled_opinions(std::uint64_t seed, std::size_t train_count,
                             std::size_t held_out_count);

/// Lines of short e-mails, a sentence or a few a line.
SampleSplit bundled_emails(std::uint64_t seed, std::size_t train_count, std::size_t held_out_count);

/// English `text`, French `target`; no two parts share a sentence in either language.
SampleSplit bundled_pairs(std::uint64_t seed, std::size_t train_count, std::size_t held_out_count);

/// The three opinions that `weft demo` classifies; never part of the samples.
const std::vector<std::string>& demo_sentences();

/// What `weft corpora list` shows: `opinions`, `emails`, `english-french`.
const std::vector<std::string>& bundled_sample_names();

/// The hand-written lines of a sample as one text in the format `weft train` reads:
/// `label<TAB>text`, a line a text, `source<TAB>target`. Throws UserError for an unknown name.
std::string bundled_sample(std::string_view name);

/// The three functions above by name. Throws UserError for an unknown name.
SampleSplit bundled_split(std::string_view name, std::uint64_t seed, std::size_t train_count,
                          std::size_t held_out_count);

/// The line of a sample in the format of bundled_sample(), without line end.
std::string sample_line(const TextSample& sample);

}  // namespace weft
