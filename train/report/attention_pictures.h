// What a translator attends to while it writes, as pictures for a page.
#pragma once

#include <string>
#include <vector>

#include "corpora/pair_reader.h"
#include "models/nets/word_attention.h"
#include "train/report/report.h"

namespace weft {

/// Source words (and <eos>) down, target words across.
HeatMap attention_map(const WordAttention& attention);

/// A few of the pairs, of middling length, chosen the same way each time: source, reference and
/// translation, and the map of what each word of the translation attends to.
void add_attention_pictures(Report& report, const Translator& model,
                            const std::vector<TextPair>& pairs);

}  // namespace weft
