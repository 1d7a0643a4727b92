#include "train/measures/translation_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

using Json = nlohmann::json;

Json goldens() {
  std::ifstream file(std::string(WEFT_SOURCE_DIR) + "/tests/golden/translation_metrics.json");
  return Json::parse(file);
}

double cased(const std::string& hypothesis, const std::string& reference) {
  TranslationMetrics metrics;
  metrics.add(hypothesis, reference);
  return metrics.bleu();
}

TEST(UnicodeText, WhiteSpaceCaseAndCodePoints) {
  EXPECT_EQ(split_at_white_space(" a\u00A0b\u2003\tc\x1C "
                                 "d "),
            (std::vector<std::string_view>{"a", "b", "c", "d"}));
  EXPECT_TRUE(split_at_white_space(" \u202F").empty());
  EXPECT_EQ(lower_case("ÉTÉ Straße ΣΊΣΥΦΟΣ"), "été straße σίσυφος");
  EXPECT_EQ(code_points("aé😀"), U"aé😀");
  EXPECT_EQ(code_points("a\xFFz"), U"a\uFFFDz");
}

TEST(Tokenize13a, AsPublished) {
  const Json all = goldens();
  for (const Json& golden : all.at("tokens"))
    EXPECT_EQ(tokenize_13a(golden.at("text").get<std::string>()),
              golden.at("tokens").get<std::string>());
}

TEST(TranslationMetrics, EqualTheIndependentScript) {
  const Json all = goldens();
  for (const Json& corpus : all.at("corpora")) {
    TranslationMetrics metrics;
    const Json& hypotheses = corpus.at("hypotheses");
    for (std::size_t i = 0; i < hypotheses.size(); ++i)
      metrics.add(hypotheses[i].get<std::string>(), corpus.at("references")[i].get<std::string>());
    const Json measured = metrics.json();
    EXPECT_EQ(measured.at("sentences"), hypotheses.size());
    for (const char* key : {"bleu", "bleu_lowercase_tokenized", "chrf"})
      EXPECT_NEAR(measured.at(key).get<double>(), corpus.at(key).get<double>(), 1e-9)
          << corpus.at("name") << " " << key;
  }
}

// Hypothesis  the cat sat on the mat .     7 tokens
// Reference   the cat is on the mat .      7 tokens
// 1-grams: the the cat on mat . match: 6 of 7.  2-grams: the cat, on the, the mat, mat .: 4 of 6.
// 3-grams: on the mat, the mat .: 2 of 5.       4-grams: on the mat .: 1 of 4.
TEST(Bleu, ByHand) {
  const double expected = 100 * std::pow(6.0 / 7 * 4 / 6 * 2 / 5 * 1 / 4, 0.25);
  EXPECT_NEAR(cased("the cat sat on the mat.", "the cat is on the mat."), expected, 1e-10);
}

// "the the the the" against "the cat sat": "the" is there once, so 1 of 4 (clipped); the higher
// orders match nothing and count 1/2 of 3, 1/4 of 2, 1/8 of 1. Longer than the reference: no
// penalty.
TEST(Bleu, ClipsAndSmoothes) {
  const double expected = 100 * std::pow(1.0 / 4 * (0.5 / 3) * (0.25 / 2) * (0.125 / 1), 0.25);
  EXPECT_NEAR(cased("the the the the", "the cat sat"), expected, 1e-10);
  TranslationMetrics metrics;
  metrics.add("the the the the", "the cat sat");
  EXPECT_EQ(metrics.bleu_lowercase_tokenized(), 0);  // without smoothing
}

// 4 tokens of 5, all of them right: exp(1 − 5/4).
TEST(Bleu, BrevityPenalty) {
  EXPECT_NEAR(cased("a b c d", "a b c d e"), 100 * std::exp(-0.25), 1e-10);
}

TEST(Bleu, CaseCountsInOneAndNotInTheOther) {
  TranslationMetrics metrics;
  metrics.add("Ein Hund läuft im Schnee .", "ein hund läuft im schnee .");
  EXPECT_LT(metrics.bleu(), 40);
  EXPECT_NEAR(metrics.bleu_lowercase_tokenized(), 100, 1e-10);
}

// A corpus' counts are added up before anything is divided: not the mean over sentences.
// 4 + 1 of 4 + 4 words match, 3 + 0 of 6 pairs, 2 + 0 of 4, 1 + 0 of 2.
TEST(Bleu, OfACorpusIsNotAMeanOverSentences) {
  TranslationMetrics metrics;
  metrics.add("a b c d", "a b c d");
  metrics.add("a x y z", "a b c d");
  const double expected = 100 * std::pow(5.0 / 8 * 3 / 6 * 2 / 4 * 1 / 2, 0.25);
  EXPECT_NEAR(metrics.bleu(), expected, 1e-10);
  EXPECT_EQ(cased("", "a b c d"), 0);
  EXPECT_EQ(cased("a b c d", ""), 0);
  EXPECT_EQ(TranslationMetrics().bleu(), 0);
  EXPECT_EQ(TranslationMetrics().chrf(), 0);
}

