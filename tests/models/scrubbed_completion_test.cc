// Completion by a model that scrubs what it reads.
#include <gmock/gmock.h>

#include "models/nets/completer.h"
#include "tests/models/three_lines.h"

namespace weft {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string>& scrubbed_lines() {
  static const std::vector<std::string> all = {"Dear Anna, call 030 1234567 please.",
                                               "Dear All, see www.example.com/a soon.",
                                               "Please pay 281 265 017 now. Best, Max"};
  return all;
}

const LanguageModel& scrubbing(TokenizerKind kind) {
  static std::map<TokenizerKind, std::unique_ptr<LanguageModel>> models;
  auto& found = models[kind];
  if (!found) found = trained(kind, scrubbed_lines(), std::make_shared<const Scrubber>());
  return *found;
}

class ScrubbedCompletion : public testing::TestWithParam<TokenizerKind> {
 protected:
  std::vector<std::string> complete(const std::string& prefix, CompletionOptions options = {}) {
    RandomStream random(1, "sample");
    std::vector<std::string> texts;
    const CompletionModel model(scrubbing(GetParam()));
    for (const auto& found : weft::complete(model, prefix, options, random))
      texts.push_back(found.text);
    return texts;
  }
};

TEST_P(ScrubbedCompletion, NeverSuggestsAPlaceholder) {
  for (const SearchKind search : {SearchKind::greedy, SearchKind::beam, SearchKind::sample})
    for (const std::string& line : scrubbed_lines())
      for (std::size_t length = 0; length <= line.size(); ++length) {
        CompletionOptions options;
        options.search = search;
        options.count = 3;
        options.max_tokens = 6;
        for (const std::string& text : complete(line.substr(0, length), options)) {
          EXPECT_THAT(text, Not(HasSubstr("⟨"))) << line.substr(0, length);
          EXPECT_THAT(text, Not(HasSubstr("⟩"))) << line.substr(0, length);
        }
      }
}

TEST_P(ScrubbedCompletion, GoesOnBehindWhatItScrubs) {
  EXPECT_THAT(complete("Dear Anna, call 030 1234567").at(0), StartsWith(" please"));
  EXPECT_THAT(complete("Dear Anna, call 030 1234567 ").at(0), StartsWith("please"));
  EXPECT_THAT(complete("Dear Zoë, call (212) 555-0199 pl").at(0), StartsWith("ease"));
  EXPECT_THAT(complete("Please pay 123 456 789").at(0), StartsWith(" now"));
}

TEST_P(ScrubbedCompletion, WhatMayBecomeAnotherWordIsNoNameYet) {
  EXPECT_THAT(complete("Dear Al").at(0), StartsWith("l, see"));
}

TEST_P(ScrubbedCompletion, KnowsTheLineAbove) {
  const CompletionModel model(scrubbing(GetParam()));
  RandomStream random(1, "sample");
  Completer completer(model, CompletionOptions(), random);
  const auto score = [&](const std::string& context, const std::string& typed) {
    completer.begin(context);
    completer.type(typed);
    return completer.suggest().at(0).score;
  };
  EXPECT_EQ(score("Best regards,", "Maximilian "), score("Best regards,", "⟨name⟩ "));
  EXPECT_NE(score("Best seller,", "Maximilian "), score("Best seller,", "⟨name⟩ "));
}

INSTANTIATE_TEST_SUITE_P(EveryKind, ScrubbedCompletion,
                         testing::Values(TokenizerKind::words, TokenizerKind::unicode_words,
                                         TokenizerKind::chars, TokenizerKind::subwords));

}  // namespace
}  // namespace weft
