#include "models/file/model_kinds.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_options.h"
#include "models/nets/autoencoder.h"
#include "models/nets/classifier.h"
#include "models/nets/language_model.h"
#include "models/nets/ngram_model.h"
#include "models/nets/personal_model.h"
#include "models/nets/projection.h"
#include "models/nets/translator.h"

namespace weft {
namespace {

using Json = nlohmann::json;
using TokenizerPointer = std::shared_ptr<const Tokenizer>;

[[noreturn]] void throw_incomplete(const std::string& path, const std::string& what) {
  throw FormatError(path, "the model's architecture has no valid '" + what +
                              "'; save it again with the weft that made it");
}

const Json& member(const Json& object, const char* key, const std::string& path) {
  const auto found = object.find(key);
  if (found == object.end()) throw_incomplete(path, key);
  return *found;
}

std::vector<std::string> strings(const Json& object, const char* key, const std::string& path) {
  const Json& list = member(object, key, path);
  std::vector<std::string> result;
  for (const Json& item : list) {
    if (!list.is_array() || !item.is_string()) throw_incomplete(path, key);
    result.push_back(item.get<std::string>());
  }
  return result;
}

std::unique_ptr<Model> make_classifier(const Json& architecture, TokenizerPointer tokenizer,
                                       const std::string& path) {
  const Json& features = member(architecture, "features", path);
  if (!features.is_number_integer() || features.get<std::int64_t>() < 0 ||
      features.get<std::int64_t>() > std::numeric_limits<int>::max())
    throw_incomplete(path, "features");
  if ((features == 0) == (tokenizer == nullptr))
    throw FormatError(path,
                      "a classifier reads either text or rows of numbers, this one's file "
                      "says otherwise; save it again with the weft that made it");
  const Json& multi_label = member(architecture, "multi_label", path);
  if (!multi_label.is_boolean()) throw_incomplete(path, "multi_label");
  return std::make_unique<Classifier>(
      options_from_json<ClassifierOptions>(architecture, path), std::move(tokenizer),
      features.get<int>(), strings(architecture, "labels", path), multi_label.get<bool>());
}

std::unique_ptr<Model> make_language_model(const Json& architecture, TokenizerPointer tokenizer,
                                           const std::string& path) {
  if (!tokenizer) throw FormatError(path, "a language model without its tokenizer is of no use");
  return std::make_unique<LanguageModel>(
      options_from_json<LanguageModelOptions>(architecture, path), std::move(tokenizer));
}

std::vector<std::uint64_t> ngram_sizes(const Json& architecture, const NgramModelOptions& options,
                                       const std::string& path) {
  std::vector<std::uint64_t> sizes;
  for (const Json& size : member(architecture, "ngrams", path)) {
    if (!size.is_number_unsigned() || size.get<std::uint64_t>() > NgramTrie::kMost)
      throw_incomplete(path, "ngrams");
    sizes.push_back(size.get<std::uint64_t>());
  }
  if (sizes.size() + 1 != static_cast<std::size_t>(options.order)) throw_incomplete(path, "ngrams");
  return sizes;
}

std::unique_ptr<Model> make_ngram_model(const Json& architecture, TokenizerPointer tokenizer,
                                        const std::string& path) {
  if (!tokenizer) throw FormatError(path, "an n-gram model without its tokenizer is of no use");
  const NgramModelOptions options = options_from_json<NgramModelOptions>(architecture, path);
  return std::make_unique<NgramModel>(options, std::move(tokenizer),
                                      ngram_sizes(architecture, options, path));
}

std::unique_ptr<Model> make_personal_model(const Json& architecture, TokenizerPointer tokenizer,
                                           const std::string& path) {
  if (tokenizer) throw FormatError(path, "a personal model has no tokenizer; make it again");
  PersonalModel::Description description;
  description.options = options_from_json<NgramModelOptions>(architecture, path);
  description.sizes = ngram_sizes(architecture, description.options, path);
  if (!member(architecture, "vocabulary", path).is_number()) throw_incomplete(path, "vocabulary");
  const double vocabulary = architecture["vocabulary"];
  if (vocabulary < kSpecialIds || vocabulary > NgramTrie::kMost)
    throw_incomplete(path, "vocabulary");
  for (const Json& weight : member(architecture, "weights", path)) {
    if (!weight.is_number() || !(weight >= 0 && weight <= 1)) throw_incomplete(path, "weights");
    description.weights.push_back(weight);
  }
  if (std::ssize(description.weights) != PersonalModel::familiarities(description.options.order))
    throw FormatError(path, "another weft made this personal model; make it again with weft adapt");
  if (!member(architecture, "tokenizer", path).is_string()) throw_incomplete(path, "tokenizer");
  description.vocabulary = static_cast<int>(vocabulary);
  description.tokenizer = architecture["tokenizer"];
  return std::make_unique<PersonalModel>(description);
}

std::unique_ptr<Model> make_translator(const Json& architecture, TokenizerPointer tokenizer,
                                       TokenizerPointer target, const std::string& path) {
  if (!tokenizer) throw FormatError(path, "a translator without its tokenizer is of no use");
  return std::make_unique<Translator>(options_from_json<TranslatorOptions>(architecture, path),
                                      std::move(tokenizer), std::move(target));
}

/// For the kinds that have at most one tokenizer.
template <auto make>
std::unique_ptr<Model> with_one(const Json& architecture, TokenizerPointer tokenizer,
                                TokenizerPointer other, const std::string& path) {
  if (other) throw FormatError(path, "only a translator has two tokenizers; save it again");
  return make(architecture, std::move(tokenizer), path);
}

FeatureInput feature_input(const Json& architecture, const std::string& path) {
  for (const char* key : {"features", "height", "width"})
    if (!member(architecture, key, path).is_number_integer()) throw_incomplete(path, key);
  return options_from_json<FeatureInput>(architecture, path);
}

std::unique_ptr<Model> make_autoencoder(const Json& architecture, TokenizerPointer tokenizer,
                                        const std::string& path) {
  return std::make_unique<Autoencoder>(options_from_json<AutoencoderOptions>(architecture, path),
                                       feature_input(architecture, path), std::move(tokenizer));
}

std::unique_ptr<Model> make_projection(const Json& architecture, TokenizerPointer tokenizer,
                                       const std::string& path) {
  return std::make_unique<Projection>(options_from_json<ProjectionOptions>(architecture, path),
                                      feature_input(architecture, path), std::move(tokenizer));
}

struct Kind {
  const char* name;
  std::unique_ptr<Model> (*make)(const Json& architecture, TokenizerPointer tokenizer,
                                 TokenizerPointer other, const std::string& path);
};

constexpr Kind kKinds[] = {
    {"classifier", with_one<make_classifier>},
    {"language model", with_one<make_language_model>},
    {"translator", make_translator},
    {"autoencoder", with_one<make_autoencoder>},
    {"projection", with_one<make_projection>},
    {"n-gram model", with_one<make_ngram_model>},
    {"personal model", with_one<make_personal_model>},
};

}  // namespace

std::unique_ptr<Model> make_model(const std::string& kind, const Json& architecture,
                                  TokenizerPointer tokenizer, TokenizerPointer other,
                                  const std::string& path) {
  if (!architecture.is_object()) throw_incomplete(path, "options");
  for (const Kind& known : kKinds) {
    if (kind != known.name) continue;
    try {
      return known.make(architecture, std::move(tokenizer), std::move(other), path);
    } catch (const FormatError&) {
      throw;
    } catch (const UserError& error) {  // options that contradict each other
      throw FormatError(path, error.what());
    }
  }
  throw FormatError(path, "this is a model of the kind '" + kind +
                              "', which this weft does not know; update weft");
}

}  // namespace weft
