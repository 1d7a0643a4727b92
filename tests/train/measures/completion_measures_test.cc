#include "train/measures/completion_measures.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/models/three_lines.h"
#include "train/report/completion_report.h"

namespace weft {
namespace {

class CompletionMeasuresTest : public testing::Test {
 protected:
  CompletionModel model_{trained_once(TokenizerKind::unicode_words)};
  CompletionOptions options_ = [] {
    CompletionOptions options;
    options.min_confidence = 0.7;
    return options;
  }();
};

// After "S", the model is sure of "ee you on Monday (I hope).": two keystrokes instead of 27.
TEST_F(CompletionMeasuresTest, AcceptsWhatIsRight) {
  const auto typed = type_texts(model_, options_, {{"", lines()[2]}}, 0);
  ASSERT_EQ(typed.size(), 1u);
  EXPECT_EQ(typed[0].size(), lines()[2].size() + 1);
  const Savings savings = accept_suggestions(typed, 0.7);
  EXPECT_EQ(savings.characters, lines()[2].size());
  EXPECT_EQ(savings.keystrokes, 2u);
  EXPECT_EQ(savings.shown, 1u);
  EXPECT_EQ(savings.right, 1u);
  EXPECT_EQ(savings.places, 2u);
}

TEST_F(CompletionMeasuresTest, CountsWhatIsWrong) {
  const auto typed = type_texts(model_, options_, {{"", "See him"}}, 0);
  const Savings savings = accept_suggestions(typed, 0.7);
  EXPECT_EQ(savings.right, 0u);
  EXPECT_GT(savings.shown, 0u);
  EXPECT_EQ(savings.keystrokes, 7u);
  EXPECT_EQ(savings.saved(), 0);
}

TEST_F(CompletionMeasuresTest, ExactMatches) {
  const auto matches = exact_matches(model_, options_, {{"", "See you on Monday (I hope)."}}, 0, 3);
  // Two of the three lines begin with "Thank you for"; after the first word there is no doubt.
  EXPECT_EQ(matches, (std::vector<double>{5 / 6.0, 4 / 5.0, 3 / 4.0}));
}

// What a search shows does not fall back to a beginning of something else that is likely enough:
// thresholds promised too much.
TEST_F(CompletionMeasuresTest, ABeginningIsNotShownBesideWhatGoesOn) {
  Suggested place;
  place.suggestions = {{"a b", {{1, 0.9, true}, {3, 0.3, false}}},
                       {"a c", {{1, 0.9, true}, {3, 0.5, false}}}};
  const std::vector<std::vector<Suggested>> typed = {{place, {3, {}, 0}}};
  EXPECT_EQ(accept_suggestions(typed, 0.4).right, 0u);
  EXPECT_EQ(accept_suggestions(typed, 0.6).right, 1u);
}

// At each threshold that was learned, as many of the shown suggestions are right.
TEST_F(CompletionMeasuresTest, CalibrationKeepsItsPromise) {
  options_.min_confidence = 0.05;
  std::vector<WrittenText> texts;
  for (int k = 0; k < 20; ++k) {
    texts.push_back({"", lines()[static_cast<std::size_t>(k % 3)]});
    texts.push_back({"", "Thank you for your time."});
  }
  const auto typed = type_texts(model_, options_, texts, 0);
  const Calibration calibration = calibrate(typed);
  for (const double precision : {0.3, 0.5, 0.6}) {
    const double threshold = calibration.least_probability(precision);
    ASSERT_LE(threshold, 1) << precision;
    EXPECT_GE(accept_suggestions(typed, threshold).precision(), precision);
  }
}

// Half of them were taken from the first half alone, and those with accents counted twice.
TEST_F(CompletionMeasuresTest, TextsAreSpreadOverAll) {
  const std::vector<WrittenText> texts(40, {"", "éèéèéèéèéè"});
  for (const std::size_t keystrokes : {1, 10, 90, 200, 210, 390}) {
    const auto typed = type_texts(model_, options_, texts, keystrokes);
    EXPECT_EQ(typed.size(), (keystrokes + 9) / 10) << keystrokes;
  }
  std::vector<WrittenText> different(10, {"", "a"});
  different.back().text = "ab";
  const auto typed = type_texts(model_, options_, different, 8);
  EXPECT_EQ(typed.back().size(), 3u);
  EXPECT_EQ(type_texts(model_, options_, {{"", " "}, {"", "ab"}}, 0).size(), 2u);
  // A long one took its time, however few were asked for.
  const auto cut = type_texts(model_, options_, {{"", "one two three"}, {"", "four"}}, 9);
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut.front().size(), 10u);
  // A suggestion may say more than was typed.
  const Savings savings =
      accept_suggestions(type_texts(model_, options_, {{"", lines()[2]}}, 5), 0.7);
  EXPECT_EQ(savings.right, 1u);
  EXPECT_EQ(exact_matches(model_, options_, {{"", lines()[2] + " and more"}}, lines()[2].size(), 1),
            exact_matches(model_, options_, {{"", lines()[2]}}, 0, 1));
}

TEST_F(CompletionMeasuresTest, MeasuresAndPage) {
  const nlohmann::json measures =
      evaluate_completion(model_, options_, {{"", lines()[0]}, {"", lines()[2]}}, 0, 3);
  for (const char* key : {"places", "shown", "precision", "keystrokes_saved",
                          "keystrokes_saved_at_60", "median_ms", "p99_ms", "exact_match"})
    EXPECT_TRUE(measures.contains(key)) << key;
  EXPECT_EQ(measures["precision"], 1);
  nlohmann::json both = measures;
  both["against"] = measures;
  both["against"]["file"] = "n-grams.weft";
  const std::string page = to_html(completion_report("three.weft", "lines.txt", both));
  for (const char* part : {"three.weft on lines.txt", "ExactMatch@3", ">n-grams.weft<",
                           "keystrokes saved, n-grams.weft"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST_F(CompletionMeasuresTest, RanksOfWholeLines) {
  options_.count = 3;
  PopularLines popular;
  for (const std::string& line : {lines()[0], lines()[0], lines()[1]}) popular.add(line);
  const nlohmann::json measures =
      evaluate_queries(model_, options_, {{"", lines()[0]}, {"", lines()[2]}, {"", "S"}}, popular);
  EXPECT_EQ(measures["queries"], 3);
  EXPECT_EQ(measures["popular_mrr_3"], 0.5);
  EXPECT_EQ(measures["seen_popular_mrr_3"], 1);
  EXPECT_EQ(measures["unseen_mrr_3"], 1);
  EXPECT_GE(measures["mrr_3"], 0.75);
  const std::string page = to_html(query_report("three.weft", "queries.txt", measures));
  for (const char* part : {"three.weft on queries.txt",
                           "mean reciprocal rank after 3 characters, prefix not seen before",
                           "most popular completion"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(PopularLinesTest, MostFrequentFirst) {
  PopularLines popular;
  for (const char* line : {"weather", "web", "web", "weather today", "news"}) popular.add(line);
  EXPECT_EQ(popular.complete("we", 2), (std::vector<std::string>{"web", "weather"}));
  EXPECT_TRUE(popular.complete("x", 2).empty());
}

}  // namespace
}  // namespace weft
