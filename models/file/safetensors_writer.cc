#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "models/file/safetensors.h"
#include "models/file/safetensors_format.h"

namespace weft {

using namespace safetensors;

namespace {

nlohmann::ordered_json make_header(const std::map<std::string, std::string>& metadata,
                                   const std::vector<TensorView>& tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"]["checksum"] = kNoChecksum;
  for (const auto& [key, value] : metadata) header["__metadata__"][key] = value;
  std::set<std::string> names{"__metadata__"};
  std::uint64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    if (!names.insert(tensor.name).second)
      throw std::logic_error("two tensors of a file are called " + tensor.name);
    if (element_size(tensor.type) == 0 ||
        tensor_size(tensor.type, tensor.shape) != tensor.bytes.size())
      throw std::logic_error("the bytes of tensor " + tensor.name + " do not fit its shape");
    const std::uint64_t end = offset + tensor.bytes.size();
    header[tensor.name] = {
        {"dtype", tensor.type}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  return header;
}

// Length and header, padded so that the tensors begin aligned.
std::string encode_header(const nlohmann::ordered_json& header) {
  // A path among the metadata may be no UTF-8; that must not cost anybody a trained model.
  std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  while ((kLengthBytes + text.size()) % kAlignment != 0) text += ' ';
  if (text.size() > kMaxHeader)
    throw std::logic_error("the header of a model file would exceed the format's bound");
  const std::uint64_t length = text.size();
  std::array<char, kLengthBytes> bytes;
  std::memcpy(bytes.data(), &length, kLengthBytes);
  return std::string(bytes.data(), kLengthBytes) + text;
}

}  // namespace

std::string safetensors::chained_checksum(std::string_view length_and_header,
                                          const std::vector<std::span<const std::byte>>& tensors) {
  std::uint64_t sum = checksum(length_and_header);
  for (const auto& tensor : tensors) sum = checksum(tensor, sum);
  return checksum_digits(sum);
}

void write_safetensors(const std::string& path, const std::map<std::string, std::string>& metadata,
                       const std::vector<TensorView>& tensors) {
  std::string start = encode_header(make_header(metadata, tensors));
  std::vector<std::span<const std::byte>> contents;
  for (const TensorView& tensor : tensors) contents.push_back(tensor.bytes);
  start.replace(kLengthBytes + kChecksumPrefix.size(), kNoChecksum.size(),
                chained_checksum(start, contents));
  AtomicFile file(path);
  file.write(start);
  for (const auto& content : contents) file.write(content);
  file.commit();
}

}  // namespace weft
