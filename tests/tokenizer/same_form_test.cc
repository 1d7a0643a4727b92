#include "tokenizer/same_form.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace weft {
namespace {

TEST(SameForm, CountsItsTexts) {
  EXPECT_NEAR(SameForm("281 265 017").bits(), 9 * std::log2(10), 1e-9);
  EXPECT_NEAR(SameForm("Ab-1").bits(), 2 * std::log2(26) + std::log2(10), 1e-9);
  EXPECT_NEAR(SameForm("Яσ").bits(), std::log2(32) + std::log2(24), 1e-9);
  EXPECT_EQ(SameForm("—王 !").bits(), 0);
  EXPECT_EQ(SameForm("").bits(), 0);
}

TEST(SameForm, KeepsWhatIsNeitherDigitNorLetter) {
  RandomStream random(1, "test");
  std::set<std::string> digits, letters;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = SameForm("(É7) x").draw(random);
    ASSERT_EQ(text.size(), 6u);
    EXPECT_EQ(text[0], '(');
    EXPECT_EQ(text.substr(3, 2), ") ");
    letters.insert(text.substr(1, 1));
    digits.insert(text.substr(2, 1));
  }
  EXPECT_EQ(letters.size(), 26u);
  EXPECT_EQ(*letters.begin(), "A");
  EXPECT_EQ(digits.size(), 10u);
  EXPECT_THAT(SameForm("٣").draw(random), testing::StartsWith("\xD9"));
}

}  // namespace
}  // namespace weft
