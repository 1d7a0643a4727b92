#include "train/report/attention_pictures.h"

#include <algorithm>
#include <numeric>

#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

constexpr std::size_t kShown = 4, kShortest = 4, kLongest = 16;  // words

/// Indexes spread over the pairs whose sources have a readable length; failing those, the first.
std::vector<std::size_t> chosen(const std::vector<TextPair>& pairs) {
  std::vector<std::size_t> readable;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::size_t words = split_at_white_space(pairs[i].source).size();
    if (words >= kShortest && words <= kLongest) readable.push_back(i);
  }
  if (readable.empty()) {
    readable.resize(std::min(kShown, pairs.size()));
    std::iota(readable.begin(), readable.end(), std::size_t{0});
  }
  const std::size_t count = std::min(kShown, readable.size());
  std::vector<std::size_t> some;
  for (std::size_t k = 0; k < count; ++k) some.push_back(readable[k * readable.size() / count]);
  return some;
}

}  // namespace

HeatMap attention_map(const WordAttention& attention) {
  HeatMap map;
  map.row_labels = attention.source;
  map.row_labels.push_back("<eos>");
  map.column_labels = attention.target;
  map.range = 1;
  map.is_share = true;
  for (Index s = 0; s < attention.weights.n_rows; ++s) {
    std::vector<double>& row = map.values.emplace_back();
    for (Index t = 0; t < attention.weights.n_cols; ++t)
      row.push_back(static_cast<double>(attention.weights(s, t)));
  }
  return map;
}

void add_attention_pictures(Report& report, const Translator& model,
                            const std::vector<TextPair>& pairs) {
  const std::vector<std::size_t> shown = chosen(pairs);
  if (shown.empty()) return;
  std::vector<std::string> sources;
  for (const std::size_t i : shown) sources.push_back(pairs[i].source);
  const auto found =
      TranslationSearch(model).translate(sources, TranslationOptions(), /*keep_attention=*/true);
  report.blocks.push_back(ReportHeading{"Attention"});
  report.blocks.push_back(ReportParagraph{
      "How much of its attention each word of a translation (across) pays to each word of the "
      "source (down), for a few sentences of the validation data."});
  for (std::size_t k = 0; k < shown.size(); ++k) {
    const TextTranslation& best = found[k].front();
    report.blocks.push_back(
        ReportSample{"source, reference, translation",
                     sources[k] + "\n" + pairs[shown[k]].target + "\n" + best.text});
    const WordAttention attention = word_attention(model, best);
    if (attention.target.empty()) continue;
    HeatMap map = attention_map(attention);
    map.title = best.text;
    report.blocks.push_back(std::move(map));
  }
}

}  // namespace weft
