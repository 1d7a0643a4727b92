#include "models/file/model_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "base/error.h"
#include "models/file/model_kinds.h"
#include "models/file/quantized_tensors.h"
#include "models/file/safetensors.h"

namespace weft {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;
constexpr std::string_view kFormatPrefix = "weft ";
constexpr const char* kTokenizer = "tokenizer";
constexpr const char* kOtherTokenizer = "target_tokenizer";
constexpr const char* kRealType = sizeof(real) == 4 ? "F32" : "F64";
constexpr double kTolerance = 1e-4;

// Saving.

double nine_digits(double number) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.9g", number);
  return std::strtod(text.data(), nullptr);
}

std::vector<double> outputs(const Model& model, const std::string& input) {
  std::vector<double> numbers = model.fingerprint(input);
  std::transform(numbers.begin(), numbers.end(), numbers.begin(), nine_digits);
  return numbers;
}

std::string dump(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The text as JSON gives it back, which cannot hold what is no UTF-8.
std::string as_stored(const std::string& text) {
  return Json::parse(dump(Json(text))).get<std::string>();
}

std::string describe(const Model& model, const ModelRecord& record) {
  Json description;
  description["kind"] = model.kind();
  description["architecture"] = model.architecture();
  description["training"] = record.training;
  description["checkpoint"] = record.checkpoint;
  description["self_test"] = Json::array();
  for (const std::string& input : record.self_test_inputs) {
    const std::string text = as_stored(input);
    description["self_test"].push_back({{"input", text}, {"outputs", outputs(model, text)}});
  }
  return dump(description);
}

TensorView tensor_of(const std::string& name, const Matrix& value) {
  return {name,
          kRealType,
          {value.n_cols, value.n_rows},
          std::as_bytes(std::span(value.memptr(), value.n_elem))};
}

/// `bytes` must outlive the view of it.
void add_tokenizer(const char* name, const Tokenizer* tokenizer, std::string& bytes,
                   std::vector<TensorView>& tensors) {
  if (!tokenizer) return;
  bytes = tokenizer->serialize();
  tensors.push_back(
      {name, "U8", {bytes.size()}, std::as_bytes(std::span(bytes.data(), bytes.size()))});
}

// Loading.

[[noreturn]] void throw_incomplete(const std::string& path, const std::string& what) {
  throw FormatError(path, "the model's description has no valid '" + what +
                              "'; save it again with the weft that made it");
}

const Json& member(const Json& object, const char* key, const std::string& path) {
  const auto found = object.find(key);
  if (found == object.end()) throw_incomplete(path, key);
  return *found;
}

std::string string_member(const Json& object, const char* key, const std::string& path) {
  const Json& value = member(object, key, path);
  if (!value.is_string()) throw_incomplete(path, key);
  return value.get<std::string>();
}

void check_format(const SafetensorsFile& file) {
  const auto found = file.metadata().find("format");
  if (found == file.metadata().end() || !found->second.starts_with(kFormatPrefix))
    throw FormatError(file.path(),
                      "this is a safetensors file that weft did not write; name a "
                      "model saved by weft train");
  const std::string_view number = std::string_view(found->second).substr(kFormatPrefix.size());
  int format = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), format);
  if (error != std::errc() || end != number.data() + number.size() || format < 1)
    throw FormatError(file.path(), "the file is damaged: its format is '" + found->second +
                                       "'; copy or save it again");
  if (format > kFormat)
    throw FormatError(file.path(), "written by a newer weft (format " + std::to_string(format) +
                                       "); this weft reads format " + std::to_string(kFormat) +
                                       ", so update it");
}

std::shared_ptr<const Tokenizer> read_tokenizer(const SafetensorsFile& file, const char* name) {
  const TensorView* tensor = file.find(name);
  if (!tensor) return nullptr;
  if (tensor->type != "U8") throw FormatError(file.path(), "its tokenizer is no byte tensor");
  return Tokenizer::deserialize(
      {reinterpret_cast<const char*>(tensor->bytes.data()), tensor->bytes.size()}, file.path());
}

