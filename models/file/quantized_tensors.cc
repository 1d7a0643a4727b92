#include "models/file/quantized_tensors.h"

#include "base/error.h"

namespace weft {
namespace {

using Shape = std::vector<std::uint64_t>;

template <class Number>
std::span<const std::byte> bytes_of(const Number* numbers, Index count) {
  return std::as_bytes(std::span(numbers, count));
}

Shape weights_shape(const QuantizedMatrix& matrix) {
  return {matrix.block_count(), matrix.quad_count(), 16, 4};
}

template <class Number>
const Number* numbers_of(const SafetensorsFile& file, const std::string& name, const char* type,
                         const Shape& shape) {
  const TensorView* tensor = file.find(name);
  const bool fits = tensor && tensor->type == type && tensor->shape == shape &&
                    reinterpret_cast<std::uintptr_t>(tensor->bytes.data()) % alignof(Number) == 0;
  if (!fits)
    throw FormatError(file.path(),
                      "the eight-bit weights '" + name +
                          "' are missing or not what the model needs; quantize it again");
  return reinterpret_cast<const Number*>(tensor->bytes.data());
}

}  // namespace

std::vector<std::string> names_beside(const std::string& parameter) {
  return {parameter + ".scales", parameter + ".sums"};
}

std::vector<TensorView> quantized_tensors(const Parameter& parameter) {
  const QuantizedMatrix& matrix = parameter.quantized;
  const std::vector<std::string> names = names_beside(parameter.name);
  const Index weights = matrix.block_count() * matrix.quad_count() * 64;
  return {{parameter.name, "I8", weights_shape(matrix), bytes_of(matrix.weights, weights)},
          {names[0], "F32", {matrix.outputs}, bytes_of(matrix.scales, matrix.outputs)},
          {names[1], "I32", {matrix.outputs}, bytes_of(matrix.sums, matrix.outputs)}};
}

QuantizedMatrix read_quantized(const SafetensorsFile& file, const Parameter& parameter) {
  QuantizedMatrix matrix;
  matrix.outputs = parameter.is_table ? parameter.columns : parameter.rows;
  matrix.inputs = parameter.is_table ? parameter.rows : parameter.columns;
  const std::vector<std::string> names = names_beside(parameter.name);
  matrix.weights = numbers_of<std::int8_t>(file, parameter.name, "I8", weights_shape(matrix));
  matrix.scales = numbers_of<float>(file, names[0], "F32", {matrix.outputs});
  matrix.sums = numbers_of<std::int32_t>(file, names[1], "I32", {matrix.outputs});
  return matrix;
}

}  // namespace weft
