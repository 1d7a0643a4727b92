#include "train/measures/exposure.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "base/error.h"
#include "base/random.h"
#include "tokenizer/same_form.h"
#include "train/measures/skew_normal.h"

namespace weft {
namespace {

using Ids = std::vector<int>;

/// Lines that are read beside each other: each keeps a distribution over the vocabulary.
constexpr std::size_t kBatch = 64;
/// Draws for a sample, until it is given up that more texts are scrubbed as the secret is.
constexpr std::size_t kTries = 200;

std::size_t common_length(const std::vector<Ids>& lines) {
  std::size_t length = lines.front().size();
  for (const Ids& line : lines)
    length = std::min(
        length, static_cast<std::size_t>(std::mismatch(line.begin(), line.end(),
                                                       lines.front().begin(), lines.front().end())
                                             .first -
                                         line.begin()));
  return length;
}

/// Adds to scores[n] what lines[n] has from `place` on; `reading` has read what is before.
void add_scores(const NextTokenModel& model, const NextTokenModel::ReadingPointer& reading,
                std::size_t place, const Ids* lines, std::size_t count, double* scores) {
  std::vector<std::size_t> live;
  std::vector<NextTokenModel::ReadingPointer> readings;
  for (std::size_t n = 0; n < count; ++n) {
    if (lines[n].size() == place) continue;
    live.push_back(n);
    readings.push_back(reading);
  }
  for (; !live.empty(); ++place) {
    std::vector<std::size_t> longer;
    std::vector<NextTokenModel::ReadingPointer> before;
    std::vector<int> tokens;
    for (std::size_t i = 0; i < live.size(); ++i) {
      const Ids& line = lines[live[i]];
      scores[live[i]] += static_cast<double>(readings[i]->next()[static_cast<Index>(line[place])]);
      if (line.size() == place + 1) continue;
      longer.push_back(live[i]);
      before.push_back(readings[i]);
      tokens.push_back(line[place]);
    }
    live = std::move(longer);
    readings = live.empty() ? std::vector<NextTokenModel::ReadingPointer>()
                            : model.advance(before, tokens);
  }
}

std::string line_of(const Secret& secret, const std::string& text) {
  const bool apart = !secret.beginning.empty() && secret.beginning.back() != ' ';
  return secret.beginning + (apart ? " " : "") + text;
}

/// The line with the secret, then lines with other texts of its form, as the model sees them.
std::vector<Ids> sample_lines(const Tokenizer& tokenizer, const Secret& secret,
                              const SameForm& form, std::size_t samples, RandomStream& random) {
  const std::string mine = tokenizer.normalize(line_of(secret, secret.text));
  const std::vector<std::string> scrubbed = placeholders_in(mine);
  std::vector<Ids> lines = {tokenizer.encode_normalized(mine)};
  for (std::size_t tries = 0; tries < kTries * samples && lines.size() <= samples; ++tries) {
    const std::string text = form.draw(random);
    if (text == secret.text) continue;
    const std::string line = tokenizer.normalize(line_of(secret, text));
    if (placeholders_in(line) == scrubbed) lines.push_back(tokenizer.encode_normalized(line));
  }
  return lines;
}

/// −log2 P(a text of R is as likely as the secret), by a fit to the samples behind it.
double fitted_exposure(const std::vector<double>& log_likelihoods) {
  std::vector<double> perplexities;
  for (const double score : log_likelihoods) perplexities.push_back(-score / std::numbers::ln2);
  const double secret = perplexities.front();
  perplexities.erase(perplexities.begin());
  const auto [least, most] = std::minmax_element(perplexities.begin(), perplexities.end());
  // Of a sample without spread, there is nothing below.
  if (*most - *least < 1e-6) return std::numeric_limits<double>::infinity();
  return -SkewNormal::fit(perplexities).log_cdf(secret) / std::numbers::ln2;
}

}  // namespace

// Equal lines are read once, so that they are equally likely to the bit.
std::vector<double> line_log_likelihoods(const NextTokenModel& model,
                                         const std::vector<Ids>& lines) {
  if (lines.empty()) return {};
  std::map<Ids, std::size_t> places;
  for (const Ids& line : lines) places.emplace(line, 0);
  std::vector<Ids> different;
  for (auto& [line, place] : places) {
    place = different.size();
    different.push_back(line);
  }
  const std::size_t common = common_length(different);
  const auto reading = model.read(
      model.begin(), Ids(different.front().begin(),
                         different.front().begin() + static_cast<std::ptrdiff_t>(common)));
  std::vector<double> scores(different.size());
  for (std::size_t n = 0; n < different.size(); n += kBatch)
    add_scores(model, reading, common, different.data() + n, std::min(kBatch, different.size() - n),
               scores.data() + n);
  std::vector<double> result;
  for (const Ids& line : lines) result.push_back(scores[places[line]]);
  return result;
}

Exposure exposure(const NextTokenModel& model, const Secret& secret, std::size_t samples,
                  std::uint64_t seed) {
  const SameForm form(secret.text);
  Exposure result;
  result.possible = form.bits();
  if (result.possible == 0)
    throw UserError("there is no digit or letter in the secret that could be another one");
  RandomStream random(seed, "audit");
  const std::vector<double> scores =
      line_log_likelihoods(model, sample_lines(*model.tokenizer(), secret, form, samples, random));
  result.samples = scores.size() - 1;
  if (result.samples == 0) return result;
  result.likelier = static_cast<std::size_t>(
      std::count_if(scores.begin() + 1, scores.end(), [&](double s) { return s >= scores[0]; }));
  result.bits =
      std::log2(static_cast<double>(result.samples + 1) / static_cast<double>(result.likelier + 1));
  if (result.likelier == 0) result.bits = std::max(result.bits, fitted_exposure(scores));
  result.bits = std::min(result.bits, result.possible);
  return result;
}

}  // namespace weft
