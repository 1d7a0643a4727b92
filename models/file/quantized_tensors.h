// Weights of eight bits in a model file. Private to this folder.
#pragma once

#include <vector>

#include "models/core/parameter.h"
#include "models/file/safetensors.h"

namespace weft {

/// Three tensors: the parameter's name (I8, blocks of 16 outputs by 4 inputs: [blocks, quads, 16,
/// 4]), its name and ".scales" (F32, [outputs]), ".sums" (I32, [outputs]); see QuantizedMatrix.
std::vector<TensorView> quantized_tensors(const Parameter& parameter);
/// The names of the last two.
std::vector<std::string> names_beside(const std::string& parameter);

/// The same from a file, in whose map the arrays stay. Throws FormatError if their types or shapes
/// are not those of this parameter.
QuantizedMatrix read_quantized(const SafetensorsFile& file, const Parameter& parameter);

}  // namespace weft
