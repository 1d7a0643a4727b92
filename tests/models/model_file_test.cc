// The model file as models use it: saved, loaded, equal to the bit; damaged, refused.
#include "models/file/model_file.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>

#include "base/error.h"
#include "models/nets/ngram_model.h"
#include "tests/models/model_file_testing.h"

namespace weft {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kLines = {"i love this car", "not a good film", "", "zebra"};

void expect_same_answers(const Classifier& a, const Classifier& b, const ClassifierInput& input) {
  EXPECT_TRUE(equal_to_the_bit(a.probabilities(input), b.probabilities(input)));
}

TEST_F(ModelFile, KeepsEveryTextClassifierToTheBit) {
  for (const ClassifierArch arch : kArchs)
    for (const bool second : {false, true}) {  // with n-grams, or from both ends
      ClassifierOptions options = small_options(arch);
      const bool recurrent = arch >= ClassifierArch::rnn;
      if (recurrent) options.bidirectional = second;
      if (recurrent && second) options.pooling = Pooling::attention;
      if (!recurrent && second) options.ngrams = 3;
      const auto model = text_classifier(options, second && arch != ClassifierArch::perceptron);
      const auto loaded = load_model_as<Classifier>(save(*model), "classifier");
      EXPECT_EQ(loaded.model->architecture(), model->architecture());
      EXPECT_EQ(loaded.model->labels(), model->labels());
      expect_same_answers(*model, *loaded.model, texts(*model, kLines));
      EXPECT_EQ(model->encode(kLines[0]), loaded.model->encode(kLines[0]));
    }
}

TEST_F(ModelFile, KeepsEveryClassifierOfRowsToTheBit) {
  for (const ClassifierArch arch : kArchs) {
    if (arch == ClassifierArch::bow) continue;
    const auto model = row_classifier(small_options(arch));
    const auto loaded = load_model_as<Classifier>(save(*model), "classifier");
    EXPECT_EQ(loaded.model->tokenizer(), nullptr);
    ClassifierInput input;
    input.values = {{1, -2}, {0.5, 3}, {0, 0}, {-1, 4}};
    expect_same_answers(*model, *loaded.model, input);
  }
}

constexpr Cell kCells[] = {Cell::rnn,  Cell::gru,       Cell::lstm,
                           Cell::cifg, Cell::mogrifier, Cell::layer_norm};

void expect_same_answers(const LanguageModel& a, const LanguageModel& b) {
  LanguageModel::State one, other;
  const std::vector<int> prefix = a.tokenizer()->encode("i do not love");
  EXPECT_TRUE(equal_to_the_bit(a.read(one, prefix), b.read(other, prefix)));
  EXPECT_TRUE(equal_to_the_bit(a.step(one, {5}), b.step(other, {5})));
}

TEST_F(ModelFile, KeepsEveryLanguageModelToTheBit) {
  for (const Cell cell : kCells)
    for (const bool tie : {false, true})
      for (const OutputKind output :
           {OutputKind::full, OutputKind::adaptive, OutputKind::sampled, OutputKind::mixture}) {
        if (tie && output == OutputKind::adaptive) continue;
        const auto model = small_language_model(cell, tie, output);
        const auto loaded = load_model_as<LanguageModel>(save(*model), "language model");
        EXPECT_EQ(loaded.model->architecture(), model->architecture());
        expect_same_answers(*model, *loaded.model);
      }
}

// Files from before there was more than one kind of output do not name it.
TEST_F(ModelFile, LoadsALanguageModelWithoutAnOutputKind) {
  const auto model = small_language_model(Cell::lstm);
  const std::string path = rewritten(*model, [](auto&, auto& description, auto&) {
    for (const char* key :
         {"output", "cutoffs", "samples", "last-hidden", "mixture-components", "latent-dropout"})
      EXPECT_EQ(description["architecture"].erase(key), 1u);
  });
  expect_same_answers(*model, *load_model_as<LanguageModel>(path, "language model").model);
}

// Of every kind of layer: answers near those of the whole weights, the file's to the bit the same.
TEST_F(ModelFile, KeepsWeightsOfEightBits) {
  for (const Cell cell : kCells)
    for (const bool tie : {false, true}) {
      LanguageModelOptions options;
      options.cell = cell;
      options.hidden = 20;
      options.tie = tie;
      LanguageModel model(options, small_tokenizer());
      randomize(model);
      for (Parameter& parameter : model.parameters()) parameter.value *= real(0.3);
      const std::vector<int> prefix = model.tokenizer()->encode("i love this film");
      LanguageModel::State whole_state, state, loaded_state;
      const Matrix whole = model.read(whole_state, prefix);
      model.parameters().quantize();
      EXPECT_TRUE(model.parameters().is_quantized());
      const Matrix rounded = model.read(state, prefix);
      EXPECT_LT(arma::abs(arma::exp(whole) - arma::exp(rounded)).max(), 0.02);
      const auto loaded = load_model_as<LanguageModel>(save(model), "language model");
      EXPECT_TRUE(equal_to_the_bit(rounded, loaded.model->read(loaded_state, prefix)));
      EXPECT_EQ(loaded.model->parameters().count(), model.parameters().count());
      EXPECT_TRUE(load_model(save(*loaded.model, loaded.record)).record.extra.empty());
    }
}

// Outputs for large vocabularies too: their clusters and tables are large enough to be rounded.
TEST_F(ModelFile, KeepsWeightsOfEightBitsOfEveryOutput) {
  const auto words = Tokenizer::train(TokenizerOptions{}, [](const auto& line) {
    for (int word = 0; word < 60; ++word) line("w" + std::to_string(word));
  });
  for (const OutputKind output :
       {OutputKind::full, OutputKind::adaptive, OutputKind::sampled, OutputKind::mixture}) {
    LanguageModelOptions options;
    options.hidden = 80;
    options.output = output;
    if (output == OutputKind::adaptive) options.cutoffs = {20};
    LanguageModel model(options, words);
    randomize(model);
    for (Parameter& parameter : model.parameters()) parameter.value *= real(0.3);
    const std::vector<int> prefix = words->encode("w3 w1 w4");
    LanguageModel::State whole_state, state, loaded_state;
    const Matrix whole = arma::exp(model.read(whole_state, prefix));
    model.parameters().quantize();
    const Matrix rounded = model.read(state, prefix);
    EXPECT_NEAR(arma::accu(arma::exp(rounded)), 1, 1e-5);
    EXPECT_LT(arma::abs(whole - arma::exp(rounded)).max(), 0.01);
    const auto loaded = load_model_as<LanguageModel>(save(model), "language model");
    EXPECT_TRUE(equal_to_the_bit(rounded, loaded.model->read(loaded_state, prefix)));
  }
}

TEST_F(ModelFile, RefusesEightBitsThatDoNotFit) {
  LanguageModelOptions options;
  options.hidden = 20;
  LanguageModel model(options, small_tokenizer());
  randomize(model);
  model.parameters().quantize();
  for (const std::string suffix : {"", ".scales", ".sums"}) {
    const auto without = [&](auto&, auto&, std::vector<TensorView>& tensors) {
      for (TensorView& tensor : tensors)
        if (tensor.name == "recurrent.0.recurrent" + suffix) tensor.name = "other";
    };
    EXPECT_THAT(load_error(rewritten(model, without)), HasSubstr("recurrent.0.recurrent" + suffix));
  }
  const auto reshaped = [](auto&, auto&, std::vector<TensorView>& tensors) {
    for (TensorView& tensor : tensors)
      if (tensor.type == "I8") std::swap(tensor.shape[0], tensor.shape[1]);
  };
  EXPECT_THAT(load_error(rewritten(model, reshaped)), HasSubstr("quantize it again"));
  // What is used as numbers, without a look at how they are kept.
  const auto few = [](auto&, auto&, std::vector<TensorView>& tensors) {
    for (TensorView& tensor : tensors)
      if (tensor.name == "recurrent.0.bias") {
        tensor.type = "I8";
        tensor.shape.back() *= sizeof(real);
      }
  };
  EXPECT_THAT(load_error(rewritten(model, few)), HasSubstr("too few for eight bits"));
}

TEST_F(ModelFile, KeepsTheRecord) {
  ModelRecord record;
  record.training = {{"seed", 7}, {"data", "caf\xe9.txt"}};  // a file name that is no UTF-8
  record.checkpoint = {{"position", {1, 2, 3}}, {"loss", 0.1}};
  record.extra = {{"optimizer/adam/first/output.bias", Matrix(3, 2, arma::fill::randu)},
                  {"optimizer/empty", Matrix()}};
  record.self_test_inputs = {"i love this film", "caf\xe9", ""};
  const auto loaded =
      load_model(save(*text_classifier(small_options(ClassifierArch::gru)), record));
  EXPECT_EQ(loaded.record.training["seed"], 7);
  EXPECT_EQ(loaded.record.checkpoint, record.checkpoint);
  ASSERT_EQ(loaded.record.extra.size(), 2u);
  EXPECT_EQ(loaded.record.extra[0].name, record.extra[0].name);
  EXPECT_TRUE(equal_to_the_bit(loaded.record.extra[0].value, record.extra[0].value));
  EXPECT_TRUE(loaded.record.extra[1].value.is_empty());
  EXPECT_EQ(loaded.record.self_test_inputs.size(), 3u);
  EXPECT_EQ(loaded.bytes, std::filesystem::file_size(files_.path("model.weft")));
}

TEST_F(ModelFile, TestsItself) {
  ModelRecord record;
  record.self_test_inputs = kLines;
  const auto loaded = load_model(save(*small_language_model(Cell::lstm), record));
  const auto results = self_test(loaded);
  ASSERT_EQ(results.size(), kLines.size());
  for (const SelfTestResult& result : results) {
    EXPECT_TRUE(result.passed);
    EXPECT_EQ(result.worst_difference, 0);
  }
  for (Parameter& parameter : loaded.model->parameters()) parameter.value *= static_cast<real>(1.1);
  EXPECT_FALSE(self_test(loaded)[0].passed);
}

// Weights without a meaning must not pass for equal to themselves.
TEST_F(ModelFile, DoesNotPassNumbersThatAreNone) {
  const auto model = small_language_model(Cell::rnn);
  for (Parameter& parameter : model->parameters())
    parameter.value.fill(std::numeric_limits<real>::quiet_NaN());
  ModelRecord record;
  record.self_test_inputs = {"i"};
  EXPECT_FALSE(self_test(load_model(save(*model, record)))[0].passed);
}

TEST_F(ModelFile, UsesWeightsInTheMap) {
  const auto model = text_classifier(small_options(ClassifierArch::mlp));
  const std::string path = save(*model);
  const std::string before = TemporaryFiles::read(path);
  const auto loaded = load_model(path);
  const auto bytes = loaded.file->bytes();
  for (Parameter& parameter : loaded.model->parameters()) {
    const auto* memory = reinterpret_cast<const std::byte*>(parameter.value.memptr());
    EXPECT_TRUE(memory >= bytes.data() && memory < bytes.data() + bytes.size());
    parameter.value.fill(7);
  }
  EXPECT_EQ(TemporaryFiles::read(path), before);
  save_model(path, *loaded.model, {});  // over the file it is mapped from
  EXPECT_EQ(load_model(path).model->parameters()[0].value(0, 0), real{7});
}

// Nothing but the layout's description: length, JSON, offsets from the end of the header.
TEST_F(ModelFile, OpensWithAnyReaderOfTheLayout) {
  const auto model = text_classifier(small_options(ClassifierArch::lstm));
  const std::string bytes = TemporaryFiles::read(save(*model));
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length * 256 + static_cast<unsigned char>(bytes[i]);
  EXPECT_EQ((8 + length) % 64, 0u);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  for (const auto& [key, value] : header.at("__metadata__").items())
    EXPECT_TRUE(value.is_string()) << key;
  EXPECT_EQ(header["__metadata__"]["format"], "weft 1");
  EXPECT_EQ(header["tokenizer"]["dtype"], "U8");
  const auto& entry = header.at("embedding.table");
  const std::size_t words = entry["shape"][0], dimension = entry["shape"][1];
  EXPECT_EQ(entry["dtype"], "F32");
  EXPECT_EQ(words, static_cast<std::size_t>(model->tokenizer()->vocabulary().size()));
  EXPECT_EQ(dimension, 3u);
  const Matrix& table = model->parameters().find("embedding.table")->value;
  for (std::size_t w = 0; w < words; ++w)
    for (std::size_t d = 0; d < dimension; ++d) {
      float number;
      const std::size_t begin = entry["data_offsets"][0];
      std::memcpy(&number, bytes.data() + 8 + length + begin + 4 * (w * dimension + d), 4);
      ASSERT_EQ(number, static_cast<float>(table(d, w)));
    }
}

TEST_F(ModelFile, NamesTheWrongKind) {
  const std::string path = save(*small_language_model(Cell::gru));
  EXPECT_EQ(complaint([&] { load_model_as<Classifier>(path, "classifier"); }),
            path + ": this is a language model; name a classifier instead");
}

// What was read as places, unchecked: anywhere in memory.
TEST_F(ModelFile, RefusesNgramsThatLieNowhere) {
  NgramModel model({.order = 2}, small_tokenizer(), {2});
  model.parameters().initialize(1);
  Matrix &first = model.trie().level(1).first->value, &word = model.trie().level(2).word->value;
  first.back() = 2;
  word[1] = 1;
  EXPECT_NO_THROW(load_model(save(model)));
  for (const auto& [values, place, bad] : {std::tuple<Matrix*, Index, real>{&first, 0, 1},
                                           {&first, 1, 3},
                                           {&first, 1, NAN},
                                           {&first, 1, -1},
                                           {&word, 0, 1e9f},
                                           {&word, 0, -1},
                                           {&word, 0, NAN}}) {
    const real good = (*values)[place];
    (*values)[place] = bad;
    EXPECT_THAT(load_error(save(model)), HasSubstr("n-grams do not hang together"));
    (*values)[place] = good;
  }
}

TEST_F(ModelFile, NoticesEveryTruncation) {
  const std::string bytes =
      TemporaryFiles::read(save(*row_classifier(small_options(ClassifierArch::logistic))));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string path = write_fresh(bytes.substr(0, size));
    ASSERT_THROW(load_model(path), FormatError) << size;
    if (size > 8) {
      ASSERT_THAT(load_error(path), HasSubstr("ends after " + std::to_string(size)));
    }
  }
  EXPECT_THAT(load_error(write_fresh(bytes + "x")), HasSubstr("goes on for 1 byte"));
}

