#include "corpora/bundled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "tokenizer/encoding.h"

namespace weft {
namespace {

using testing::HasSubstr;

std::vector<const std::vector<TextSample>*> parts(const SampleSplit& split) {
  return {&split.train, &split.valid, &split.held_out};
}

bool same(const std::vector<TextSample>& a, const std::vector<TextSample>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.label == y.label && x.text == y.text && x.target == y.target;
  });
}

bool is_clean(const std::string& text) {
  return !first_invalid_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20;
  });
}

class BundledSamples : public testing::TestWithParam<std::string> {};

TEST_P(BundledSamples, SameSeedSameSamples) {
  const SampleSplit one = bundled_split(GetParam(), 5, 1000, 100);
  const SampleSplit two = bundled_split(GetParam(), 5, 1000, 100);
  const SampleSplit other = bundled_split(GetParam(), 6, 1000, 100);
  EXPECT_EQ(one.train.size(), 1000u);
  EXPECT_EQ(one.valid.size(), 100u);
  EXPECT_EQ(one.held_out.size(), 100u);
  EXPECT_TRUE(same(one.train, two.train));
  EXPECT_TRUE(same(one.held_out, two.held_out));
  EXPECT_FALSE(same(one.train, other.train));
}

TEST_P(BundledSamples, PartsShareNoSentence) {
  const SampleSplit split = bundled_split(GetParam(), 1, 6000, 500);
  std::map<std::string, int> part_of;
  int part = 0;
  for (const auto* samples : parts(split)) {
    for (const TextSample& sample : *samples) {
      for (const std::string& text : {sample.text, sample.target}) {
        for (const std::string& key : sentence_keys(text)) {
          EXPECT_EQ(part_of.try_emplace(key, part).first->second, part) << text;
        }
      }
    }
    ++part;
  }
}

TEST_P(BundledSamples, HandWrittenLinesAreAmongThem) {
  const SampleSplit split = bundled_split(GetParam(), 1, 2000, 300);
  std::set<std::string> lines;
  for (const auto* samples : parts(split)) {
    for (const TextSample& sample : *samples) lines.insert(sample_line(sample));
  }
  int written = 0, found = 0;
  std::string rest = bundled_sample(GetParam());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    ASSERT_NE(end, std::string::npos) << "the last line has no end";
    ++written;
    found += lines.contains(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  EXPECT_GE(written, 300);
  EXPECT_GE(found, written - 5) << "a few may be refused for sharing a sentence";
}

TEST_P(BundledSamples, AreCleanUtf8) {
  const SampleSplit split = bundled_split(GetParam(), 2, 3000, 200);
  for (const auto* samples : parts(split)) {
    for (const TextSample& sample : *samples) {
      for (const std::string& text : {sample.text, sample.target}) {
        ASSERT_TRUE(is_clean(text)) << text;
        ASSERT_EQ(text.find("  "), std::string::npos) << text;
        ASSERT_FALSE(text.starts_with(' ') || text.ends_with(' ')) << text;
        ASSERT_EQ(text.find_first_of("|_{}[]\""), std::string::npos) << text;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, BundledSamples, testing::ValuesIn(bundled_sample_names()),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// Spelled out here once more, so that a change of the list does not change the test.
TEST(BundledOpinions, HoldNoneOfTheDemoSentences) {
  const std::vector<std::string> spelled = {"i love this car", "i am not sure i love this car",
                                            "i dont think its a bad car at all"};
  ASSERT_EQ(demo_sentences().size(), spelled.size());
  for (std::size_t i = 0; i < spelled.size(); ++i) {
    EXPECT_EQ(sentence_key(demo_sentences()[i]), spelled[i]);
  }
  for (std::uint64_t seed : {1u, 2u, 3u}) {
    const SampleSplit split = bundled_opinions(seed, 15000, 1000);
    for (const auto* samples : parts(split)) {
      for (const TextSample& sample : *samples) {
        const std::string key = sentence_key(sample.text);
        for (const std::string& phrase : spelled) {
          ASSERT_EQ(key.find(phrase), std::string::npos) << sample.text;
        }
      }
    }
  }
}

TEST(BundledOpinions, HoldCloseRelativesOfTheDemoSentences) {
  std::set<std::string> shapes;
  for (const TextSample& sample : bundled_opinions(1, 10000, 500).train) {
    std::string key = sentence_key(sample.text);
    if (key.starts_with("i love this ")) shapes.insert(sample.label + " love");
    if (key.starts_with("i am not sure i love this ")) shapes.insert(sample.label + " not sure");
    if (key.starts_with("i dont think its a bad ")) shapes.insert(sample.label + " not bad");
    if (key.starts_with("i dont think its a good ")) shapes.insert(sample.label + " not good");
  }
  EXPECT_THAT(shapes, testing::ElementsAre("negative not good", "negative not sure",
                                           "positive love", "positive not bad"));
}

TEST(BundledOpinions, LabelsAreBalanced) {
  const SampleSplit split = bundled_opinions(1, 6000, 600);
  for (const auto* samples : parts(split)) {
    std::map<std::string, std::size_t> counts;
    for (const TextSample& sample : *samples) ++counts[sample.label];
    ASSERT_EQ(counts.size(), 2u);
    EXPECT_GT(counts["positive"] * 100, samples->size() * 44);
    EXPECT_GT(counts["negative"] * 100, samples->size() * 44);
  }
}

TEST(BundledEmails, OpenAsTheDemoDoesWithManyWaysToGoOn) {
  std::map<std::string, std::set<std::string>> next;
  std::set<std::string> words;
  for (const TextSample& sample : bundled_emails(1, 5000, 300).train) {
    const std::string key = sentence_key(sample.text);
    for (const std::string opening : {"thank you for ", "could you please ", "i look forward "}) {
      if (key.starts_with(opening)) next[opening].insert(key.substr(opening.size()));
    }
    for (std::size_t begin = 0; begin < key.size();) {
      const std::size_t end = std::min(key.find(' ', begin), key.size());
      words.insert(key.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  for (const auto& [opening, ways] : next) EXPECT_GT(ways.size(), 80u) << opening;
  EXPECT_EQ(next.size(), 3u);
  EXPECT_LT(words.size(), 2000u);
}

TEST(BundledPairs, HaveBothSidesAndFrenchElision) {
  for (const TextSample& sample : bundled_pairs(1, 6000, 300).train) {
    ASSERT_FALSE(sample.text.empty());
    ASSERT_FALSE(sample.target.empty()) << sample.text;
    ASSERT_EQ(sample.text.ends_with('?'), sample.target.ends_with(" ?")) << sample.target;
    for (const std::string wrong : {" le a", " le e", " la é", " de a", " que elle", " que il",
                                    "Je a", "Je e", " ne a", " du é", " ma é", " ce a"}) {
      ASSERT_EQ((' ' + sample.target).find(wrong), std::string::npos) << sample.target;
    }
  }
}

TEST(BundledSample, AnUnknownNameIsAnError) {
  try {
    bundled_sample("poems");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("opinions emails english-french"));
  }
}

}  // namespace
}  // namespace weft
