// Translations of lines: ids in front of the search and text behind it.

#include <algorithm>

#include "models/nets/translation_search.h"

namespace weft {
namespace {

/// A source piece as the target's text may have it.
std::string copied(const Translator& model, const std::string& piece) {
  const Tokenizer& from = model.source_tokenizer();
  return from.options().kind == model.target_tokenizer().options().kind
             ? piece
             : from.decode_pieces({piece});
}

TextTranslation text_of(const Translator& model, const std::vector<std::string>& source,
                        Translation translation, bool replace_unknown) {
  const Tokenizer& tokenizer = model.target_tokenizer();
  TextTranslation result;
  result.score = translation.score;
  result.log_probability = translation.log_probability;
  result.source = source;
  for (std::size_t n = 0; n < translation.tokens.size(); ++n) {
    const std::size_t link = static_cast<std::size_t>(translation.links[n]);
    const bool unknown = translation.tokens[n] == kUnk && replace_unknown && link < source.size();
    result.target.push_back(unknown ? copied(model, source[link])
                                    : tokenizer.vocabulary().piece(translation.tokens[n]));
  }
  result.text = tokenizer.decode_pieces(result.target);
  result.links = std::move(translation.links);
  result.attention = std::move(translation.attention);
  return result;
}

}  // namespace

std::vector<std::vector<TextTranslation>> TranslationSearch::translate(
    const std::vector<std::string>& lines, const TranslationOptions& options, bool keep_attention,
    int* cut) const {
  std::vector<std::vector<int>> ids;
  std::vector<std::vector<std::string>> pieces;
  std::vector<std::size_t> asked;  // lines with something to translate
  for (std::size_t n = 0; n < lines.size(); ++n) {
    std::vector<int> source = model_.encode_source(lines[n]);
    const std::size_t words = source.size() - 1;
    pieces.push_back(model_.source_tokenizer().split(lines[n]));
    if (cut && pieces.back().size() > words) ++*cut;
    pieces.back().resize(std::min(words, pieces.back().size()));
    if (words == 0) continue;
    ids.push_back(std::move(source));
    asked.push_back(n);
  }
  std::vector<std::vector<TextTranslation>> results(lines.size());
  std::vector<std::vector<Translation>> found = search(ids, options, keep_attention);
  for (std::size_t k = 0; k < asked.size(); ++k)
    for (Translation& translation : found[k])
      results[asked[k]].push_back(
          text_of(model_, pieces[asked[k]], std::move(translation), options.replace_unknown));
  for (std::vector<TextTranslation>& result : results)
    if (result.empty()) result.emplace_back();
  return results;
}

}  // namespace weft
