#include "models/nets/completion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/models/three_lines.h"

namespace weft {
namespace {

class CompletionTest : public testing::TestWithParam<TokenizerKind> {
 protected:
  std::vector<std::string> complete(const std::string& prefix, CompletionOptions options = {}) {
    options.max_tokens = 40;
    RandomStream random(1, "sample");
    std::vector<std::string> texts;
    for (const auto& found : weft::complete(CompletionModel(*model()), prefix, options, random))
      texts.push_back(found.text);
    return texts;
  }
  const LanguageModel* model() { return &trained_once(GetParam()); }
};

TEST_P(CompletionTest, GoesOnAfterAWholeWord) {
  EXPECT_EQ(complete("See you").at(0), " on Monday (I hope).");
  EXPECT_EQ(complete("See you ").at(0), "on Monday (I hope).");
}

TEST_P(CompletionTest, FinishesAHalfTypedWord) {
  EXPECT_EQ(complete("See you on Mon").at(0), "day (I hope).");
  EXPECT_EQ(complete("Thank you for y").at(0), "our help.");
  EXPECT_EQ(complete("Tha").at(0).substr(0, 10), "nk you for");
}

TEST_P(CompletionTest, KeepsToTypedPunctuation) {
  EXPECT_EQ(complete("See you on Monday (I").at(0), " hope).");
}

// A continuation may go on behind a line end, and so may a prefix.
TEST_P(CompletionTest, RunsOverLineEnds) {
  CompletionOptions options;
  options.search = SearchKind::greedy;
  const std::string one = complete("See you on Mon", options).at(0);
  EXPECT_EQ(one, "day (I hope).");
  EXPECT_EQ(one.find('\n'), std::string::npos);
  options.lines = 2;
  const std::string two = complete("See you on Mon", options).at(0);
  EXPECT_TRUE(two.starts_with(one + "\n")) << two;
  EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 1) << two;
  EXPECT_FALSE(two.substr(two.find('\n') + 1).starts_with(" ")) << two;
  EXPECT_EQ(complete("See you on Monday (I hope).\n" + lines()[0].substr(0, 12), options).size(),
            1u);
}

TEST_P(CompletionTest, BeginsALine) {
  CompletionOptions options;
  options.count = 3;
  const auto found = complete("", options);
  ASSERT_EQ(found.size(), 3u);
  const std::set<std::string> texts(found.begin(), found.end());
  EXPECT_EQ(texts, std::set<std::string>(lines().begin(), lines().end()));
}

TEST_P(CompletionTest, ContinuationsDiffer) {
  CompletionOptions options;
  options.count = 2;
  const auto found = complete("Thank you for", options);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ((std::set<std::string>{found.begin(), found.end()}),
            (std::set<std::string>{" your help.", " the notes."}));
}

TEST_P(CompletionTest, SearchesAgreeWhereThereIsNoDoubt) {
  for (SearchKind search : {SearchKind::greedy, SearchKind::beam, SearchKind::sample}) {
    CompletionOptions options;
    options.search = search;
    options.top_k = 1;
    EXPECT_EQ(complete("See you on M", options).at(0), "onday (I hope).");
  }
}

TEST_P(CompletionTest, AnswersWhateverIsTyped) {
  for (const std::string prefix :
       {"xqzzy", "\t", "  ", "😀👩‍👩‍👧", "你好", "(((", "\xE2\x96\x81", "مرحبا بك"})
    EXPECT_NO_THROW(complete(prefix)) << prefix;
}

// It begins with a token that the vocabulary has, and nothing was found that goes on like it.
TEST_P(CompletionTest, UnknownWordsAreTakenAsTheyAre) {
  const std::string known = lines()[0].substr(0, 5);  // Thank
  EXPECT_FALSE(complete("See you " + known + "qxqx").empty());
}

TEST_P(CompletionTest, SamplesKnowTheirConfidence) {
  CompletionOptions options;
  options.max_tokens = 40;
  RandomStream random(1, "sample");
  const auto first = [&] {
    return weft::complete(CompletionModel(*model()), "Thank you for t", options, random).at(0);
  };
  const Continuation searched = first();
  options.search = SearchKind::sample;
  options.top_k = 1;
  const Continuation sampled = first();
  EXPECT_EQ(sampled.text, searched.text);
  EXPECT_NEAR(sampled.confidence, searched.confidence, 1e-3);
  EXPECT_LT(sampled.confidence, 1);
}

TEST_P(CompletionTest, EndlessWordsAreNotSearched) {
  EXPECT_NO_THROW(complete(std::string(20000, 'x')));
}

INSTANTIATE_TEST_SUITE_P(EveryKind, CompletionTest,
                         testing::Values(TokenizerKind::unicode_words, TokenizerKind::chars,
                                         TokenizerKind::subwords));

}  // namespace
}  // namespace weft
