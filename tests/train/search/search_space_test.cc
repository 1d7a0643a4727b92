#include "train/search/search_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/error.h"
#include "base/random.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

SearchDimension dimension(const std::string& text) { return SearchDimension::parse(text); }

TEST(SearchSpace, ValuesLieOnTheirScale) {
  EXPECT_EQ(dimension("dropout=0..0.6").value(0.5), "0.3");
  EXPECT_EQ(dimension("--dropout=linear:0..0.6").value(1), "0.6");
  EXPECT_EQ(dimension("learning-rate=log:1e-4..1e-1").value(2.0 / 3), "0.01");
  EXPECT_EQ(dimension("hidden=int:32..256").value(0.5), "144");
  EXPECT_EQ(dimension("hidden=log-int:16..256").value(0.5), "64");
  EXPECT_EQ(dimension("cell=rnn,gru,lstm").value(0.5), "gru");
  EXPECT_EQ(dimension("cell=rnn,gru,lstm").value(1), "lstm");
  EXPECT_EQ(dimension("layers=20,10|40").value(0), "20,10");
  // Where six digits would leave the range, all of them are written.
  EXPECT_EQ(std::stod(dimension("x=0.12345649..1").value(0)), 0.12345649);
}

TEST(SearchSpace, PositionIsTheInverseOfValue) {
  for (const char* text :
       {"a=0..0.6", "a=log:1e-4..1e-1", "a=int:-3..9", "a=log-int:1..1000", "a=x,y,z"}) {
    const SearchDimension each = dimension(text);
    for (const double position : {0.0, 0.1, 0.45, 0.8, 1.0}) {
      const std::string value = each.value(position);
      EXPECT_EQ(each.value(each.position(value)), value) << text;
    }
    EXPECT_LT(each.position("q"), 0) << text;
    EXPECT_LT(each.position("1e9"), 0) << text;
  }
}

TEST(SearchSpace, WholeNumbersAreDrawnEquallyOften) {
  const SearchDimension each = dimension("hidden=int:1..4");
  RandomStream random(1, "test");
  std::map<std::string, int> counts;
  for (int i = 0; i < 4000; ++i) ++counts[each.value(each.spread(random.uniform()))];
  ASSERT_EQ(counts.size(), 4u);
  for (const auto& [value, count] : counts) EXPECT_NEAR(count, 1000, 100) << value;
}

TEST(SearchSpace, CategoriesAreOneHotAndWholeNumbersRounded) {
  const SearchSpace space =
      SearchSpace::parse({"hidden=int:0..10", "cell=rnn,gru,lstm", "rate=log:1..100"});
  EXPECT_EQ(space.groups(), (std::vector<std::size_t>{0, 1, 1, 1, 2}));
  const Setting setting = space.at({0.42, 0.99, 0.5});
  EXPECT_EQ(setting, (Setting{"4", "lstm", "10"}));
  const arma::vec coordinates = space.encode(setting);
  for (const auto& [row, value] : std::map<int, double>{{0, 0.4}, {1, 0}, {2, 0}, {3, 1}, {4, 0.5}})
    EXPECT_NEAR(coordinates(static_cast<arma::uword>(row)), value, 1e-12) << row;
  EXPECT_TRUE(std::isinf(space.count()));
  EXPECT_EQ(SearchSpace::parse({"a=int:0..10", "b=x,y"}).count(), 22);
  EXPECT_TRUE(space.contains(setting));
  EXPECT_FALSE(space.contains({"4", "lstm"}));
  EXPECT_FALSE(space.contains({"4", "lstn", "10"}));
  EXPECT_FALSE(space.contains({"11", "lstm", "10"}));
}

TEST(SearchSpace, MistakesAreSentences) {
  const auto expect_error = [](const std::string& text, const std::string& words) {
    try {
      dimension(text);
      ADD_FAILURE() << text;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr(words)) << text;
    }
  };
  expect_error("hidden", "must read NAME=LOW..HIGH");
  expect_error("=1..2", "must read NAME=LOW..HIGH");
  expect_error("a=2..1", "empty range");
  expect_error("a=1..1", "empty range");
  expect_error("a=log:0..1", "logarithm of its lower end");
  expect_error("a=log-int:-1..1", "logarithm of its lower end");
  expect_error("a=int:1..2.5", "whole numbers");
  expect_error("a=int:1..1e300", "whole numbers");
  expect_error("a=1..inf", "'inf' where a number must stand");
  expect_error("a=1..", "'' where a number must stand");
  expect_error("a=x..y", "'x' where a number must stand");
  expect_error("a=log:3", "needs a range");
  expect_error("a=x", "one value only");
  expect_error("a=", "empty value");
  expect_error("a=x,,y", "empty value");
  expect_error("a=x,x", "value twice");
  EXPECT_THROW(SearchSpace::parse({}), UserError);
  EXPECT_THROW(SearchSpace::parse({"a=1..2", "a=x,y"}), UserError);
}

}  // namespace
}  // namespace weft
