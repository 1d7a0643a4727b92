// Next-token models (Mikolov et al. 2010; Zaremba et al. 2014).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "corpora/batch.h"
#include "models/layers/embedding.h"
#include "models/layers/output_layer.h"
#include "models/layers/recurrent.h"
#include "models/nets/next_token_model.h"

namespace weft {

/// How the distribution over the vocabulary is computed: see models/layers/output_layer.h,
/// adaptive_softmax.h, sampled_softmax.h and mixture_softmax.h.
enum class OutputKind { full, adaptive, sampled, mixture };

struct LanguageModelOptions {
  Cell cell = Cell::lstm;
  int mogrifier_rounds = 5;
  int layers = 2;
  int hidden = 200;
  int embedding = 0;    // 0: as hidden
  int last_hidden = 0;  // units of the last layer; 0: as hidden or, tied, the embedding
  /// Output weights are the embedding's (Press & Wolf 2017). The last layer has its size; below a
  /// mixture, whose components have it, it may have another.
  bool tie = false;
  OutputKind output = OutputKind::full;
  std::vector<std::int64_t> cutoffs;  // adaptive: first id of each cluster; none: by vocabulary
  int samples = 2000;                 // sampled: words drawn for each update
  int mixture_components = 10;        // mixture: softmaxes
  double dropout = 0;                 // on the embedding, between layers, and before the output
  DropoutKind dropout_kind = DropoutKind::elements;
  /// Of one place; −1: dropout. latent: on the components' vectors of a mixture.
  double input_dropout = -1, layer_dropout = -1, output_dropout = -1, latent_dropout = -1;
  double word_dropout = 0;  // whole words of the embedding (Gal & Ghahramani 2016)
  double weight_drop = 0;   // DropConnect on recurrent weights (Merity et al. 2018)
  /// Penalties on what the last layer gives (Merity et al. 2017, "Revisiting activation
  /// regularization"): on large activations after dropout (α, AR), and on changes from one step to
  /// the next (β, TAR).
  double activation_penalty = 0, temporal_penalty = 0;
  InitOptions init;
  void visit(OptionVisitor& v);
};

class LanguageModel : public NextTokenModel {
 public:
  /// Throws UserError if the options contradict each other or the vocabulary (tied weights of other
  /// sizes, cutoffs beyond it). Parameters are registered, not initialised.
  LanguageModel(const LanguageModelOptions& options, std::shared_ptr<const Tokenizer> tokenizer);

  std::string kind() const override { return "language model"; }
  nlohmann::json architecture() const override;
  std::vector<double> fingerprint(const std::string& input) const override;

  /// What training lowers: the mean of −log p(target) over the targets that are not negative, or
  /// its estimate from a sample of words. targets: T·B ids.
  Var loss(Tape& tape, const TokenBatch& batch, const int* targets, RecurrentState& state) const;
  struct Reading {
    Var hidden;  // what the output layer sees, H × (T·B)
    Var scores;  // log-probabilities of the next token, up to a constant a column: V × (T·B)
  };
  /// For a tape that answers, see OutputLayer::scores().
  Reading reading(Tape& tape, const TokenBatch& batch, RecurrentState& state) const;
  Var logits(Tape& tape, const TokenBatch& batch, RecurrentState& state) const {
    return reading(tape, batch, state).scores;
  }

  /// One prefix that is being read, or several in a row (B columns) during a search.
  struct State {
    RecurrentState recurrent;
  };
  /// Reads tokens[b] for each of the B prefixes of `state` and returns the log-probabilities of
  /// what comes next, V × B. A fresh State has read nothing.
  Matrix step(State& state, const std::vector<int>& tokens) const;
  /// Reads a whole prefix (B = 1); the log-probabilities after its last token. An empty one reads
  /// <eos>, the start of a line. `hidden`: what the output layer saw after each token, H × T, if
  /// that is wanted.
  Matrix read(State& state, const std::vector<int>& prefix, Matrix* hidden = nullptr) const;

  ReadingPointer begin() const override;
  std::vector<ReadingPointer> advance(const std::vector<ReadingPointer>& readings,
                                      const std::vector<int>& tokens) const override;
  ReadingPointer read(const ReadingPointer& reading,
                      const std::vector<int>& tokens) const override {
    return read(reading, tokens, nullptr);
  }
  /// `hidden` as above.
  ReadingPointer read(const ReadingPointer& reading, const std::vector<int>& tokens,
                      Matrix* hidden) const;
  /// What the output layer saw last, H × 1.
  static const Matrix& hidden(const ReadingPointer& reading);

  /// As the model was built: sizes and cutoffs that were left open are filled in.
  const LanguageModelOptions& options() const { return options_; }

 private:
  /// What the last layer gives, H × (T·B); carries `state` on.
  Var hidden(Tape& tape, const TokenBatch& batch, RecurrentState& state) const;
  /// What the output layer sees of it.
  Var dropped(Tape& tape, Var hidden, const TokenBatch& batch) const;

  LanguageModelOptions options_;
  Embedding embedding_;
  Recurrent recurrent_;
  std::unique_ptr<const OutputLayer> output_;
};

}  // namespace weft