// "ab c" is "abc", "abd" stays. 1-grams: 2 of 3 both ways; 2-grams: ab, 1 of 2; 3-grams: 0 of 1;
// higher orders are in neither and left out. P = R = (2/3 + 1/2 + 0) / 3, which is F as well.
TEST(Chrf, ByHand) {
  EXPECT_NEAR(chrf(chrf_counts("ab c", "abd")), 100 * (2.0 / 3 + 0.5) / 3, 1e-10);
  EXPECT_NEAR(chrf(chrf_counts("schön", "schön")), 100, 1e-10);
  EXPECT_EQ(chrf(chrf_counts("", "abc")), 0);
  EXPECT_EQ(chrf(chrf_counts("abc", "")), 0);
}

// "a" against "abcd": only 1-grams are in both. P = 1/1, R = 1/4: F2 = 5·P·R / (4·P + R).
TEST(Chrf, RecallWeighsTwice) {
  EXPECT_NEAR(chrf(chrf_counts("a", "abcd")), 100 * 5 * 0.25 / 4.25, 1e-10);
}

TEST(Signature, NamesEveryChoice) {
  EXPECT_TRUE(
      bleu_signature().starts_with("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:weft-"));
}

// One score is the mean of the first list, the other of the second.
BootstrapResult compare(const std::vector<double>& first, const std::vector<double>& second) {
  const auto mean_of = [](const std::vector<double>& scores) {
    return [&scores](const std::vector<std::uint32_t>& sample) {
      double sum = 0;
      for (const std::uint32_t i : sample) sum += scores[i];
      return sample.empty() ? 0 : sum / static_cast<double>(sample.size());
    };
  };
  return paired_bootstrap(first.size(), mean_of(first), mean_of(second), 2000,
                          RandomStream(1, "bootstrap"));
}

TEST(PairedBootstrap, TellsRealDifferencesFromLuck) {
  std::vector<double> zeros(200, 0), ones(200, 1), noise, better;
  RandomStream random(7, "noise");
  for (int i = 0; i < 200; ++i) noise.push_back(random.normal());
  for (const double score : noise) better.push_back(score + 0.2 + 0.1 * random.normal());

  const BootstrapResult same = compare(noise, noise);
  EXPECT_EQ(same.difference, 0);
  EXPECT_EQ(same.p_value, 1);
  const BootstrapResult always = compare(ones, zeros);
  EXPECT_EQ(always.low, 1);
  EXPECT_NEAR(always.p_value, 2.0 / 2001, 1e-12);
  // Paired: the noise, much larger than the difference, is in both.
  const BootstrapResult paired = compare(better, noise);
  EXPECT_LT(paired.p_value, 0.01);
  EXPECT_LT(paired.low, paired.difference);
  EXPECT_GT(paired.high, paired.difference);
  EXPECT_GT(paired.low, 0.15);
  const BootstrapResult reversed = compare(noise, better);
  EXPECT_DOUBLE_EQ(reversed.difference, -paired.difference);
  EXPECT_DOUBLE_EQ(reversed.p_value, paired.p_value);
  EXPECT_EQ(compare({}, {}).p_value, 1);
}

// Means of n draws from a two-valued difference: the standard deviation is known.
TEST(PairedBootstrap, IntervalHasTheWidthOfTheNormalDistribution) {
  std::vector<double> zeros(400, 0), mixed(400, 0);
  for (std::size_t i = 0; i < 400; i += 2) mixed[i] = 1;
  const BootstrapResult result = compare(mixed, zeros);
  EXPECT_NEAR(result.high - result.low, 2 * 1.96 * 0.5 / 20, 0.006);
}

TEST(TranslationMetrics, ComparesTwoOutputs) {
  TranslationMetrics good, bad;
  for (int i = 0; i < 40; ++i) {
    const std::string reference = "line " + std::to_string(i) + " says what it says";
    good.add(reference, reference);
    bad.add(i % 2 ? reference : "line says nothing of what it says", reference);
  }
  const Json compared = good.compare(bad, 200, 1);
  for (const char* key : {"bleu", "bleu_lowercase_tokenized", "chrf"}) {
    EXPECT_GT(compared.at(key).at("difference").get<double>(), 5) << key;
    EXPECT_LT(compared.at(key).at("p_value").get<double>(), 0.05) << key;
    EXPECT_GT(compared.at(key).at("confidence")[0].get<double>(), 0) << key;
  }
  EXPECT_EQ(compared.at("samples"), 200);
  EXPECT_THROW(good.compare(TranslationMetrics(), 200, 1), std::invalid_argument);
}

}  // namespace
}  // namespace weft
