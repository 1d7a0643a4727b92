#include "corpora/bundled.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "corpora/embedded.h"

namespace weft {
namespace {

enum class Layout { labelled, plain, pairs };

struct Bundle {
  std::string_view name;
  std::string_view samples;
  std::string_view grammar;
  Layout layout;
};

constexpr std::array<Bundle, 3> kBundles = {
    Bundle{"opinions", "corpora/samples/opinions.tsv", "corpora/grammar/opinions.grammar",
           Layout::labelled},
    Bundle{"emails", "corpora/samples/emails.txt", "corpora/grammar/emails.grammar", Layout::plain},
    Bundle{"english-french", "corpora/samples/english-french.tsv",
           "corpora/grammar/english-french.grammar", Layout::pairs}};

const Bundle& bundle(std::string_view name) {
  for (const Bundle& candidate : kBundles) {
    if (candidate.name == name) return candidate;
  }
  std::string names;
  for (const std::string& known : bundled_sample_names()) names += ' ' + known;
  throw UserError("there is no bundled sample '" + std::string(name) + "'; choose one of" + names);
}

std::string_view embedded(std::string_view path) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.path == path) return file.text;
  }
  throw std::logic_error(std::string(path) + " is not compiled into the program");
}

std::vector<TextSample> parsed(const Bundle& bundle) {
  std::vector<TextSample> samples;
  std::string_view text = embedded(bundle.samples);
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.empty()) continue;
    TextSample& sample = samples.emplace_back();
    if (bundle.layout == Layout::plain) {
      sample.text = row;
      continue;
    }
    const std::size_t tab = row.find('\t');
    if (tab == std::string_view::npos) {
      throw FormatError::at_line(std::string(bundle.samples), line, "a tab is missing; add it");
    }
    const bool labelled = bundle.layout == Layout::labelled;
    (labelled ? sample.label : sample.text) = row.substr(0, tab);
    (labelled ? sample.text : sample.target) = row.substr(tab + 1);
  }
  return samples;
}

// The demo shows that a negation is carried over from other sentences; so neither the sentences
// themselves nor their nearest spellings may be learned from.
std::vector<std::string> excluded_phrases() {
  std::vector<std::string> phrases = demo_sentences();
  phrases.push_back("think it is a bad car at all");
  phrases.push_back("think its a bad car at all");
  return phrases;
}

}  // namespace

SampleSplit bundled_split(std::string_view name, std::uint64_t seed, std::size_t train_count,
                          std::size_t held_out_count) {
  const Bundle& chosen = bundle(name);
  const GrammarSampler sampler(embedded(chosen.grammar), std::string(chosen.grammar));
  RandomStream random(seed, "bundled/" + std::string(name));
  return sample_split(sampler, random, {train_count, held_out_count, held_out_count},
                      parsed(chosen), excluded_phrases());
}

SampleSplit bundled_opinions(std::uint64_t seed, std::size_t train_count,
                             std::size_t held_out_count) {
  return bundled_split("opinions", seed, train_count, held_out_count);
}

SampleSplit bundled_emails(std::uint64_t seed, std::size_t train_count,
                           std::size_t held_out_count) {
  return bundled_split("emails", seed, train_count, held_out_count);
}

SampleSplit bundled_pairs(std::uint64_t seed, std::size_t train_count, std::size_t held_out_count) {
  return bundled_split("english-french", seed, train_count, held_out_count);
}

const std::vector<std::string>& demo_sentences() {
  static const std::vector<std::string> sentences = {
      "I love this car!", "I am not sure I love this car!", "I don't think its a bad car at all!"};
  return sentences;
}

const std::vector<std::string>& bundled_sample_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Bundle& known : kBundles) result.emplace_back(known.name);
    return result;
  }();
  return names;
}

std::string bundled_sample(std::string_view name) {
  return std::string(embedded(bundle(name).samples));
}

std::string sample_line(const TextSample& sample) {
  if (!sample.label.empty()) return sample.label + '\t' + sample.text;
  if (!sample.target.empty()) return sample.text + '\t' + sample.target;
  return sample.text;
}

}  // namespace weft
