#include "base/error.h"

#include <gmock/gmock.h>

namespace weft {
namespace {

using testing::HasSubstr;

TEST(FormatError, NamesThePlace) {
  EXPECT_STREQ(FormatError("a.csv", "is empty").what(), "a.csv: is empty");
  EXPECT_STREQ(FormatError::at_line("a.csv", 7, "no label").what(), "a.csv:7: no label");
  EXPECT_STREQ(FormatError::at_column("a.csv", 7, 3, "bad byte").what(), "a.csv:7:3: bad byte");
  EXPECT_STREQ(FormatError::at_byte("m.weft", 12, "too short").what(),
               "m.weft: byte 12: too short");
}

TEST(FormatError, IsAUserError) { EXPECT_THROW(throw FormatError("a", "b"), UserError); }

TEST(DivergenceError, SaysWhereToGoOnFrom) {
  const DivergenceError with(120, 0.5, "run.ckpt");
  EXPECT_THAT(with.what(), HasSubstr("update 120"));
  EXPECT_THAT(with.what(), HasSubstr("0.5"));
  EXPECT_THAT(with.what(), HasSubstr("--resume run.ckpt"));
  EXPECT_EQ(with.update(), 120u);
  const DivergenceError without(1, 0.5, "");
  EXPECT_THAT(without.what(), HasSubstr("no checkpoint"));
}

}  // namespace
}  // namespace weft
