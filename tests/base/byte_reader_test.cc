#include "base/byte_reader.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace weft {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(ByteReader, ReadsWhatByteWriterWrote) {
  ByteWriter writer;
  writer.write(std::uint32_t{7});
  const std::string_view with_nul("weft\0!", 6);
  writer.write_string(with_nul);
  writer.write(0.25);
  ByteReader reader(bytes_of(writer.bytes()), "m");
  EXPECT_EQ(reader.read<std::uint32_t>(), 7u);
  EXPECT_EQ(reader.read_string(), with_nul);
  EXPECT_EQ(reader.read<double>(), 0.25);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReader, IsLittleEndian) {
  ByteReader reader(bytes_of(std::string_view("\x01\x02\x00\x00", 4)), "m");
  EXPECT_EQ(reader.read<std::uint32_t>(), 0x0201u);
}

TEST(ByteReader, EveryTruncationThrows) {
  ByteWriter writer;
  writer.write(std::uint16_t{3});
  writer.write_string("text");
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    ByteReader reader(bytes_of(std::string_view(writer.bytes()).substr(0, size)), "m");
    EXPECT_THROW(
        {
          reader.read<std::uint16_t>();
          reader.read_string();
        },
        FormatError)
        << size;
  }
}

TEST(ByteReader, HugeLengthIsAnErrorWithItsPlace) {
  ByteWriter writer;
  writer.write(~std::uint64_t{0});
  ByteReader reader(bytes_of(writer.bytes()), "model.weft");
  EXPECT_THAT([&] { reader.read_string(); },
              ThrowsMessage<FormatError>(
                  AllOf(HasSubstr("model.weft: byte 8"), HasSubstr("only 0 remain"))));
}

}  // namespace
}  // namespace weft
