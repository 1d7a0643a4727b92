#include "models/nets/completer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/models/three_lines.h"
#include "train/language/kneser_ney.h"

namespace weft {
namespace {

std::vector<std::string> texts(const std::vector<Continuation>& continuations) {
  std::vector<std::string> result;
  for (const Continuation& continuation : continuations) result.push_back(continuation.text);
  return result;
}

class CompleterTest : public testing::TestWithParam<TokenizerKind> {
 protected:
  CompletionModel model_{trained_once(GetParam())};
  RandomStream random_{1, "sample"};
  CompletionOptions options_ = [] {
    CompletionOptions options;
    options.max_tokens = 40;
    options.count = 2;
    return options;
  }();
};

// Whatever was typed and taken back before, a text has one answer.
TEST_P(CompleterTest, AnswersAsIfTheTextWereNew) {
  Completer completer(model_, options_, random_);
  const std::string line = "See you on Monday (I hope).";
  const auto expect_as_new = [&] {
    EXPECT_EQ(texts(completer.suggest()),
              texts(complete(model_, completer.text(), options_, random_)))
        << completer.text();
  };
  for (const char c : line) {
    completer.type(std::string(1, c));
    expect_as_new();
  }
  for (int k = 0; k < 20; ++k) {
    completer.erase();
    expect_as_new();
  }
  completer.type("n Mo");
  expect_as_new();
}

TEST_P(CompleterTest, TakesWhatIsAccepted) {
  Completer completer(model_, options_, random_);
  completer.type("See y");
  completer.accept(completer.suggest().front());
  EXPECT_EQ(completer.text(), lines()[2]);
}

TEST_P(CompleterTest, ErasesCharactersNotBytes) {
  Completer completer(model_, options_, random_);
  completer.type("né👩‍👩‍👧");
  completer.erase();
  EXPECT_EQ(completer.text(), "né");
  completer.erase(5);
  EXPECT_EQ(completer.text(), "");
  EXPECT_FALSE(completer.suggest().empty());
}

TEST_P(CompleterTest, WaitsForHalfACharacter) {
  Completer completer(model_, options_, random_);
  completer.type("See y\xC3");
  EXPECT_TRUE(completer.suggest().empty());
  completer.type("\xA9");
  EXPECT_NO_THROW(completer.suggest());
}

TEST_P(CompleterTest, ReadsTheContextFirst) {
  options_.search = SearchKind::greedy;
  options_.count = 1;
  Completer completer(model_, options_, random_);
  completer.begin(lines()[0]);
  completer.type("Thank");
  EXPECT_EQ(texts(completer.suggest()),
            texts(complete(model_, lines()[0] + "\nThank", options_, random_)));
}

TEST_P(CompleterTest, LongTextsKeepFewReadings) {
  Completer completer(model_, options_, random_);
  std::string text;
  for (int k = 0; k < 100; ++k) text += "Thank you for your help. ";
  completer.type(text);
  const auto first = texts(completer.suggest());
  completer.type("See you on ");
  completer.suggest();
  completer.erase(400);
  completer.type(text.substr(text.size() - (400 - 11)));
  EXPECT_EQ(texts(completer.suggest()), first);
}

// 100,000 characters took a minute.
TEST_P(CompleterTest, WhatStandsFarBackIsNotRead) {
  const auto repeated = [](const std::string& text, int count) {
    std::string result;
    for (int k = 0; k < count; ++k) result += text;
    return result;
  };
  const std::string one = lines()[0] + "\n", other = lines()[1] + "\n";
  const auto score = [&](const std::string& far, int near) {
    Completer completer(model_, options_, random_);
    completer.begin(far + repeated(one, near));
    completer.type("See y");
    return completer.suggest().at(0).score;
  };
  EXPECT_EQ(score(repeated(one + other, 10), 2000), score(repeated(other + one, 10), 2000));
  EXPECT_NE(score(one + other, 0), score(other + one, 0));
}

TEST_P(CompleterTest, SharesOneModelBetweenThreads) {
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> threads;
  for (auto& mine : found)
    threads.emplace_back([&] {
      RandomStream random(1, "sample");
      Completer completer(model_, options_, random);
      for (const char c : std::string("Thank you for the n")) {
        completer.type(std::string(1, c));
        mine = texts(completer.suggest());
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : found) EXPECT_EQ(mine, found[0]);
  EXPECT_EQ(found[0].at(0), "otes.");
}

TEST_P(CompleterTest, NeverSuggestsWhatIsBlocked) {
  BlockList blocked("english");
  ASSERT_TRUE(blocked.add("helping"));  // stands for "help", too
  const CompletionModel careful(trained_once(GetParam()), Calibration(), blocked);
  for (const char* prefix : {"Thank you for", "Thank you for your", "Thank you for your h", "T"})
    for (const Continuation& found : complete(careful, prefix, options_, random_))
      EXPECT_FALSE(blocked.blocks(prefix + found.text, std::string(prefix).size()))
          << prefix << "|" << found.text;
  // What somebody writes is not ours to judge.
  EXPECT_FALSE(complete(careful, "Thank you for your help", options_, random_).empty());
}

// "Thank you for" is followed by "your help." and "the notes." equally often.
TEST_P(CompleterTest, StaysSilentWhereItIsNotSure) {
  options_.min_confidence = 0.7;
  EXPECT_TRUE(complete(model_, "Thank you for ", options_, random_).empty());
  const auto sure = complete(model_, "Thank you for y", options_, random_);
  ASSERT_EQ(sure.size(), 1u);
  EXPECT_EQ(sure[0].text, "our help.");
  EXPECT_GT(sure[0].confidence, 0.7);
  ASSERT_EQ(sure[0].word_ends.size(), 2u);
  EXPECT_EQ(sure[0].word_ends[0].length, 3u);
  EXPECT_GE(sure[0].word_ends[0].confidence, sure[0].word_ends[1].confidence);
}

TEST_P(CompleterTest, StopsWhereItIsNotSureAnyMore) {
  options_.min_confidence = 0.7;
  const auto found = complete(model_, "Tha", options_, random_);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "nk you for");
}

TEST_P(CompleterTest, SearchesNoFurtherThanItMayShow) {
  const Prefix prefix{"Thank you for ", {}, " "};
  const auto readings_made = [&](double min_confidence) {
    options_.min_confidence = min_confidence;
    const auto start = std::make_shared<ReadingNode>();
    const NextTokenModel& model = model_.model();
    start->reading = model.read(model.begin(), model.tokenizer()->encode("Thank you for"));
    std::size_t made = 0;
    search_continuations(model_, start, prefix, options_, random_, made);
    return made;
  };
  EXPECT_LE(readings_made(0.7), 3u);
  EXPECT_GT(readings_made(0.01), 3u);
}

TEST_P(CompleterTest, WholeLinesAlone) {
  options_.whole_line = true;
  options_.count = 10;
  const auto found = complete(model_, "Thank you", options_, random_);
  ASSERT_GE(found.size(), 2u);
  for (const Continuation& each : found) EXPECT_TRUE(each.ended) << each.text;
  EXPECT_GE(found[0].score, found[1].score);
}

/// Trigrams of words.
std::unique_ptr<NgramModel> counted(const std::vector<std::string>& written) {
  TokenizerOptions tokens;
  tokens.kind = TokenizerKind::words;
  const auto tokenizer = Tokenizer::train(tokens, [&](const auto& line) {
    for (const std::string& text : written) line(text);
  });
  std::vector<int> ids;
  for (const std::string& text : written) {
    for (const int id : tokenizer->encode(text)) ids.push_back(id);
    ids.push_back(kEos);
  }
  return fit_ngram_model({3}, tokenizer, TokenStream::from_ids(ids));
}

/// For an empty line, by as many hypotheses as suggestions.
std::vector<std::string> suggested(const NextTokenModel& model, double min_confidence, int count) {
  CompletionOptions options;
  options.min_confidence = min_confidence;
  options.count = options.beam = count;
  RandomStream random(1, "sample");
  return texts(complete(CompletionModel(model), "", options, random));
}

// "alpha" comes more often than "beta", but only what follows "beta" is always the same.
TEST(CompletionRanking, AlternativesByWhatIsShownOfThem) {
  std::vector<std::string> written;
  for (const char* last : {"one", "two", "three", "four", "five", "six"})
    for (int i = 0; i < 10; ++i) written.push_back(std::string("alpha ") + last);
  for (int i = 0; i < 40; ++i) written.push_back("beta gamma delta");
  const auto counts = counted(written);
  EXPECT_THAT(suggested(*counts, 0.2, 8), testing::ElementsAre("alpha", "beta gamma delta"));
  EXPECT_TRUE(suggested(*counts, 0, 8)[0].starts_with("beta"));
}

TEST(CompletionRanking, AlternativesDifferInWords) {
  std::vector<std::string> written;
  for (int i = 0; i < 10; ++i)
    for (const char* text :
         {"we meet today", "we meet today .", "we meet Today !", "we meet later"})
      written.push_back(text);
  const auto counts = counted(written);
  CompletionOptions options;
  options.count = 4;
  RandomStream random(1, "sample");
  const auto found = texts(complete(CompletionModel(*counts), "we meet", options, random));
  EXPECT_EQ(std::count_if(found.begin(), found.end(),
                          [](const std::string& text) {
                            return text == " today" || text == " today ." || text == " Today !";
                          }),
            1);
}

// Whatever follows "alpha" is less likely than any of what follows "beta", and finds no place among
// two hypotheses.
TEST(CompletionRanking, LikelyWordsWhateverFollowsThem) {
  std::vector<std::string> written;
  for (int i = 0; i < 40; ++i) written.push_back("alpha a" + std::to_string(i));
  for (int i = 0; i < 60; ++i) written.push_back(i % 2 ? "beta odd" : "beta even");
  EXPECT_THAT(suggested(*counted(written), 0.35, 2), testing::ElementsAre("beta", "alpha"));
}

// A word is another one than a longer word that begins like it.
TEST(CompletionRanking, AWordIsNotALongerOne) {
  std::vector<std::string> written;
  for (int i = 0; i < 60; ++i) written.push_back(i % 2 ? "on" : "one");
  EXPECT_THAT(suggested(*counted(written), 0.3, 8), testing::UnorderedElementsAre("on", "one"));
}

INSTANTIATE_TEST_SUITE_P(EveryKind, CompleterTest,
                         testing::Values(TokenizerKind::unicode_words, TokenizerKind::chars,
                                         TokenizerKind::subwords));

}  // namespace
}  // namespace weft
