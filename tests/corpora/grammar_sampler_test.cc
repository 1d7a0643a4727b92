#include "corpora/grammar_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"

namespace weft {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

TextSample sample(const std::string& grammar, std::uint64_t seed = 1) {
  RandomStream random(seed, "test");
  return GrammarSampler(grammar, "g").sample(random);
}

std::string text_of(const std::string& grammar) { return sample(grammar).text; }

std::string error_of(const std::string& grammar) {
  try {
    const GrammarSampler sampler(grammar, "g");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "no error";
}

TEST(GrammarSampler, SpacesAndPunctuation) {
  EXPECT_EQ(text_of("s = \"Hello\" \",\" name \"!\"\nname = \"Anna  Maria\""),
            "Hello, Anna Maria!");
  EXPECT_EQ(text_of("s = \"week\" + \"end\" \" ?\""), "weekend ?");
  EXPECT_EQ(text_of("s = \"\" \"a\" \"\" \"b\" {\"\"}"), "a b");
}

TEST(GrammarSampler, FiltersChangeWords) {
  EXPECT_EQ(text_of("s = capital(\"été\" \"is\")"), "Été is");
  EXPECT_EQ(text_of("s = lower(bare(\"I Don't\" \"Café it’s\"))"), "i dont café its");
}

TEST(GrammarSampler, FormsBeforeVowels) {
  const std::string rules = "%vowel source hour\n%consonant source useful\n";
  EXPECT_EQ(text_of(rules + "s = \"a|an\" \"hour\""), "an hour");
  EXPECT_EQ(text_of(rules + "s = \"a|an\" \"useful car\""), "a useful car");
  EXPECT_EQ(text_of(rules + "s = \"a|an\" \"old car\""), "an old car");
  EXPECT_EQ(text_of("s = capital(\"le|l'\" \"école\" \"du|de_l'\" \"arbre\")"),
            "L'école de l'arbre");
}

TEST(GrammarSampler, ParametersAndOppositesBind) {
  const std::string grammar =
      "%opposite good bad\n"
      "s = claim[good]\n"
      "claim[P] = \"not\" word[~P] \"but\" word[P]\n"
      "word[good] = \"fine\"\nword[bad] = \"poor\"\n";
  EXPECT_EQ(text_of(grammar), "not poor but fine");
}

TEST(GrammarSampler, LabelsComeFromTheFirstRule) {
  std::map<std::string, std::string> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const TextSample drawn = sample("s = @yes \"a\" | @no \"b\"", seed);
    seen[drawn.label] = drawn.text;
  }
  EXPECT_EQ(seen, (std::map<std::string, std::string>{{"yes", "a"}, {"no", "b"}}));
}

TEST(GrammarSampler, WeightsAreKept) {
  const GrammarSampler sampler("s = 3: \"a\" | {b, 4: c}", "g");
  RandomStream random(1, "test");
  std::map<std::string, int> counts;
  for (int i = 0; i < 8000; ++i) ++counts[sampler.sample(random).text];
  EXPECT_NEAR(counts["a"], 3000, 200);
  EXPECT_NEAR(counts["b"], 1000, 150);
  EXPECT_NEAR(counts["c"], 4000, 200);
}

TEST(GrammarSampler, BothSidesAreOneDerivation) {
  const std::string pairs =
      "s = np[m] | np[f]\n"
      "np[G] = noun[G] adjective[G] noun[G] => adjective[G] noun[G] noun[G]\n"
      "noun[m] = {tree => arbre}\nnoun[f] = {car => voiture}\n"
      "adjective[m] = {big => grand, small => petit}\n"
      "adjective[f] = {big => grande, small => petite}\n";
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const TextSample drawn = sample(pairs, seed);
    seen.insert(drawn.text + "/" + drawn.target);
  }
  EXPECT_THAT(seen, testing::ElementsAre("car big car/grande voiture voiture",
                                         "car small car/petite voiture voiture",
                                         "tree big tree/grand arbre arbre",
                                         "tree small tree/petit arbre arbre"));
}

TEST(GrammarSampler, RepeatedNamesPairUpInOrder) {
  const std::string grammar = "s = n n => n \"puis\" n\nn = {a => A, b => B}\n";
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const TextSample drawn = sample(grammar, seed);
    std::string expected = drawn.text;
    for (char& c : expected) c = c == 'a' ? 'A' : c == 'b' ? 'B' : c;
    EXPECT_EQ(drawn.target, expected.substr(0, 1) + " puis" + expected.substr(1));
  }
}

TEST(GrammarSampler, EndlessRecursionByChanceIsLedOut) {
  EXPECT_LT(text_of("s = 1000: \"a\" s | \"b\"").size(), 1000u);
}

