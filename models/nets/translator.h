// Encoder–decoder translation with attention (Bahdanau et al. 2015; Luong, Pham & Manning 2015):
// source embedding, a stacked bidirectional encoder, a bridge to the decoder's first state, a
// decoder with input feeding and attention, a softmax over the target vocabulary.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/batch.h"
#include "models/core/laid_out_weights.h"
#include "models/layers/attention_decoder_layer.h"
#include "models/layers/embedding.h"
#include "models/layers/recurrent.h"
#include "models/nets/model.h"

namespace weft {

/// Which weights are one: the output's are the target embedding's (Press & Wolf 2017), or those and
/// the source embedding's, too, for which both languages share a tokenizer.
enum class TranslatorTie { none, target, all };

struct TranslatorOptions {
  GatedCell cell = GatedCell::lstm;
  int encoder_layers = 1;
  int decoder_layers = 1;
  int hidden = 512;        // units of a decoder layer
  int encoder_hidden = 0;  // units of an encoder layer a direction; 0: chosen
  int embedding = 256;
  AttentionKind attention = AttentionKind::general;
  TranslatorTie tie = TranslatorTie::target;
  double dropout = 0.2;  // on embeddings, between layers, before the output
  DropoutKind dropout_kind = DropoutKind::elements;
  double word_dropout = 0;  // of source and target inputs: see Embedding
  int max_length = 200;     // source tokens read of a line; 0: all
  InitOptions init;
  void visit(OptionVisitor& v);
};

class Translator : public Model {
 public:
  /// `target`: null if both languages share `source`. Throws UserError if the options contradict
  /// each other or the tokenizers. Parameters are registered, not initialised.
  Translator(const TranslatorOptions& options, std::shared_ptr<const Tokenizer> source,
             std::shared_ptr<const Tokenizer> target = nullptr);

  std::string kind() const override { return "translator"; }
  nlohmann::json architecture() const override;
  /// Log-probabilities after the first tokens of an answer.
  std::vector<double> fingerprint(const std::string& input) const override;
  const Tokenizer* other_tokenizer() const override { return target_tokenizer_.get(); }
  const Tokenizer& source_tokenizer() const { return *tokenizer_; }
  const Tokenizer& target_tokenizer() const {
    return target_tokenizer_ ? *target_tokenizer_ : *tokenizer_;
  }

  /// A line as this model reads it: cut at max_length, <eos> behind it. It always has a token.
  std::vector<int> encode_source(std::string_view text) const;

  /// 1 × 1: the mean of −log p(target) over the targets that are not negative, with label smoothing
  /// (see softmax_cross_entropy). `source`: ids of encode_source(), no sentence empty.
  /// `target_inputs`: <bos> and the words of each sentence; `targets`: T·B ids, the words and
  /// <eos>, negative where padding is. Both batches have the same sentences in the same order;
  /// quickest if they are ordered by falling target length.
  Var loss(Tape& tape, const TokenBatch& source, const TokenBatch& target_inputs,
           const int* targets, double smoothing = 0) const;
  /// log p(target) of each of the T·B targets, 0 where it is negative.
  std::vector<double> log_likelihoods(const TokenBatch& source, const TokenBatch& target_inputs,
                                      const std::vector<int>& targets) const;

  /// Where N hypotheses are: a layer H × N each.
  struct State {
    std::vector<Matrix> hidden, cell;
    Matrix feed;  // h̃ of the step before
    /// Makes `selected` the hypotheses columns[0], columns[1], …; any may be taken twice or left
    /// out. Its memory is used again.
    void select(const std::vector<int>& columns, State& selected) const;
  };
  /// Source sentences that have been read.
  struct Encoded {
    Matrix keys, values;      // of all positions, sentence after sentence: see AttentionMemory
    std::vector<int> starts;  // sentence n has the positions starts[n] … starts[n + 1] − 1
    State state;              // where decoding begins, a column a sentence
    int sentences() const { return static_cast<int>(starts.size()) - 1; }
    int length(int sentence) const {
      const std::size_t n = static_cast<std::size_t>(sentence);
      return starts[n + 1] - starts[n];
    }
  };
  /// What a step of decoding says, for as long as the tape's pass.
  struct Prediction {
    Var scores;                            // V × N: log-probabilities up to a constant a column
    const real* attention = nullptr;       // hypothesis n: its sentence's positions from
    const std::size_t* offsets = nullptr;  // offsets[n] on
  };
  /// `tape` answers, and is reset; one of lay_out()'s weights makes many steps quicker. The memory
  /// of `encoded` is used again.
  void encode(Tape& tape, const TokenBatch& source, Encoded& encoded) const;
  /// N hypotheses read one token more, <bos> the first time: hypothesis n is about sentence
  /// sentences[n], reads tokens[n] and is column n of `state`, which is carried on.
  Prediction step(Tape& tape, const Encoded& encoded, State& state,
                  const std::vector<int>& sentences, const std::vector<int>& tokens) const;
  /// The weights of many steps, for as long as they do not change. With them a sentence's numbers
  /// are the same to the bit whatever else is in the batch.
  LaidOutWeights lay_out() const;

  /// As the model was built: sizes that were left open are filled in.
  const TranslatorOptions& options() const { return options_; }

 private:
  struct Read {  // a batch of source sentences on the tape
    AttentionMemory memory;
    AttentionDecoderLayer::State start;
    std::vector<int> starts;
  };
  Read read(Tape& tape, const TokenBatch& source) const;
  void bridge(Tape& tape, const std::vector<RecurrentResult>& finals, Read& read) const;
  Var embedded(Tape& tape, const Embedding& table, const TokenBatch& batch) const;
  /// What the output's weights are multiplied with, for the targets that count.
  Var features(Tape& tape, const TokenBatch& source, const TokenBatch& target_inputs,
               const int* targets) const;
  Var projected(Tape& tape, Var attended) const;
  Var scores(Tape& tape, Var features) const;
  const Embedding& target_embedding() const {
    return target_embedding_ ? *target_embedding_ : source_embedding_;
  }

  std::shared_ptr<const Tokenizer> target_tokenizer_;
  TranslatorOptions options_;
  Embedding source_embedding_;
  std::optional<Embedding> target_embedding_;  // none: the source's
  Recurrent encoder_;
  std::vector<Dense> hidden_bridges_, cell_bridges_;  // a decoder layer
  AttentionDecoderLayer decoder_;
  std::optional<Dense> projection_;    // H to E, where tied weights ask for it
  const Parameter* output_ = nullptr;  // V × H; null: the target embedding, E × V
  const Parameter* output_bias_;
};

}  // namespace weft
