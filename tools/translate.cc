// weft translate: lines in, their translations out.
#include <cstdio>
#include <string>
#include <vector>

#include "models/file/model_file.h"
#include "models/nets/translation_search.h"
#include "models/nets/word_attention.h"
#include "tools/commands.h"
#include "tools/line_answers.h"
#include "tools/output.h"

namespace weft {
namespace {

struct TranslateOptions {
  bool scores = false;
  bool alignments = false;
  void visit(OptionVisitor& v) {
    v.flag("scores", scores, "write a translation's score behind it; always with --n-best above 1");
    v.flag("alignments", alignments,
           "write links between words behind it: 0-0 1-2 says that the second source word goes "
           "with the third of the translation");
  }
};

/// "0-0 1-2 2-1"
std::string links_text(const std::vector<std::pair<int, int>>& links) {
  std::string text;
  for (const auto& [source, target] : links) {
    text += (text.empty() ? "" : " ") + std::to_string(source) + "-" + std::to_string(target);
  }
  return text;
}

/// The fields of each translation, best first, separated by tabs.
std::string answer(const Translator& model, const std::vector<TextTranslation>& translations,
                   const TranslateOptions& options) {
  std::string line;
  for (const TextTranslation& translation : translations) {
    if (&translation != &translations.front()) line += "\t";
    line += one_field(translation.text);
    if (options.scores) {
      char score[32];
      std::snprintf(score, sizeof score, "\t%.6f", translation.score);
      line += score;
    }
    if (options.alignments) {
      line += "\t" + links_text(word_links(word_attention(model, translation)));
    }
  }
  return line;
}

}  // namespace

void translate_command(const Arguments& arguments) {
  std::string path;
  TranslationOptions search;
  TranslateOptions options;
  LineOptions lines;
  ThreadOptions threads;
  OptionParser parser(
      "translate", "MODEL [--beam N] [--n-best N] < lines",
      "Writes the translation of each line read, a line for a line. With --n-best, --scores\n"
      "or --alignments a line has fields separated by tabs: translation, score, links, then\n"
      "the next best likewise. Links count words between white space, from 0.");
  parser.positional("MODEL", path, "a translator that weft train translator wrote");
  parser.group("Searching", search);
  parser.group("Answers", options);
  parser.group("Lines", lines);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();
  options.scores = options.scores || search.n_best > 1;

  const auto loaded = load_model_as<Translator>(path, "translator");
  const Translator& model = *loaded.model;
  const TranslationSearch translator(model);
  translator.search({}, search);  // tells of options that contradict each other before any line
  // Of many lines, those of like length are searched together.
  const std::size_t block = 16 * static_cast<std::size_t>(search.batch_size);
  int cut = 0;
  answer_lines(lines, block, [&](const auto& some, const LineWarning&) {
    std::vector<std::string> answers;
    for (const auto& found : translator.translate(some, search, options.alignments, &cut)) {
      answers.push_back(answer(model, found, options));
    }
    return answers;
  });
  if (cut > 0) {
    warn(with_commas(static_cast<std::uint64_t>(cut)) + " lines are longer than " +
         std::to_string(model.options().max_length) +
         " tokens, which is as far as this model reads a line; the rest of them is left out");
  }
}

}  // namespace weft