TEST(GrammarSampler, MistakesAreNamedByLine) {
  EXPECT_THAT(error_of("s = a\na = b\n"), StartsWith("g:2: 'b' is not defined"));
  EXPECT_THAT(error_of("s = a[x]\na[y] = \"b\"\n"), StartsWith("g:1: 'a[x]' is not defined"));
  EXPECT_THAT(error_of("s = a\na = a \"b\"\n"), AnyOf(StartsWith("g:1:"), StartsWith("g:2:")));
  EXPECT_THAT(error_of("s = \"c\" | a\n\na = a \"b\"\n"), StartsWith("g:3: 'a' never ends"));
  EXPECT_THAT(error_of("s = \"a\"\n  |\n  | \"b\"\n"), HasSubstr("empty alternative"));
  EXPECT_THAT(error_of("s = \"a\"\nt = \n"), StartsWith("g:2: empty alternative"));
  EXPECT_THAT(error_of("s = {a, , b}\n"), StartsWith("g:1: empty alternative in a list"));
  EXPECT_THAT(error_of("s = \"a\"\n\nt = \"b\"\n"), StartsWith("g:3: 't' is never used"));
  EXPECT_THAT(error_of("s = \"a\n"), StartsWith("g:1: this text has no closing quote"));
  EXPECT_THAT(error_of("s = {a\n"), StartsWith("g:1: this list has no closing brace"));
  EXPECT_THAT(error_of("s = \"a\"\n  ; \"b\"\n"), StartsWith("g:2: unexpected character"));
  EXPECT_THAT(error_of("s = 0: \"a\"\n"), StartsWith("g:1: the weight '0'"));
  EXPECT_THAT(error_of("s = a[X]\na[x] = \"b\"\n"), HasSubstr("'X' does not stand on the left"));
  EXPECT_THAT(error_of("s = a[~x]\na[x] = \"b\"\n"), HasSubstr("has no opposite"));
  EXPECT_THAT(error_of("s = a => \"b\"\na = \"b\"\n"), HasSubstr("stands in the source only"));
  EXPECT_THAT(error_of("s = \"b\" => a\na = \"b\"\n"), HasSubstr("stands in the target only"));
  EXPECT_THAT(error_of("s = \"x\" {a => b} => \"y\"\n"), HasSubstr("make it a rule"));
  EXPECT_THAT(error_of("s = a\na = @l \"b\"\n"), StartsWith("g:2: a label can only stand"));
  EXPECT_THAT(error_of("%nothing x\ns = \"a\"\n"), StartsWith("g:1: unknown directive"));
  EXPECT_THAT(error_of("# nothing\n"), HasSubstr("has no rule"));
  EXPECT_THAT(error_of(std::string("s = \"a\" \0", 9)), StartsWith("g:1: unexpected character"));
  EXPECT_THAT(error_of("s = " + std::string(5000, '(')), HasSubstr("too many groups"));
}

TEST(DisjointParts, KeysIgnoreCaseAndPunctuation) {
  EXPECT_EQ(sentence_key("  I don't THINK it’s … bad!! "), "i dont think its bad");
  EXPECT_EQ(sentence_key("Été à Paris ?"), "été à paris");
  EXPECT_EQ(sentence_keys("One. Two!! ... Three?"),
            (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_TRUE(sentence_keys(" ?! ").empty());
}

TEST(DisjointParts, ExcludedPhrasesAndKnownSentencesBelongNowhere) {
  DisjointParts parts({"I love this car!"});
  const std::vector<std::string_view> excluded = {"honestly, i LOVE this car"};
  EXPECT_FALSE(parts.place(excluded));
  const std::vector<std::string_view> relative = {"I love this cart"};
  EXPECT_TRUE(parts.place(relative));
  EXPECT_FALSE(parts.place(relative)) << "a second time";
}

TEST(DisjointParts, ASentenceStaysInItsPart) {
  DisjointParts parts;
  std::map<std::string, Part> known;
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    // Single sentences first, then texts that join two of them.
    const std::string one = "sentence " + std::to_string(i % 200) + ".";
    const std::string two = "sentence " + std::to_string((i * 7 + 3) % 200) + ".";
    const std::string text = i < 200 ? one : one + " " + two;
    const std::vector<std::string_view> texts = {text};
    const auto part = parts.place(texts);
    if (i < 200) {
      ASSERT_TRUE(part);
      known[one] = *part;
    } else if (part) {
      EXPECT_EQ(known[one], *part);
      EXPECT_EQ(known[two], *part);
    } else {
      ++refused;
      EXPECT_NE(known[one], known[two]);
    }
  }
  EXPECT_GT(refused, 10);
}

TEST(SampleSplit, AGrammarTooSmallIsAnError) {
  const GrammarSampler sampler("s = {a, b, c} {x, y}", "g");
  RandomStream random(1, "test");
  EXPECT_THROW(sample_split(sampler, random, {100, 10, 10}), UserError);
}

TEST(SampleSplit, SeedsComeFirst) {
  const GrammarSampler sampler("s = {a, b, c} {x, y} {p, q} {r, s}", "g");
  RandomStream random(1, "test");
  std::vector<TextSample> seeds;
  for (int i = 0; i < 100; ++i) seeds.push_back({"", "seed " + std::to_string(i), ""});
  const SampleSplit split = sample_split(sampler, random, {20, 2, 2}, seeds);
  EXPECT_EQ(split.train.size(), 20u);
  for (const TextSample& text : split.train) EXPECT_THAT(text.text, StartsWith("seed"));
}

}  // namespace
}  // namespace weft
