#include "tools/measure_completion.h"

#include "base/error.h"
#include "corpora/line_reader.h"
#include "tools/completion_setup.h"
#include "tools/output.h"
#include "train/report/completion_report.h"

namespace weft {

void visit_keystrokes(OptionVisitor& v, std::int64_t& value) {
  v.integer("keystrokes", value, 0, INT64_MAX,
            "to type, about, of texts spread over the data; 0: all");
}

void CompletionTestOptions::visit(OptionVisitor& v) {
  v.flag("completion", completion,
         "measure what suggestions would save somebody who types the data");
  v.flag("queries", queries,
         "the same for whole lines: mean reciprocal rank after some characters");
  visit_with_context(v, with_context);
  // With neither, they are refused, which says more.
  const bool neither = !queries && !completion;
  v.only_with("queries", queries || neither, [&] {
    v.file("popular", popular, "earlier lines, the most frequent of which to compare to");
    v.integer("suggestions", count, 1, 1000, "lines suggested");
  });
  v.integer("max-tokens", max_tokens, 0, 10000,
            "tokens after the word being typed; 0: 10, of queries 30");
  v.only_with("completion", completion || neither, [&] {
    v.number("min-confidence", min_confidence, 0.1, 1, "of what is shown");
    v.integer("words", words, 1, 100, "ExactMatch of phrases of one to N words");
    visit_keystrokes(v, keystrokes);
  });
  v.file("completion-report", report, "page with the curves");
}

std::vector<WrittenText> read_written_texts(const std::string& path, const std::string& encoding,
                                            bool with_context) {
  LineReaderOptions options;
  options.encoding = encoding;
  LineReader lines(path, options);
  std::vector<WrittenText> texts;
  for (std::string line; lines.next(line);) {
    if (line.empty()) continue;
    TextInContext parts{"", line};
    if (with_context) {
      if (line.find('\t') == std::string::npos)
        throw FormatError::at_line(path, lines.line_number(),
                                   "there is no tab between a context and a text");
      parts = split_context(line);
    }
    texts.push_back({std::move(parts.context), std::move(parts.text)});
  }
  if (texts.empty()) throw FormatError(path, "there is no text in it; give a file with lines");
  return texts;
}

namespace {

PopularLines popular_lines(const CompletionModel& model, const std::vector<WrittenText>& earlier) {
  PopularLines popular;
  for (const WrittenText& text : earlier)
    popular.add(Normalizer(model.tokenizer().options().normalizer)(text.text));
  return popular;
}

nlohmann::json measured(const CompletionModel& model, const std::vector<WrittenText>& texts,
                        const std::vector<WrittenText>& earlier, int beam,
                        const CompletionTestOptions& options) {
  CompletionOptions completion;
  completion.beam = beam;
  completion.max_tokens = options.max_tokens;
  if (!options.queries) {
    completion.min_confidence = options.min_confidence;
    return evaluate_completion(model, completion, texts,
                               static_cast<std::size_t>(options.keystrokes),
                               static_cast<std::size_t>(options.words), say);
  }
  completion.count = options.count;
  completion.beam = std::max(beam, options.count);
  return evaluate_queries(model, completion, texts, popular_lines(model, earlier));
}

}  // namespace

nlohmann::json measure_completion(const NamedModel& ours, const std::optional<NamedModel>& other,
                                  const std::string& data, const std::string& encoding, int beam,
                                  const CompletionTestOptions& options) {
  if (options.completion && options.queries)
    throw UserError(
        "--completion measures running text and --queries whole lines, one at a time; leave one "
        "out");
  const auto texts = read_written_texts(data, encoding, options.with_context);
  std::vector<WrittenText> earlier;
  if (options.queries && !options.popular.empty())
    earlier = read_written_texts(options.popular, encoding, false);
  nlohmann::json measures = measured(ours.model, texts, earlier, beam, options);
  if (other) {
    measures["against"] = measured(other->model, texts, earlier, beam, options);
    measures["against"]["file"] = other->file;
  }
  if (!options.report.empty())
    write_report(options.report, options.queries ? query_report(ours.file, data, measures)
                                                 : completion_report(ours.file, data, measures));
  return measures;
}

}  // namespace weft