template <class Stored>
void convert(std::span<const std::byte> bytes, Matrix& value) {
  for (Index i = 0; i < value.n_elem; ++i) {
    Stored number;  // the bytes may lie anywhere
    std::memcpy(&number, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    value[i] = static_cast<real>(number);
  }
}

void copy_numbers(const TensorView& tensor, const std::string& path, Matrix& value) {
  if (tensor.type == "F32")
    convert<float>(tensor.bytes, value);
  else if (tensor.type == "F64")
    convert<double>(tensor.bytes, value);
  else
    throw FormatError(path, "tensor '" + tensor.name + "' is stored as " + tensor.type +
                                ", which this weft cannot use; a newer one may");
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

void read_parameter(const SafetensorsFile& file, ParameterStore& store, Parameter& parameter) {
  const TensorView* tensor = file.find(parameter.name);
  if (!tensor)
    throw FormatError(file.path(), "the model has no weights '" + parameter.name +
                                       "'; save it again with the weft that made it");
  if (tensor->type == "I8" && !ParameterStore::is_quantizable(parameter))
    throw FormatError(file.path(), "the weights '" + parameter.name +
                                       "' are too few for eight bits; quantize the model again");
  if (tensor->type == "I8") return store.bind(parameter, read_quantized(file, parameter));
  const std::vector<std::uint64_t> shape{parameter.columns, parameter.rows};
  if (tensor->shape != shape)
    throw FormatError(file.path(), "the weights '" + parameter.name + "' have the shape " +
                                       shape_text(tensor->shape) + " where the model needs " +
                                       shape_text(shape));
  // The map is private and writable: whoever changes these weights changes a copy of the page.
  std::byte* memory = file.file()->data() + (tensor->bytes.data() - file.file()->bytes().data());
  const bool aligned = reinterpret_cast<std::uintptr_t>(memory) % alignof(real) == 0;
  if (tensor->type == kRealType && aligned) {
    store.bind(parameter, reinterpret_cast<real*>(memory));
    return;
  }
  parameter.value.set_size(parameter.rows, parameter.columns);
  copy_numbers(*tensor, file.path(), parameter.value);
}

std::vector<ExtraTensor> read_extra(const SafetensorsFile& file, const ParameterStore& store) {
  std::set<std::string> known{kTokenizer, kOtherTokenizer};
  for (const Parameter& parameter : store) {
    known.insert(parameter.name);
    if (!parameter.quantized) continue;
    for (std::string& name : names_beside(parameter.name)) known.insert(std::move(name));
  }
  std::vector<ExtraTensor> extra;
  for (const TensorView& tensor : file.tensors()) {
    if (known.count(tensor.name)) continue;
    if (tensor.shape.size() != 2)
      throw FormatError(file.path(), "tensor '" + tensor.name + "' is no matrix");
    ExtraTensor& read = extra.emplace_back();
    read.name = tensor.name;
    if (!tensor.bytes.empty()) {
      read.value.set_size(tensor.shape[1], tensor.shape[0]);
      copy_numbers(tensor, file.path(), read.value);
    }
  }
  return extra;
}

void read_self_test(const Json& samples, const std::string& path, LoadedModel& loaded) {
  if (!samples.is_array()) throw_incomplete(path, "self_test");
  for (const Json& sample : samples) {
    if (!sample.is_object()) throw_incomplete(path, "self_test");
    loaded.record.self_test_inputs.push_back(string_member(sample, "input", path));
    auto& numbers = loaded.self_test_outputs.emplace_back();
    for (const Json& number : member(sample, "outputs", path)) {
      if (!number.is_number() && !number.is_null()) throw_incomplete(path, "outputs");
      // JSON spells a number that is none as null.
      numbers.push_back(number.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                         : number.get<double>());
    }
  }
}

std::string with_article(const std::string& kind) {
  const bool vowel = std::strchr("aeiou", kind.empty() ? ' ' : kind[0]) || kind.starts_with("n-");
  return (vowel ? "an " : "a ") + kind;
}

}  // namespace

void save_model(const std::string& path, const Model& model, const ModelRecord& record) {
  std::vector<TensorView> tensors;
  for (const Parameter& parameter : model.parameters()) {
    if (!parameter.quantized) {
      tensors.push_back(tensor_of(parameter.name, parameter.value));
      continue;
    }
    for (TensorView& tensor : quantized_tensors(parameter)) tensors.push_back(std::move(tensor));
  }
  for (const ExtraTensor& extra : record.extra)
    tensors.push_back(tensor_of(extra.name, extra.value));
  std::string tokenizer, other;
  add_tokenizer(kTokenizer, model.tokenizer(), tokenizer, tensors);
  add_tokenizer(kOtherTokenizer, model.other_tokenizer(), other, tensors);
  const std::string format = std::string(kFormatPrefix) + std::to_string(kFormat);
  write_safetensors(path, {{"format", format}, {"model", describe(model, record)}}, tensors);
}

LoadedModel load_model(const std::string& path) {
  LoadedModel loaded;
  loaded.file = std::make_shared<MappedFile>(path);
  const SafetensorsFile file(loaded.file);
  check_format(file);
  file.verify();
  const auto found = file.metadata().find("model");
  if (found == file.metadata().end()) throw_incomplete(path, "model");
  const Json description = parse_untrusted_json(found->second, path, "its description");
  if (!description.is_object()) throw_incomplete(path, "model");
  loaded.model = make_model(
      string_member(description, "kind", path), member(description, "architecture", path),
      read_tokenizer(file, kTokenizer), read_tokenizer(file, kOtherTokenizer), path);
  ParameterStore& store = loaded.model->parameters();
  for (Parameter& parameter : store) read_parameter(file, store, parameter);
  if (!loaded.model->is_consistent())
    throw FormatError(path, "its n-grams do not hang together; make the file again");
  loaded.record.training = member(description, "training", path);
  loaded.record.checkpoint = member(description, "checkpoint", path);
  loaded.record.extra = read_extra(file, store);
  read_self_test(member(description, "self_test", path), path, loaded);
  loaded.checksum = file.checksum();
  loaded.bytes = loaded.file->size();
  return loaded;
}

void throw_wrong_kind(const std::string& path, const std::string& kind,
                      const std::string& wanted_kind) {
  throw FormatError(
      path, "this is " + with_article(kind) + "; name " + with_article(wanted_kind) + " instead");
}

std::vector<SelfTestResult> self_test(const LoadedModel& loaded) {
  std::vector<SelfTestResult> results;
  for (std::size_t i = 0; i < loaded.record.self_test_inputs.size(); ++i) {
    SelfTestResult& result = results.emplace_back();
    result.input = loaded.record.self_test_inputs[i];
    const std::vector<double>& stored = loaded.self_test_outputs[i];
    const std::vector<double> computed = outputs(*loaded.model, result.input);
    bool equal = stored.size() == computed.size();
    for (std::size_t k = 0; equal && k < stored.size(); ++k) {
      const double difference = std::abs(stored[k] - computed[k]);
      result.worst_difference = std::max(result.worst_difference, difference);
      equal = difference <= kTolerance;  // false for a number that is none
    }
    result.passed = equal;
  }
  return results;
}

}  // namespace weft
