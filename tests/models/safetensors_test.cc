// The container: what it accepts, and what it refuses without reading where it should not.
#include "models/file/safetensors.h"

#include <gmock/gmock.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tests/corpora/temporary_files.h"

namespace weft {
namespace {

using testing::HasSubstr;

std::string container(std::uint64_t length, const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string container(const std::string& header, const std::string& data = {}) {
  return container(header.size(), header, data);
}

class Safetensors : public testing::Test {
 protected:
  SafetensorsFile open(const std::string& bytes) {
    return SafetensorsFile(std::make_shared<MappedFile>(files_.write("file", bytes)));
  }
  std::string error(const std::string& bytes) {
    return complaint([&] { open(bytes); });
  }

  TemporaryFiles files_;
};

std::string entry(const std::string& name, const std::string& type, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

TEST_F(Safetensors, ReadsWhatAnotherProgramWrote) {
  const auto file = open(container("{" + entry("b", "U8", "[3]", "[8,11]") +
                                       ",\"__metadata__\":{\"by\":\"hand\"}," +
                                       entry("a", "F32", "[2,1]", "[0,8]") + "," +
                                       entry("none", "F64", "[0,5]", "[11,11]") + "}  ",
                                   std::string(8, '\0') + "xyz"));
  ASSERT_EQ(file.tensors().size(), 3u);
  EXPECT_EQ(file.tensors()[0].name, "a");
  EXPECT_EQ(file.tensors()[0].shape, (std::vector<std::uint64_t>{2, 1}));
  EXPECT_EQ(static_cast<char>(file.find("b")->bytes[2]), 'z');
  EXPECT_EQ(file.find("c"), nullptr);
  EXPECT_EQ(file.metadata().at("by"), "hand");
  EXPECT_THAT(complaint([&] { file.verify(); }), HasSubstr("weft did not write"));
}

TEST_F(Safetensors, WritesAlignedCheckedFiles) {
  const std::vector<float> numbers{1, 2, 3};
  const std::string name = files_.path("written");
  write_safetensors(name, {{"k", "v \"quoted\" \n"}},
                    {{"x", "F32", {3}, std::as_bytes(std::span(numbers))},
                     {"empty", "U8", {0}, {}},
                     {"bytes", "U8", {2}, std::as_bytes(std::span("ab", 2))}});
  const SafetensorsFile file(std::make_shared<MappedFile>(name));
  file.verify();
  EXPECT_EQ(file.metadata().at("k"), "v \"quoted\" \n");
  EXPECT_EQ((file.find("x")->bytes.data() - file.file()->bytes().data()) % 64, 0);
  EXPECT_EQ(file.checksum().size(), 16u);
  EXPECT_EQ(std::memcmp(file.find("x")->bytes.data(), numbers.data(), 12), 0);
}

TEST_F(Safetensors, RefusesToWriteNonsense) {
  const std::string name = files_.path("nonsense");
  EXPECT_THROW(write_safetensors(name, {}, {{"a", "U8", {0}, {}}, {"a", "U8", {0}, {}}}),
               std::logic_error);
  EXPECT_THROW(write_safetensors(name, {}, {{"a", "F32", {1}, {}}}), std::logic_error);
  EXPECT_THROW(write_safetensors(name, {}, {{"__metadata__", "U8", {0}, {}}}), std::logic_error);
  EXPECT_FALSE(std::filesystem::exists(name));
}

TEST_F(Safetensors, BoundsTheHeader) {
  for (const std::uint64_t length :
       {std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{7}, std::uint64_t{100'000'001}})
    EXPECT_THAT(error(container(length, "{}", "")), HasSubstr("cannot be")) << length;
  EXPECT_THAT(error(container(3, "{}", "")), HasSubstr("ends after 10 of at least 11 bytes"));
  EXPECT_THAT(error(container(0, "{}", "")), HasSubstr("not valid JSON"));
  EXPECT_THAT(error(container(1, "{}", "")), HasSubstr("not valid JSON"));
}

TEST_F(Safetensors, RefusesHostileTensors) {
  const std::string huge = "18446744073709551615", half = "9223372036854775808";
  const std::pair<std::string, const char*> cases[] = {
      {entry("a", "F32", "[1]", "[0,8]"), "does not fit"},
      {entry("a", "F32", "[1]", "[4,0]"), "does not fit"},
      {entry("a", "F32", "[-1]", "[0,4]"), "not a whole number"},
      {entry("a", "F32", "[1.5]", "[0,4]"), "not a whole number"},
      {entry("a", "F32", "[1e99]", "[0,4]"), "not a whole number"},
      {entry("a", "F32", "[99999999999999999999]", "[0,4]"), "not a whole number"},
      {entry("a", "F32", "[" + half + ",2,1]", "[0,0]"), "does not fit"},
      {entry("a", "F32", "[4611686018427387905]", "[0,4]"), "does not fit"},
      {entry("a", "U8", "[" + huge + "]", "[0," + huge + "]"), "truncated"},
      {entry("a", "U8", "[1]", "[" + huge + ",0]"), "does not fit"},
      {entry("a", "U8", "[1]", "[1,2]"), "gap"},
      {entry("a", "F99", "[1]", "[0,4]"), "unknown type"},
      {entry("a", "U8", "[1]", "[0]"), "begin and end"},
      {entry("a", "U8", "[1]", "[0,1,2]"), "begin and end"},
      {entry("a", "U8", "1", "[0,1]"), "shape"},
      {entry("a", "U8", "[1]", "\"0\""), "data_offsets"},
      {entry("a", "U8", "[1]", "[0,1]") + "," + entry("b", "U8", "[1]", "[0,1]"), "overlaps"},
      {entry("a", "U8", "[3]", "[0,3]") + "," + entry("b", "U8", "[2]", "[2,4]"), "overlaps"},
      {entry("a", "U8", "[1]", "[0,1]") + "," + entry("b", "U8", "[1]", "[2,3]"), "gap"},
      {entry("a", "U8", "[2]", "[0,2]") + "," + entry("a", "U8", "[2]", "[2,4]"), "twice"},
      {entry("a", "U8", "[5]", "[0,5]"), "truncated"},
      {entry("a", "U8", "[3]", "[0,3]"), "goes on for 1 bytes"},
      {"", "goes on for 4 bytes"},
      {R"("a":[])", "not described"},
      {R"("a":{"dtype":"U8","shape":[4]})", "not described"},
      {R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1})", "not described"},
      {R"("a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]})", "twice"},
      {R"("__metadata__":[])", "metadata"},
      {R"("__metadata__":{"a":1})", "not a string"},
      {R"("__metadata__":{"a":"1","a":"2"})", "twice"},
  };
  for (const auto& [header, expected] : cases) {
    const std::string bytes = container("{" + header + "}", "data");
    EXPECT_THROW(open(bytes), FormatError) << header;
    EXPECT_THAT(error(bytes), HasSubstr(expected)) << header;
  }
}

TEST_F(Safetensors, RefusesBrokenJson) {
  for (const std::string& header :
       {std::string("{\"a\":"), std::string("{]"), std::string("{} {}"),
        std::string("{\"\xff\":1}"), std::string("{\"a\0\":1}", 7), std::string("{'a':1}")})
    EXPECT_THAT(error(container(header)), HasSubstr("not valid JSON")) << header;
  std::string deep = "{\"a\":" + std::string(1'000'000, '[');
  EXPECT_THAT(error(container(deep)), HasSubstr("nests too deeply"));
  deep = "{\"a\":";
  for (int i = 0; i < 100'000; ++i) deep += "{\"b\":";
  EXPECT_THAT(error(container(deep)), HasSubstr("nests too deeply"));
}

TEST_F(Safetensors, SaysWhatTheFileIs) {
  EXPECT_THAT(error(""), HasSubstr("is empty"));
  EXPECT_THAT(error(std::string("PK\3\4", 4) + std::string(100, '\0')), HasSubstr("a zip archive"));
  EXPECT_THAT(error(gzip("weft")), HasSubstr("this is a gzip archive"));
  EXPECT_THAT(error(xz("weft")), HasSubstr("this is an xz archive"));
  EXPECT_THAT(error("I love this car!\n"), HasSubstr("this is a text file, not a weft model"));
  EXPECT_THAT(error("{\"json\": {}, \"too\": 1}"), HasSubstr("a text file"));
  EXPECT_THAT(error("caf\xe9 in Latin-1, which has no sign of its own"),
              HasSubstr("not a weft model"));
  EXPECT_THAT(error(std::string("\1\2\3\4\5\6\7\0\1\2\3", 11)), HasSubstr("not a weft model"));
  EXPECT_THAT(error(std::string(3, '\0')), HasSubstr("ends after 3 of at least 9 bytes"));
  const auto map = [](const std::string& path) { return complaint([&] { MappedFile{path}; }); };
  EXPECT_THAT(map(files_.directory()), HasSubstr("it is a directory"));
  EXPECT_THAT(map(files_.path("missing")), HasSubstr("no such file"));
}

}  // namespace
}  // namespace weft
