#include "models/nets/translation_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "models/nets/best_tokens.h"
#include "tests/models/small_models.h"
#include "train/optimizer.h"

namespace weft {
namespace {

/// As the tests of the options want it: no normalisation, no penalty.
TranslationOptions plain(int beam, int n_best = 1) {
  TranslationOptions options;
  options.beam = beam;
  options.n_best = n_best;
  options.length_alpha = 0;
  return options;
}

const std::vector<std::vector<int>> kSources = {{5, 6, 3}, {7, 8, 9, 4, 5, 3}, {9, 3}};

/// The log-probabilities of what comes after `words`, by single steps.
struct Predicted {
  std::vector<double> log_probabilities;
  std::vector<real> attention;  // of the last step
};
Predicted after(const Translator& model, const std::vector<int>& source, std::vector<int> words) {
  Tape tape;
  Translator::Encoded encoded;
  model.encode(tape, make_token_batch({&source}), encoded);
  Translator::State state = encoded.state;
  words.insert(words.begin(), kBos);
  Predicted predicted;
  for (const int word : words) {
    const Translator::Prediction next = model.step(tape, encoded, state, {0}, {word});
    predicted.attention.assign(next.attention, next.attention + source.size());
    predicted.log_probabilities.clear();
    for (int id = 0; id < static_cast<int>(next.scores.rows()); ++id) {
      double result = 0;
      log_likelihoods(next.scores.value(), &id, &result);
      predicted.log_probabilities.push_back(result);
    }
  }
  return predicted;
}

TEST(TranslationSearch, ABeamOfOneIsGreedy) {
  const auto model = small_translator();
  const auto found = TranslationSearch(*model).search(kSources, plain(1));
  for (std::size_t n = 0; n < kSources.size(); ++n) {
    std::vector<int> words;
    const std::size_t longest = 10 + 2 * (kSources[n].size() - 1);
    double total = 0;
    while (true) {
      std::vector<double> next = after(*model, kSources[n], words).log_probabilities;
      next[kPad] = next[kBos] = -1e9;
      const auto best = std::max_element(next.begin(), next.end());
      total += *best;
      if (best - next.begin() == kEos) break;
      words.push_back(static_cast<int>(best - next.begin()));
      if (words.size() == longest) break;
    }
    ASSERT_EQ(found[n].size(), 1u);
    EXPECT_EQ(found[n][0].tokens, words);
    EXPECT_NEAR(found[n][0].log_probability, total, 1e-4);
  }
}

/// All translations of at most `longest` tokens, <eos> included.
void enumerate(const Translator& model, const std::vector<int>& source, std::vector<int>& words,
               double log_probability, std::size_t longest, std::vector<Translation>& all) {
  const std::vector<double> next = after(model, source, words).log_probabilities;
  for (int id = 0; id < static_cast<int>(next.size()); ++id) {
    if (id == kPad || id == kBos) continue;
    const double total = log_probability + next[static_cast<std::size_t>(id)];
    if (id == kEos) {
      Translation& done = all.emplace_back();
      done.tokens = words;
      done.log_probability = total;
    } else if (words.size() + 1 < longest) {
      words.push_back(id);
      enumerate(model, source, words, total, longest, all);
      words.pop_back();
    }
  }
}

// Six words, four tokens: a beam that drops nothing finds what trying everything finds.
TEST(TranslationSearch, AWideBeamFindsWhatTryingAllFinds) {
  TokenizerOptions words;
  words.kind = TokenizerKind::words;
  const auto tokenizer = Tokenizer::train(words, [](const auto& line) { line("a b c"); });
  TranslatorOptions options;
  options.hidden = 6, options.embedding = 5;
  Translator model(options, tokenizer);
  randomize(model);
  for (const double alpha : {0.0, 1.0}) {
    TranslationOptions wide = plain(1000, 20);
    wide.length_alpha = alpha;
    wide.max_length_factor = -3;  // ten tokens and so many less
    const std::vector<int> source = {4, 5, 3};
    std::vector<Translation> all;
    std::vector<int> begin;
    enumerate(model, source, begin, 0, 4, all);
    for (Translation& translation : all)
      translation.score =
          translation.log_probability /
          std::pow((6.0 + static_cast<double>(translation.tokens.size())) / 6, alpha);
    std::sort(all.begin(), all.end(),
              [](const Translation& a, const Translation& b) { return a.score > b.score; });
    const auto found = TranslationSearch(model).search({source}, wide);
    ASSERT_EQ(found[0].size(), 20u);
    for (std::size_t k = 0; k < 20; ++k) {
      EXPECT_NEAR(found[0][k].score, all[k].score, 1e-4);
      EXPECT_EQ(found[0][k].tokens, all[k].tokens);
    }
  }
}

TEST(TranslationSearch, ASentenceHasTheSameAnswerWhateverIsBesideIt) {
  for (const AttentionKind attention : {AttentionKind::general, AttentionKind::additive}) {
    TranslatorOptions options;
    options.attention = attention;
    options.decoder_layers = 2;
    const auto model = small_translator(options);
    const TranslationSearch search(*model);
    TranslationOptions wanted = plain(4, 4);
    wanted.length_alpha = 0.6;
    wanted.coverage_beta = 0.2;
    std::vector<std::vector<int>> many = kSources;
    for (int k = 0; k < 20; ++k) many.push_back(kSources[static_cast<std::size_t>(k) % 3]);
    const auto together = search.search(many, wanted);
    wanted.batch_size = 2;
    const auto in_twos = search.search(many, wanted);
    for (std::size_t n = 0; n < many.size(); ++n) {
      const auto alone = search.search({many[n]}, wanted)[0];
      ASSERT_EQ(alone.size(), together[n].size());
      for (std::size_t k = 0; k < alone.size(); ++k) {
        EXPECT_EQ(alone[k].tokens, together[n][k].tokens);
        EXPECT_EQ(alone[k].score, together[n][k].score);
        EXPECT_EQ(alone[k].score, in_twos[n][k].score);
        EXPECT_EQ(alone[k].links, together[n][k].links);
      }
    }
  }
}

TEST(TranslationSearch, RanksDifferentTranslationsByScore) {
  const auto model = small_translator();
  TranslationOptions options = plain(6, 6);
  for (const auto& translations : TranslationSearch(*model).search(kSources, options)) {
    EXPECT_EQ(translations.size(), 6u);
    std::set<std::vector<int>> different;
    for (std::size_t k = 0; k < translations.size(); ++k) {
      different.insert(translations[k].tokens);
      if (k == 0 || translations[k].ended != translations[k - 1].ended) continue;
      EXPECT_LE(translations[k].score, translations[k - 1].score);
    }
    EXPECT_EQ(different.size(), 6u);
  }
  options.n_best = 7;
  EXPECT_THROW(TranslationSearch(*model).search(kSources, options), UserError);
}

TEST(TranslationSearch, KeepsTheAttentionOfEachToken) {
  const auto model = small_translator();
  const auto found = TranslationSearch(*model).search(kSources, plain(3), true);
  for (std::size_t n = 0; n < kSources.size(); ++n) {
    const Translation& best = found[n][0];
    ASSERT_EQ(best.attention.n_cols, best.tokens.size());
    ASSERT_EQ(best.attention.n_rows, kSources[n].size());
    std::vector<int> words;
    for (std::size_t t = 0; t < best.tokens.size(); ++t) {
      const std::vector<real> expected = after(*model, kSources[n], words).attention;
      for (std::size_t s = 0; s < expected.size(); ++s)
        EXPECT_NEAR(best.attention(s, t), expected[s], 1e-5);
      EXPECT_EQ(best.links[t],
                std::max_element(expected.begin(), expected.end() - 1) - expected.begin());
      words.push_back(best.tokens[t]);
    }
  }
}

TEST(BestTokens, AreThoseOfASort) {
  constexpr Index V = 1000;
  RandomStream random(1, "logits");
  Matrix logits(V, 3);
  for (real& number : logits) number = static_cast<real>(random.normal());
  logits(17, 1) = logits(900, 1) = logits(900, 0) = 9;  // equal ones
  BestTokens best(7);
  std::vector<std::pair<double, int>> all;
  for (int column = 0; column < 3; ++column) {
    const real* z = logits.colptr(static_cast<Index>(column));
    best.add(column, -column, z, V);
    double sum = 0;
    for (Index id = 0; id < V; ++id) sum += std::exp(static_cast<double>(z[id]));
    for (Index id = 0; id < V; ++id)
      if (id != kPad && id != kBos)
        all.emplace_back(-(static_cast<double>(z[id]) - std::log(sum) - column),
                         column * 10000 + static_cast<int>(id));
  }
  std::sort(all.begin(), all.end());
  const std::vector<Candidate> found = best.sorted();
  ASSERT_EQ(found.size(), 7u);
  for (std::size_t k = 0; k < found.size(); ++k) {
    EXPECT_NEAR(found[k].score, -all[k].first, 1e-5);
    EXPECT_EQ(found[k].column * 10000 + found[k].token, all[k].second);
  }
}

/// Learns to copy words, one by one, by heart.
class Copying : public testing::Test {
 protected:
  static const Translator& model() {
    static const std::unique_ptr<Translator> trained = train();
    return *trained;
  }
  static std::unique_ptr<Translator> train() {
    TokenizerOptions words;
    words.kind = TokenizerKind::words;
    const auto tokenizer =
        Tokenizer::train(words, [](const auto& line) { line("red green blue white black"); });
    TranslatorOptions options;
    options.hidden = 32, options.embedding = 24;
    options.dropout = 0;
    auto model = std::make_unique<Translator>(options, tokenizer);
    model->parameters().initialize(1);
    Gradients gradients(model->parameters());
    RandomStream noise(1, "dropout"), random(1, "sentences");
    Tape tape(gradients, noise);
    const auto optimizer = Optimizer::make({}, model->parameters());
    for (int update = 0; update < 400; ++update) {
      constexpr std::size_t kBatch = 16;
      std::vector<std::vector<int>> sources(kBatch), inputs(kBatch);
      std::vector<const std::vector<int>*> source, input;
      for (std::size_t b = 0; b < kBatch; ++b) {
        inputs[b] = {kBos};
        const std::size_t length = 1 + random.below(5);
        for (std::size_t t = 0; t < length; ++t)
          sources[b].push_back(
              random.below(5) == 0 ? kUnk : kSpecialIds + static_cast<int>(random.below(5)));
        inputs[b].insert(inputs[b].end(), sources[b].begin(), sources[b].end());
        sources[b].push_back(kEos);
        source.push_back(&sources[b]);
        input.push_back(&inputs[b]);
      }
      const TokenBatch read = make_token_batch(source), written = make_token_batch(input);
      std::vector<int> targets(written.ids.size(), -1);
      for (std::size_t b = 0; b < kBatch; ++b)
        for (std::size_t t = 0; t < sources[b].size(); ++t) targets[t * kBatch + b] = sources[b][t];
      tape.reset();
      tape.backward(model->loss(tape, read, written, targets.data(), 0.01));
      optimizer->step(gradients, 0.01);
    }
    return model;
  }
};

TEST_F(Copying, TranslatesLinesOneForOne) {
  const TranslationSearch search(model());
  const std::vector<std::string> lines = {"red green blue", "", "white", "black black red white"};
  const auto found = search.translate(lines, {});
  ASSERT_EQ(found.size(), lines.size());
  for (std::size_t n = 0; n < lines.size(); ++n) {
    ASSERT_EQ(found[n].size(), 1u);
    EXPECT_EQ(found[n][0].text, lines[n]);
    for (std::size_t t = 0; t < found[n][0].links.size(); ++t)
      EXPECT_LT(found[n][0].links[t], static_cast<int>(found[n][0].source.size()));
  }
}

TEST_F(Copying, CopiesUnknownWordsFromWhereAttentionLooks) {
  const TranslationSearch search(model());
  TranslationOptions options;
  EXPECT_EQ(search.translate({"red zebra blue"}, options)[0][0].text, "red zebra blue");
  options.replace_unknown = false;
  EXPECT_EQ(search.translate({"red zebra blue"}, options)[0][0].text, "red <unk> blue");
}

TEST_F(Copying, CountsLinesThatItCuts) {
  std::string longer;
  for (int n = 0; n < 300; ++n) longer += "red ";
  int cut = 0;
  const auto found = TranslationSearch(model()).translate({"red", longer}, {}, false, &cut);
  EXPECT_EQ(cut, 1);
  EXPECT_EQ(found[1][0].source.size(), 200u);
}

}  // namespace
}  // namespace weft