TEST_F(ModelFile, NoticesEveryFlippedByte) {
  ClassifierOptions options = small_options(ClassifierArch::logistic);
  const std::string bytes = TemporaryFiles::read(save(*text_classifier(options)));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int flip : {0x01, 0x20, 0x80}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      ASSERT_THROW(load_model(write_fresh(damaged)), FormatError) << i;
    }
}

TEST_F(ModelFile, NamesANewerFormat) {
  const auto model = row_classifier(small_options(ClassifierArch::mlp));
  const auto with_format = [&](const std::string& format) {
    return load_error(
        rewritten(*model, [&](auto& metadata, auto&, auto&) { metadata["format"] = format; }));
  };
  EXPECT_THAT(with_format("weft 2"), HasSubstr("written by a newer weft (format 2)"));
  EXPECT_THAT(with_format("weft"), HasSubstr("weft did not write"));
  EXPECT_THAT(with_format("weft x"), HasSubstr("damaged"));
  EXPECT_THAT(with_format("weft 99999999999"), HasSubstr("damaged"));
}

TEST_F(ModelFile, RefusesWeightsThatDoNotFitTheArchitecture) {
  const auto model = text_classifier(small_options(ClassifierArch::lstm));
  const auto error = [&](const std::function<void(nlohmann::json&, std::vector<TensorView>&)>& f) {
    const std::string path = rewritten(
        *model, [&](auto&, auto& description, auto& tensors) { f(description, tensors); });
    EXPECT_THROW(load_model(path), FormatError);
    return load_error(path);
  };
  using Json = nlohmann::json;
  using Tensors = std::vector<TensorView>;
  EXPECT_THAT(error([](Json& d, Tensors&) { d["kind"] = "poet"; }), HasSubstr("kind 'poet'"));
  EXPECT_THAT(error([](Json& d, Tensors&) { d.erase("kind"); }), HasSubstr("'kind'"));
  EXPECT_THAT(error([](Json& d, Tensors&) { d["architecture"] = 3; }), HasSubstr("architecture"));
  EXPECT_THAT(error([](Json& d, Tensors&) { d["architecture"]["hidden"] = 6; }),
              HasSubstr("where the model needs"));
  EXPECT_THAT(error([](Json& d, Tensors&) { d["architecture"]["hidden"] = -1; }),
              HasSubstr("'hidden'"));
  EXPECT_THAT(error([](Json& d, Tensors&) { d["architecture"]["ngrams"] = 2; }),
              HasSubstr("--ngrams"));
  EXPECT_THAT(error([](Json& d, Tensors&) { d["architecture"]["labels"] = "good"; }),
              HasSubstr("'labels'"));
  EXPECT_THAT(error([](Json& d, Tensors&) { d["architecture"]["features"] = 4; }),
              HasSubstr("either text or rows"));
  EXPECT_THAT(error([](Json& d, Tensors&) {
                d["self_test"] = {{"input", "x"}};
              }),
              HasSubstr("self_test"));
  EXPECT_THAT(error([](Json&, Tensors& t) { t.erase(t.begin()); }), HasSubstr("embedding.table"));
  EXPECT_THAT(error([](Json&, Tensors& t) { t.pop_back(); }), HasSubstr("either text or rows"));
  EXPECT_THAT(error([](Json&, Tensors& t) { t[0].type = "I32"; }), HasSubstr("I32"));
  EXPECT_THAT(error([](Json&, Tensors& t) { t.back().type = "BOOL"; }), HasSubstr("byte tensor"));
}

// A file made by the double build, or by hand.
TEST_F(ModelFile, ConvertsWeightsOfAnotherWidth) {
  const auto model = text_classifier(small_options(ClassifierArch::gru));
  std::vector<std::vector<double>> wide;
  const std::string path = rewritten(*model, [&](auto&, auto&, std::vector<TensorView>& tensors) {
    for (TensorView& tensor : tensors) {
      if (tensor.type != "F32") continue;
      auto& numbers = wide.emplace_back();
      for (const real weight : model->parameters().find(tensor.name)->value)
        numbers.push_back(static_cast<double>(weight));
      tensor.type = "F64";
      tensor.bytes = std::as_bytes(std::span(numbers));
    }
  });
  const auto loaded = load_model_as<Classifier>(path, "classifier");
  expect_same_answers(*model, *loaded.model, texts(*model, kLines));
}

}  // namespace
}  // namespace weft
