#include "tools/measure_translator.h"

#include <cstdio>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "corpora/line_reader.h"
#include "corpora/magic.h"
#include "models/file/model_file.h"
#include "tools/output.h"
#include "train/tasks/translation_task.h"

namespace weft {
namespace {

bool is_model(const std::string& path) {
  std::string head(512, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return describe_magic(head).find("weft model") != std::string_view::npos;
}

void write_translations(const std::string& path, const std::vector<std::string>& translations) {
  AtomicFile file(path);
  for (const std::string& translation : translations) file.write(one_line(translation) + "\n");
  file.commit();
}

/// A line for each pair.
TranslationMetrics metrics_of_text(const std::string& path, const std::vector<TextPair>& pairs,
                                   const PairReaderOptions& reader) {
  LineReaderOptions options;
  options.encoding = reader.encoding;
  LineReader lines(path, options);
  TranslationMetrics metrics;
  std::string line;
  while (lines.next(line)) {
    if (metrics.sentences() == pairs.size())
      throw FormatError(path, "the file has more lines than there are pairs in the data (" +
                                  with_commas(pairs.size()) + "); give a translation for each");
    metrics.add(line, pairs[metrics.sentences()].target);
  }
  if (metrics.sentences() < pairs.size())
    throw FormatError(path, "the file has " + with_commas(metrics.sentences()) +
                                " lines, the data " + with_commas(pairs.size()) +
                                " pairs; give a translation for each");
  return metrics;
}

TranslationMetrics metrics_of(const std::string& path, const std::vector<TextPair>& pairs,
                              const PairReaderOptions& reader, const TranslationOptions& search) {
  if (!is_model(path)) return metrics_of_text(path, pairs, reader);
  const auto loaded = load_model_as<Translator>(path, "translator");
  return evaluate_translator(*loaded.model, pairs, search).metrics;
}

std::string column(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

std::string rounded(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

void TranslatorTestOptions::visit(OptionVisitor& v) {
  v.file("output", output, "file to write the translations to, a line each");
  v.integer("samples", samples, 1, 1000000, "samples of the paired bootstrap, for --against");
  v.integer("seed", seed, 0, INT64_MAX, "of the samples");
}

nlohmann::json measure_translator(const Translator& model, const std::vector<std::string>& data,
                                  const PairReaderOptions& reader, const TranslationOptions& search,
                                  const TranslatorTestOptions& options,
                                  const std::string& against) {
  const std::vector<TextPair> pairs = read_pairs(data, reader);
  if (pairs.empty()) throw FormatError(pair_name(data), "there are no pairs in it to measure on");
  // The other one first: its mistakes come to light before the work.
  TranslationMetrics other;
  if (!against.empty()) other = metrics_of(against, pairs, reader, search);
  TranslatorResults results = evaluate_translator(model, pairs, search);
  if (!options.output.empty()) write_translations(options.output, results.translations);
  if (!against.empty()) {
    nlohmann::json others = other.json();
    others["file"] = against;
    others["comparison"] =
        results.metrics.compare(other, options.samples, static_cast<std::uint64_t>(options.seed));
    results.measures["against"] = std::move(others);
  }
  return results.measures;
}

void print_comparison(const nlohmann::json& measures, std::ostream& out) {
  const nlohmann::json& against = measures.at("against");
  const nlohmann::json& comparison = against.at("comparison");
  constexpr std::size_t kName = 26, kColumn = 12, kInterval = 20;
  out << "\nagainst " << against.at("file").get<std::string>() << ", paired bootstrap of "
      << with_commas(comparison.at("samples").get<std::uint64_t>()) << " samples\n\n"
      << column("", kName) << column("this", kColumn) << column("other", kColumn)
      << column("difference", kColumn) << column("95 % of samples", kInterval) << "p\n";
  for (const char* name : {"bleu", "bleu_lowercase_tokenized", "chrf"}) {
    const nlohmann::json& each = comparison.at(name);
    const nlohmann::json& interval = each.at("confidence");
    out << column(name, kName) << column(rounded(measures.at(name), "%.2f"), kColumn)
        << column(rounded(against.at(name), "%.2f"), kColumn)
        << column(rounded(each.at("difference"), "%+.2f"), kColumn)
        << column(rounded(interval.at(0), "%+.2f") + " to " + rounded(interval.at(1), "%+.2f"),
                  kInterval)
        << rounded(each.at("p_value"), "%.4f") << "\n";
  }
}

}  // namespace weft
