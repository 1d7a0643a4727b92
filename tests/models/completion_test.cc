#include "models/nets/completion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "models/core/tape.h"
#include "models/nets/language_model.h"
#include "train/optimizer.h"

namespace weft {
namespace {

const std::vector<std::string>& lines() {
  static const std::vector<std::string> all = {
      "Thank you for your help.", "Thank you for the notes.", "See you on Monday (I hope)."};
  return all;
}

/// A small model that has learned the three lines by heart.
std::unique_ptr<LanguageModel> trained(TokenizerKind kind) {
  TokenizerOptions tokens;
  tokens.kind = kind;
  tokens.vocab_size = kind == TokenizerKind::subwords ? 300 : 0;
  auto tokenizer = Tokenizer::train(tokens, [](const auto& line) {
    for (int i = 0; i < 20; ++i)
      for (const std::string& text : lines()) line(text);
  });
  LanguageModelOptions options;
  options.layers = 1;
  options.hidden = 48;
  auto model = std::make_unique<LanguageModel>(options, tokenizer);
  model->parameters().initialize(1);

  std::vector<std::vector<int>> inputs, outputs;
  for (const std::string& text : lines()) {
    std::vector<int> ids = tokenizer->encode(text);
    outputs.push_back(ids);
    outputs.back().push_back(kEos);
    ids.insert(ids.begin(), kEos);
    inputs.push_back(ids);
  }
  const TokenBatch batch = make_token_batch({&inputs[0], &inputs[1], &inputs[2]});
  std::vector<int> targets(batch.ids.size(), -1);
  for (std::size_t b = 0; b < 3; ++b)
    for (std::size_t t = 0; t < outputs[b].size(); ++t) targets[t * 3 + b] = outputs[b][t];
  Gradients gradients(model->parameters());
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  const auto optimizer = Optimizer::make({}, model->parameters());
  for (int update = 0; update < 150; ++update) {
    tape.reset();
    RecurrentState state;
    tape.backward(model->loss(tape, batch, targets.data(), state));
    optimizer->step(gradients, 0.02);
  }
  return model;
}

class CompletionTest : public testing::TestWithParam<TokenizerKind> {
 protected:
  std::vector<std::string> complete(const std::string& prefix, CompletionOptions options = {}) {
    options.max_tokens = 40;
    RandomStream random(1, "sample");
    std::vector<std::string> texts;
    for (const auto& found : Completer(*model()).complete(prefix, options, random))
      texts.push_back(found.text);
    return texts;
  }
  const LanguageModel* model() {
    static std::map<TokenizerKind, std::unique_ptr<LanguageModel>> models;
    auto& found = models[GetParam()];
    if (!found) found = trained(GetParam());
    return found.get();
  }
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

TEST_P(CompletionTest, EndlessWordsAreNotSearched) {
  EXPECT_NO_THROW(complete(std::string(20000, 'x')));
}

INSTANTIATE_TEST_SUITE_P(EveryKind, CompletionTest,
                         testing::Values(TokenizerKind::unicode_words, TokenizerKind::chars,
                                         TokenizerKind::subwords));

}  // namespace
}  // namespace weft
