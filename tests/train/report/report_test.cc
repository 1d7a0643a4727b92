// GCC 12 sees uninitialised numbers in <regex> where sanitizers are on.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#include "train/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "base/error.h"
#include "tests/corpora/temporary_files.h"
#include "train/report/report_svg.h"

namespace weft {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// What is wrong with the nesting of tags; empty if nothing is.
std::string unbalanced(const std::string& page) {
  static const std::regex tag("<(/?)([a-z0-9]+)((?:[^<>\"]|\"[^\"<]*\")*?)(/?)>");
  std::vector<std::string> open;
  std::string rest;
  std::size_t last = 0;
  for (auto it = std::sregex_iterator(page.begin(), page.end(), tag); it != std::sregex_iterator();
       ++it) {
    const std::size_t at = static_cast<std::size_t>(it->position());
    rest += page.substr(last, at - last);
    last = at + it->str().size();
    const std::string name = (*it)[2];
    if ((*it)[1] == "/") {
      if (open.empty() || open.back() != name)
        return "</" + name + "> at byte " + std::to_string(at);
      open.pop_back();
    } else if ((*it)[4] != "/") {
      open.push_back(name);
    }
  }
  rest += page.substr(last);
  const std::size_t stray = rest.find_first_of("<>", rest.find("<!DOCTYPE html>") + 15);
  if (stray != std::string::npos) return "stray bracket: " + rest.substr(stray, 30);
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

Report full_report() {
  Report report{"Title <with> \"odd\" & 'characters'", {}};
  report.blocks.push_back(ReportHeading{"a < b"});
  report.blocks.push_back(ReportParagraph{"</p><script>alert(1)</script>"});
  report.blocks.push_back(ReportTable{{"name", "value"}, {{"<td>", "76.1 %"}, {"x", "1,234"}}});
  report.blocks.push_back(ReportSample{"a play", "ROMEO:\n  But soft <"});
  report.blocks.push_back(
      LineChart{"Loss",
                "updates",
                "loss <y>",
                {{"training", {{1, 5}, {2, NAN}, {3, 4}, {4, 3}}}, {"valid", {{2, 4.5}}}},
                true});
  report.blocks.push_back(
      HeatMap{"Hidden", {"u1", "u2"}, {"I", "don't", "<eos>"}, {{-1, 0, 0.5}, {NAN, 1}}, 0});
  return report;
}

TEST(Report, IsWellFormed) {
  const std::string page = to_html(full_report());
  EXPECT_EQ(unbalanced(page), "");
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http")));  // nothing from elsewhere
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, HasSubstr("Title &lt;with&gt; &quot;odd&quot; &amp; &#39;characters&#39;"));
}

TEST(Report, TheBalanceCheckCanFail) {
  EXPECT_NE(unbalanced("<p><b></p></b>"), "");
  EXPECT_NE(unbalanced("<!DOCTYPE html><p>a < b</p>"), "");
  EXPECT_NE(unbalanced("<!DOCTYPE html><p>"), "");
  EXPECT_EQ(unbalanced("<!DOCTYPE html><p>a<br/></p>"), "");
}

TEST(Report, EmptyPartsDoNoHarm) {
  Report report{"", {}};
  report.blocks.push_back(LineChart{});
  report.blocks.push_back(LineChart{"flat", "", "", {{"", {{0, 0}}}}, true});
  // Its ticks, a rounding error apart, took all the memory there is.
  report.blocks.push_back(LineChart{"nearly flat", "", "", {{"", {{0, 1}, {1, 1 - 1e-16}}}}});
  report.blocks.push_back(LineChart{"nothing", "", "", {{"", {{NAN, 1}, {1, INFINITY}}}}, false});
  report.blocks.push_back(HeatMap{});
  report.blocks.push_back(HeatMap{"zeros", {}, {}, {{0, 0}, {}}, 0});
  report.blocks.push_back(ReportTable{});
  const std::string page = to_html(report);
  EXPECT_EQ(unbalanced(page), "");
  EXPECT_THAT(page, HasSubstr("no points yet"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, Not(HasSubstr("inf")));
}

TEST(Report, BytesThatAreNoTextAreReplaced) {
  EXPECT_EQ(escape_html(std::string("a\0b\x01\xff"
                                    "c\n",
                                    7)),
            "ab\xEF\xBF\xBD"
            "c\n");
}

TEST(Report, AGapInterruptsTheCurve) {
  LineChart chart;
  chart.series.push_back({"s", {{0, 0}, {1, 1}, {2, NAN}, {3, 1}, {4, 0}}});
  const std::string svg = chart_svg(chart);
  const std::size_t begin = svg.find(" d=\"") + 4;
  const std::string path = svg.substr(begin, svg.find('"', begin) - begin);
  EXPECT_EQ(std::count(path.begin(), path.end(), 'M'), 2);
  EXPECT_EQ(std::count(path.begin(), path.end(), 'L'), 2);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

TEST(Report, DotsStandForThemselvesOnALogarithmicAxis) {
  LineChart chart;
  chart.series = {{"trials", {{100, 1}, {1, 1}, {10, 2}}}};
  chart.dots = chart.log_x = true;
  const std::string svg = chart_svg(chart);
  EXPECT_EQ(count(svg, "<circle"), 3u);
  EXPECT_EQ(count(svg, "<path"), 0u);
  for (const char* tick : {">1<", ">10<", ">100<"}) EXPECT_NE(svg.find(tick), std::string::npos);
  // Ten lies half way between one and a hundred.
  std::vector<double> x;
  for (std::size_t at = 0; (at = svg.find("cx=\"", at)) != std::string::npos; ++at)
    x.push_back(std::stod(svg.substr(at + 4)));
  ASSERT_EQ(x.size(), 3u);
  EXPECT_NEAR(x[2], (x[0] + x[1]) / 2, 0.02);
}

TEST(Report, ColoursFollowSignAndSize) {
  const std::string svg = heat_map_svg({"", {"r"}, {"a", "b", "c"}, {{-2, 0.5, NAN}}, 0});
  EXPECT_THAT(svg, HasSubstr("class=\"low\" fill-opacity=\"1\""));
  EXPECT_THAT(svg, HasSubstr("class=\"high\" fill-opacity=\"0.25\""));
  EXPECT_THAT(svg, HasSubstr("class=\"gap\""));
  EXPECT_THAT(svg, HasSubstr("<title>r, a: -2</title>"));
}

TEST(Report, TicksAreRoundNumbers) {
  EXPECT_THAT(linear_ticks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(linear_ticks(-0.3, 0.3, 3),
              ElementsAre(testing::DoubleEq(-0.2), 0, testing::DoubleEq(0.2)));
  EXPECT_THAT(linear_ticks(3, 3, 5), ElementsAre(3));
  EXPECT_THAT(log_ticks(1, 1000), ElementsAre(1, 10, 100, testing::DoubleEq(1000)));
  EXPECT_THAT(log_ticks(90, 700),
              ElementsAre(testing::DoubleEq(100), testing::DoubleEq(200), testing::DoubleEq(500)));
  EXPECT_EQ(tick_text(12000), "12k");
  EXPECT_EQ(tick_text(2500000), "2.5M");
  EXPECT_EQ(tick_text(0.001), "0.001");
  EXPECT_EQ(coordinate(-0.001), "0");
  EXPECT_EQ(coordinate(12.5), "12.5");
}

TEST(Report, ReplacesAFileAtOnceOrNotAtAll) {
  const TemporaryFiles files;
  write_report(files.path("r.html"), full_report());
  EXPECT_EQ(TemporaryFiles::read(files.path("r.html")), to_html(full_report()));
  EXPECT_THROW(write_report(files.path("missing/r.html"), full_report()), UserError);
}

}  // namespace
}  // namespace weft
