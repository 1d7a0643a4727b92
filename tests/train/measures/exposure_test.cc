#include "train/measures/exposure.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "train/language/kneser_ney.h"
#include "train/measures/skew_normal.h"

namespace weft {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const Secret kPlanted = {"the code is", "2816"}, kOther = {"the code is", "7394"};

/// Characters, counted: the planted secret so many times among other numbers.
std::unique_ptr<NgramModel> model(int times, bool scrubs = false) {
  std::vector<std::string> lines;
  RandomStream random(7, "test");
  for (int i = 0; i < 300; ++i)
    lines.push_back("the sum is " + std::to_string(1000 + random.below(9000)));
  for (int i = 0; i < times; ++i) lines.push_back(kPlanted.beginning + " " + kPlanted.text);
  if (scrubs)
    for (int i = 0; i < 30; ++i) lines.push_back("the code is 281 265 017");
  TokenizerOptions options;
  options.kind = TokenizerKind::chars;
  NameList names;
  names.add("Zelda");
  if (scrubs) options.scrubber = std::make_shared<const Scrubber>(names);
  const auto tokenizer = Tokenizer::train(options, [&](const auto& line) {
    for (const std::string& text : lines) line(text);
  });
  std::vector<int> ids;
  for (const std::string& text : lines) {
    for (const int id : tokenizer->encode(text)) ids.push_back(id);
    ids.push_back(kEos);
  }
  NgramModelOptions ngrams;
  ngrams.order = 6;
  return fit_ngram_model(ngrams, tokenizer, TokenStream::from_ids(ids));
}

double bits(const NextTokenModel& model, const Secret& secret) {
  return exposure(model, secret, 400, 1).bits;
}

TEST(Exposure, GrowsWithHowOftenASecretWasSeen) {
  const double never = bits(*model(0), kPlanted), once = bits(*model(1), kPlanted),
               often = bits(*model(30), kPlanted);
  EXPECT_LT(never, 6);
  EXPECT_GT(once, never);
  EXPECT_GE(often, once);
  EXPECT_GT(often, bits(*model(30), kOther) + 4);
  EXPECT_LE(often, 4 * std::log2(10) + 1e-9);
}

TEST(Exposure, CountsWhatIsAsLikely) {
  const Exposure found = exposure(*model(30), kPlanted, 400, 1);
  EXPECT_EQ(found.samples, 400u);
  EXPECT_EQ(found.likelier, 0u);
  EXPECT_NEAR(found.possible, 4 * std::log2(10), 1e-9);
  EXPECT_GE(found.bits, std::log2(401) - 1e-9);
  // Letters that the model has never seen are all <unk>.
  const Exposure unseen = exposure(*model(0), {"the code is", "QX"}, 100, 1);
  EXPECT_EQ(unseen.likelier, 100u);
  EXPECT_EQ(unseen.bits, 0);
}

TEST(Exposure, IsNothingWhereTheSecretIsScrubbed) {
  const auto scrubbing = model(0, /*scrubs=*/true);
  for (const char* secret : {"281 265 017", "4111 1111 1111 1111", "030 1234567"}) {
    const Exposure found = exposure(*scrubbing, {"the code is", secret}, 100, 1);
    EXPECT_EQ(found.bits, 0) << secret;
    EXPECT_EQ(found.likelier, found.samples) << secret;
    EXPECT_GT(found.samples, 50u) << secret;
  }
  // No other text of its form is on the list, so there is nothing to compare it with.
  const Exposure listed = exposure(*scrubbing, {"ask", "Zelda"}, 100, 1);
  EXPECT_EQ(listed.samples, 0u);
  EXPECT_EQ(listed.bits, 0);
  // What is not scrubbed is compared with what is not.
  EXPECT_EQ(exposure(*scrubbing, {"the code is", "281"}, 100, 1).samples, 100u);
}

TEST(Exposure, IsTheSameForTheSameSeed) {
  const auto one = model(1);
  EXPECT_EQ(bits(*one, kPlanted), bits(*one, kPlanted));
}

TEST(Exposure, NeedsSomethingToVary) {
  EXPECT_THAT(
      [] {
        exposure(*model(0), {"the code is", "--"}, 10, 1);
      },
      ThrowsMessage<UserError>(HasSubstr("no digit or letter")));
}

TEST(Exposure, LinesReadTogetherAreAsLikelyAsAlone) {
  const auto one = model(3);
  std::vector<std::vector<int>> lines;
  for (const char* text : {"the code is 2816", "the code is 28", "the code is", "the code is 2816"})
    lines.push_back(one->tokenizer()->encode(text));
  const auto scores = line_log_likelihoods(*one, lines);
  EXPECT_EQ(scores[0], scores[3]);
  EXPECT_EQ(scores[2], 0);  // what all begin with is left out
  double sum = 0;
  auto reading = one->read(one->begin(), lines[2]);
  for (std::size_t i = lines[2].size(); i < lines[0].size(); ++i) {
    sum += static_cast<double>(reading->next()[static_cast<Index>(lines[0][i])]);
    reading = one->read(reading, {lines[0][i]});
  }
  EXPECT_NEAR(scores[0], sum, 1e-4);
}

// By numerical integration with forty digits.
TEST(SkewNormal, KnowsItsTails) {
  const struct {
    double shape, x, log_cdf;
  } cases[] = {{0, -6, -20.73676895},    {0, -1, -1.84102164501},  {0, 3, -0.00135080996475},
               {3, -6, -188.138002574},  {3, -3, -51.7764196643},  {3, -1, -9.78580347801},
               {3, 0, -2.27870859529},   {3, 1, -0.381632763143},  {-3, -6, -20.0436217694},
               {-3, -1, -1.14805173377}, {-3, 0, -0.108048995661}, {8, -6, -1180.98336447},
               {8, -1, -39.9426660623},  {8, 0, -3.22934483016},   {8, 3, -0.00270344708548}};
  for (const auto& each : cases) {
    const SkewNormal skew{10, 2, each.shape};
    EXPECT_NEAR(skew.log_cdf(10 + 2 * each.x), each.log_cdf, 1e-5 * (1 - each.log_cdf))
        << each.shape << " " << each.x;
  }
}

TEST(SkewNormal, IsFittedByItsMoments) {
  RandomStream random(1, "test");
  const double delta = 4 / std::sqrt(17.0);
  std::vector<double> values;
  for (int i = 0; i < 50000; ++i)
    values.push_back(3 + 2 * (delta * std::abs(random.normal()) +
                              std::sqrt(1 - delta * delta) * random.normal()));
  const SkewNormal skew = SkewNormal::fit(values);
  EXPECT_NEAR(skew.shape, 4, 0.5);
  EXPECT_NEAR(skew.scale, 2, 0.05);
  EXPECT_NEAR(skew.location, 3, 0.05);
  // Beyond the skewness that the family reaches.
  EXPECT_TRUE(std::isfinite(SkewNormal::fit({0, 0, 0, 0, 0, 0, 0, 0, 0, 100}).shape));
}

}  // namespace
}  // namespace weft
