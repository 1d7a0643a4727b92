// The demonstration, as a newcomer runs it.
#include <algorithm>
#include <cstddef>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using ::testing::HasSubstr;

TEST(DemoTest, TheLstmGetsAllThreeSentencesRight) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "training takes too long under the sanitizers";
#endif
  const Folder folder;
  WeftProcess::Options options;
  options.seconds = 280;
  const Result result = weft(folder, {"demo", "--out", "page.html"}, options);
  ASSERT_EQ(result.exit, 0) << result.err;
  // Two verdicts a line: the bag of words', then the LSTM's.
  const auto lstm = [&](const std::string& sentence) -> std::string {
    for (const std::string& line : lines_of(result.out)) {
      if (!line.starts_with(sentence)) continue;
      const auto place = std::max(static_cast<std::ptrdiff_t>(line.rfind("positive")),
                                  static_cast<std::ptrdiff_t>(line.rfind("negative")));
      return place < 0 ? line : line.substr(static_cast<std::size_t>(place), 8);
    }
    return "no line";
  };
  EXPECT_EQ(lstm("I love this car!"), "positive") << result.out;
  EXPECT_EQ(lstm("I am not sure I love this car!"), "negative") << result.out;
  EXPECT_EQ(lstm("I don't think its a bad car at all!"), "positive") << result.out;
  EXPECT_THAT(result.out, HasSubstr("perplexity"));
  const std::string page = folder.read("page.html");
  EXPECT_THAT(page, HasSubstr("</html>"));
  EXPECT_THAT(page, HasSubstr("hidden state"));
  EXPECT_THAT(page, HasSubstr("pays to each English word"));
  EXPECT_THAT(page, HasSubstr("Inputs, noisy inputs, and what is restored"));
  const auto number_after = [&](const std::string& text) {
    const auto place = result.out.find(text);
    return place == std::string::npos ? -1 : std::stod(result.out.substr(place + text.size()));
  };
  const double noise = number_after("squared error a pixel ");
  EXPECT_NEAR(noise, 0.25, 0.01) << result.out;
  EXPECT_LT(number_after("before, "), noise / 5);
  EXPECT_GT(number_after("held-out BLEU "), 60);
}

}  // namespace
}  // namespace weft::testing
