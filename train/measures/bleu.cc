#include "train/measures/bleu.h"

#include <cmath>
#include <utility>
#include <vector>

#include "tokenizer/unicode_text.h"
#include "train/measures/ngrams.h"

namespace weft {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }

/// ASCII punctuation other than ' , - .
bool stands_alone(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// Looks at neighbouring bytes from left to right. Where `is_match(a, b)`, writes a and b with
/// spaces as given and goes on behind b, as a regular expression's replacement would. Bytes stand
/// in for characters: what is looked for is ASCII.
template <class IsMatch>
std::string space_out(const std::string& text, const char* before, const char* between,
                      const char* after, IsMatch is_match) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && is_match(text[i], text[i + 1])) {
      out.append(before).append(1, text[i]).append(between).append(1, text[i + 1]).append(after);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string joined(const std::string& text) {
  std::string out;
  for (const std::string_view word : split_at_white_space(text))
    (out += out.empty() ? "" : " ") += word;
  return out;
}

/// The n-grams for n = 1 to 4: stretches of the text.
using Ngrams = std::array<std::vector<std::string_view>, BleuCounts::kOrder>;

Ngrams ngrams_of(const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> tokens;  // begin, end
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    tokens.emplace_back(begin, end);
    begin = end + 1;
  }
  Ngrams ngrams;
  for (std::size_t n = 1; n <= BleuCounts::kOrder; ++n) {
    for (std::size_t i = 0; i + n <= tokens.size(); ++i) {
      const std::size_t begin = tokens[i].first, end = tokens[i + n - 1].second;
      ngrams[n - 1].push_back(std::string_view(text).substr(begin, end - begin));
    }
  }
  return ngrams;
}

double brevity_penalty(const BleuCounts& counts) {
  if (counts.hypothesis_length >= counts.reference_length) return 1;
  if (counts.hypothesis_length == 0) return 0;
  return std::exp(1 - static_cast<double>(counts.reference_length) /
                          static_cast<double>(counts.hypothesis_length));
}

}  // namespace

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
  for (std::size_t n = 0; n < kOrder; ++n) {
    matches[n] += other.matches[n];
    total[n] += other.total[n];
  }
  hypothesis_length += other.hypothesis_length;
  reference_length += other.reference_length;
  return *this;
}

std::string tokenize_13a(std::string_view raw) {
  std::string text(raw.substr(0, raw.find_last_not_of(" \t\n\v\f\r") + 1));
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
  std::string spaced = " ";
  for (const char c : text) {
    if (stands_alone(c)) {
      spaced.append(1, ' ').append(1, c).append(1, ' ');
    } else {
      spaced += c;
    }
  }
  spaced += ' ';
  // Three passes, each over what the one before it wrote.
  spaced =
      space_out(spaced, "", " ", " ", [](char a, char b) { return !is_digit(a) && is_stop(b); });
  spaced =
      space_out(spaced, " ", " ", "", [](char a, char b) { return is_stop(a) && !is_digit(b); });
  spaced = space_out(spaced, "", " ", " ", [](char a, char b) { return is_digit(a) && b == '-'; });
  return joined(spaced);
}

std::string lowercase_words(std::string_view text) { return joined(lower_case(text)); }

BleuCounts bleu_counts(const std::string& hypothesis, const std::string& reference) {
  const Ngrams ours = ngrams_of(hypothesis), theirs = ngrams_of(reference);
  BleuCounts counts;
  counts.hypothesis_length = ours[0].size();
  counts.reference_length = theirs[0].size();
  for (std::size_t n = 0; n < BleuCounts::kOrder; ++n) {
    counts.total[n] = ours[n].size();
    counts.matches[n] = common_items(ours[n], theirs[n]);
  }
  return counts;
}

double bleu(const BleuCounts& counts, BleuSmoothing smoothing) {
  if (counts.matches[0] == 0) return 0;
  double log_precisions = 0, unmatched = 1;
  for (std::size_t n = 0; n < BleuCounts::kOrder; ++n) {
    if (counts.total[n] == 0) return 0;
    double matches = static_cast<double>(counts.matches[n]);
    if (counts.matches[n] == 0) {
      if (smoothing == BleuSmoothing::none) return 0;
      matches = 1 / (unmatched *= 2);
    }
    log_precisions += std::log(matches / static_cast<double>(counts.total[n]));
  }
  return 100 * brevity_penalty(counts) *
         std::exp(log_precisions / static_cast<double>(BleuCounts::kOrder));
}

std::string bleu_signature() {
  return "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:weft-" WEFT_VERSION;
}

}  // namespace weft
