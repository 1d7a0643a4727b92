// Translators in the model file: saved, loaded, equal to the bit; with the wrong tokenizers,
// refused.
#include "tests/models/model_file_testing.h"

namespace weft {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kLines = {"i love this car", "not a good film", "", "zebra"};

using TranslatorFile = ModelFile;

void expect_same_answers(const Translator& a, const Translator& b) {
  const std::vector<int> source = a.encode_source("i do not love this car");
  ASSERT_EQ(source, b.encode_source("i do not love this car"));
  EXPECT_EQ(a.target_tokenizer().serialize(), b.target_tokenizer().serialize());
  Tape one, other;
  const TokenBatch batch = make_token_batch({&source});
  Translator::Encoded first, second;
  a.encode(one, batch, first);
  b.encode(other, batch, second);
  EXPECT_TRUE(equal_to_the_bit(first.keys, second.keys));
  Translator::State left = first.state, right = second.state;
  for (const int token : {int{kBos}, 5})
    EXPECT_TRUE(equal_to_the_bit(a.step(one, first, left, {0}, {token}).scores.value(),
                                 b.step(other, second, right, {0}, {token}).scores.value()));
}

TEST_F(TranslatorFile, KeepsEveryTranslatorToTheBit) {
  for (const GatedCell cell : {GatedCell::gru, GatedCell::lstm})
    for (const AttentionKind attention :
         {AttentionKind::dot, AttentionKind::general, AttentionKind::additive})
      for (const TranslatorTie tie :
           {TranslatorTie::none, TranslatorTie::target, TranslatorTie::all}) {
        TranslatorOptions options;
        options.cell = cell;
        options.attention = attention;
        options.tie = tie;
        options.encoder_layers = 2;
        options.decoder_layers = 2;
        const bool joint = tie != TranslatorTie::target;
        const auto model = small_translator(options, joint);
        const auto loaded = load_model_as<Translator>(save(*model), "translator");
        EXPECT_EQ(loaded.model->architecture(), model->architecture());
        EXPECT_EQ(loaded.model->other_tokenizer() == nullptr, joint);
        expect_same_answers(*model, *loaded.model);
        EXPECT_TRUE(load_model(save(*loaded.model)).record.extra.empty());
      }
}

TEST_F(TranslatorFile, KeepsATranslatorOfEightBits) {
  const auto model = small_translator();
  TranslatorOptions options = model->options();
  options.hidden = 20, options.embedding = 24, options.encoder_hidden = 0;
  Translator large(options, small_tokenizer(), small_target_tokenizer());
  randomize(large);
  large.parameters().quantize();
  const auto loaded = load_model_as<Translator>(save(large), "translator");
  EXPECT_TRUE(loaded.model->parameters().is_quantized());
  expect_same_answers(large, *loaded.model);
}

TEST_F(TranslatorFile, TestsATranslatorByItself) {
  ModelRecord record;
  record.self_test_inputs = kLines;
  const auto results = self_test(load_model(save(*small_translator(), record)));
  ASSERT_EQ(results.size(), kLines.size());
  for (const SelfTestResult& result : results) EXPECT_EQ(result.worst_difference, 0);
}

// A second tokenizer where there is none, or the first gone.
TEST_F(TranslatorFile, RefusesATranslatorsTokenizersInTheWrongPlace) {
  const auto translator = small_translator();
  const std::string without = rewritten(*translator, [](auto&, auto&, auto& tensors) {
    std::erase_if(tensors, [](const TensorView& tensor) { return tensor.name == "tokenizer"; });
  });
  EXPECT_THAT(load_error(without), HasSubstr("without its tokenizer"));
  const std::string wrong = rewritten(*translator, [](auto&, auto&, auto& tensors) {
    for (TensorView& tensor : tensors)
      if (tensor.name == "target_tokenizer") tensor.type = "I8";
  });
  EXPECT_THAT(load_error(wrong), HasSubstr("no byte tensor"));
  const std::string text =
      rewritten(*small_language_model(Cell::lstm), [](auto&, auto&, auto& tensors) {
        TensorView second = tensors.back();
        second.name = "target_tokenizer";
        tensors.push_back(second);
      });
  EXPECT_THAT(load_error(text), HasSubstr("only a translator has two tokenizers"));
}

}  // namespace
}  // namespace weft
