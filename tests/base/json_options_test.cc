#include "base/json_options.h"

#include <gmock/gmock.h>

#include <limits>

#include "base/error.h"

namespace weft {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

enum class Colour { red, green };

struct Options {
  bool flag = false;
  int count = 3;
  std::int64_t big = 5;
  double rate = 0.5;
  std::string name = "n";
  std::vector<std::int64_t> sizes = {1, 2};
  Colour colour = Colour::green;
  void visit(OptionVisitor& v) {
    v.flag("flag", flag, "");
    v.integer("count", count, 0, 10, "");
    v.integer("big", big, std::int64_t{0}, std::numeric_limits<std::int64_t>::max(), "");
    v.number("rate", rate, 0, 1, "");
    v.text("name", name, "");
    v.integers("sizes", sizes, 1, 100, "");
    v.choice("colour", colour, {"red", "green"}, "");
  }
};

TEST(JsonOptions, RoundTrip) {
  Options options;
  options.flag = true;
  options.count = 7;
  options.big = std::numeric_limits<std::int64_t>::max();
  options.rate = 0.1;
  options.name = "Zoë";
  options.sizes = {};
  options.colour = Colour::red;
  const json object = options_to_json(options);
  EXPECT_EQ(object["colour"], "red");
  EXPECT_EQ(options_to_json(options_from_json<Options>(json::parse(object.dump()), "m")), object);
}

TEST(JsonOptions, AbsentFieldsKeepTheirDefaults) {
  const auto options = options_from_json<Options>(json{{"count", 4}, {"unknown", 1}}, "m");
  EXPECT_EQ(options.count, 4);
  EXPECT_EQ(options.name, "n");
}

TEST(JsonOptions, WrongValuesNameSourceAndOption) {
  const std::vector<std::pair<const char*, json>> wrong = {
      {"flag", 1},
      {"count", 11},
      {"count", -1},
      {"count", 2.5},
      {"count", "3"},
      {"big", 1.8e19},
      {"big", ~std::uint64_t{0}},
      {"rate", 1.5},
      {"rate", nullptr},
      {"name", 1},
      {"sizes", 3},
      {"sizes", {1, 1000}},
      {"sizes", {"1"}},
      {"colour", "blue"},
      {"colour", 1},
      {"rate", std::numeric_limits<double>::quiet_NaN()}};
  for (const auto& [name, value] : wrong) {
    const json object = {{name, value}};
    EXPECT_THAT([&] { options_from_json<Options>(object, "m.weft"); },
                ThrowsMessage<FormatError>(AllOf(HasSubstr("m.weft"), HasSubstr(name))))
        << object;
  }
  EXPECT_THROW(options_from_json<Options>(json::array(), "m"), FormatError);
}

}  // namespace
}  // namespace weft
