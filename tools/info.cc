// weft info: what a model file holds.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json_options.h"
#include "models/file/model_file.h"
#include "tools/commands.h"
#include "tools/measures.h"
#include "tools/output.h"

namespace weft {
namespace {

using Json = nlohmann::json;

struct InfoOptions {
  bool verify = false;
  bool json = false;
  void visit(OptionVisitor& v) {
    v.flag("verify", verify, "compute the file's self-test again and compare");
    v.flag("json", json, "write one JSON object");
  }
};

/// Parameters by layer: a layer's name is that of its parameters up to the last full stop. Its
/// shape is that of its largest matrix.
Json layers(const ParameterStore& store) {
  Json result = Json::array();
  std::uint64_t largest = 0;
  for (const Parameter& parameter : store) {
    const std::string name = parameter.name.substr(0, parameter.name.rfind('.'));
    const std::uint64_t count = parameter.rows * parameter.columns;
    const Json shape = {parameter.rows, parameter.columns};
    if (result.empty() || result.back()["name"] != name) {
      largest = 0;
      result.push_back(
          {{"name", name}, {"parameters", 0}, {"shape", shape}, {"weights", Json::array()}});
    }
    Json& layer = result.back();
    if (count > largest) {
      layer["shape"] = shape;
      largest = count;
    }
    layer["parameters"] = layer["parameters"].get<std::uint64_t>() + count;
    layer["weights"].push_back({{"name", parameter.name}, {"shape", shape}});
  }
  return result;
}

/// The tokenizer's options, and what it scrubs: null if it does not.
Json describe(const Tokenizer& tokenizer) {
  Json info = options_to_json(tokenizer.options());
  const auto& scrubber = tokenizer.options().scrubber;
  info["scrub"] = nullptr;
  if (scrubber)
    info["scrub"] = {{"placeholders", kPlaceholders}, {"names", scrubber->names().size()}};
  return info;
}

Json describe(const LoadedModel& loaded) {
  const Model& model = *loaded.model;
  Json info = {{"kind", model.kind()},
               {"architecture", model.architecture()},
               {"parameters", model.parameters().count()},
               {"quantized", model.parameters().is_quantized()},
               {"layers", layers(model.parameters())},
               {"vocabulary", nullptr},
               {"tokenizer", nullptr},
               {"training", loaded.record.training},
               {"checkpoint", !loaded.record.checkpoint.is_null()},
               {"bytes", loaded.bytes},
               {"checksum", loaded.checksum}};
  if (const Tokenizer* tokenizer = model.tokenizer()) {
    info["vocabulary"] = tokenizer->vocabulary().size();
    info["tokenizer"] = describe(*tokenizer);
  }
  if (const Tokenizer* target = model.other_tokenizer()) {
    info["target_vocabulary"] = target->vocabulary().size();
    info["target_tokenizer"] = describe(*target);
  }
  return info;
}

std::string shape_text(const Json& shape) {
  return std::to_string(shape[0].get<std::uint64_t>()) + " x " +
         std::to_string(shape[1].get<std::uint64_t>());
}

std::string column(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

std::string aligned_right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

/// "  name  value" lines of an object; what is nested follows as JSON.
void print_object(const std::string& title, const Json& object) {
  if (!object.is_object() || object.empty()) return;
  std::cout << "\n" << title << "\n";
  for (const auto& [name, value] : object.items()) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    constexpr std::size_t kLongest = 160;
    if (text.size() > kLongest) text = text.substr(0, kLongest) + " ...";
    std::cout << "  " << column(name, 20) << one_line(text) << "\n";
  }
}

void print_tokenizer(const std::string& title, Json tokenizer) {
  if (!tokenizer.is_object()) return;
  const Json scrub = tokenizer["scrub"];
  tokenizer.erase("scrub");
  print_object(title, tokenizer);
  if (scrub.is_null()) return;
  std::cout << "  " << column("scrub", 20);
  for (const Json& placeholder : scrub["placeholders"])
    std::cout << placeholder.get<std::string>() << " ";
  std::cout << "never suggested; " << with_commas(scrub["names"].get<std::uint64_t>())
            << " names on the list\n";
}

void print(const std::string& path, const Json& info) {
  std::cout << path << ": " << info["kind"].get<std::string>()
            << (info["checkpoint"].get<bool>() ? " (a checkpoint)" : "")
            << (info["quantized"].get<bool>() ? " with weights of eight bits" : "") << ", "
            << with_commas(info["parameters"].get<std::uint64_t>()) << " parameters, "
            << readable_bytes(info["bytes"].get<double>()) << ", checksum "
            << info["checksum"].get<std::string>() << "\n\n"
            << "  " << column("layer", 26) << column("shape", 18) << "  parameters\n";
  for (const Json& layer : info["layers"]) {
    std::cout << "  " << column(layer["name"].get<std::string>(), 26)
              << column(shape_text(layer["shape"]), 18)
              << aligned_right(with_commas(layer["parameters"].get<std::uint64_t>()), 12) << "\n";
  }
  print_object("architecture", info["architecture"]);
  if (!info["vocabulary"].is_null()) {
    std::cout << "\nvocabulary: " << with_commas(info["vocabulary"].get<std::uint64_t>())
              << " pieces\n";
  }
  print_tokenizer("tokenizer", info["tokenizer"]);
  if (info.contains("target_vocabulary")) {
    std::cout << "\ntarget vocabulary: "
              << with_commas(info["target_vocabulary"].get<std::uint64_t>()) << " pieces\n";
    print_tokenizer("target tokenizer", info["target_tokenizer"]);
  }
  print_object("training", info["training"]);
}

/// Throws FormatError, once everything is printed, if a sample does not give what it gave when the
/// model was saved.
bool verify(const LoadedModel& loaded, bool quiet) {
  const std::vector<SelfTestResult> results = self_test(loaded);
  const bool passed = std::all_of(results.begin(), results.end(),
                                  [](const SelfTestResult& result) { return result.passed; });
  if (quiet) return passed;
  double worst = 0;
  for (const SelfTestResult& result : results) worst = std::max(worst, result.worst_difference);
  std::cout << "\nself-test: " << results.size() << " samples, " << (passed ? "passed" : "FAILED")
            << ", largest difference " << short_number(worst) << "\n";
  return passed;
}

}  // namespace

void info_command(const Arguments& arguments) {
  std::string path;
  InfoOptions options;
  ThreadOptions threads;
  OptionParser parser("info", "MODEL [--verify] [--json]", "Tells what a model file holds.");
  parser.positional("MODEL", path, "any model or checkpoint");
  parser.group("Information", options);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();

  const LoadedModel loaded = load_model(path);
  Json info = describe(loaded);
  if (!options.json) print(path, info);
  bool passed = true;
  if (options.verify) {
    passed = verify(loaded, options.json);
    info["verified"] = passed;
  }
  if (options.json) print_json(info);
  flush_output();
  if (!passed) {
    throw FormatError(path,
                      "the self-test failed: this machine computes other answers than the "
                      "one that saved the model");
  }
}

}  // namespace weft
