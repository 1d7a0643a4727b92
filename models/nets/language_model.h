// Next-token models (Mikolov et al. 2010; Zaremba et al. 2014).
#pragma once

#include <optional>
#include <vector>

#include "corpora/batch.h"
#include "models/layers/dense.h"
#include "models/layers/embedding.h"
#include "models/layers/recurrent.h"
#include "models/nets/model.h"

namespace weft {

struct LanguageModelOptions {
  Cell cell = Cell::lstm;
  int layers = 2;
  int hidden = 200;
  int embedding = 0;   // 0: as hidden
  bool tie = false;    // output weights are the embedding's (Press & Wolf 2017)
  double dropout = 0;  // on the embedding, between layers, and before the output
  DropoutKind dropout_kind = DropoutKind::elements;
  InitOptions init;
  void visit(OptionVisitor& v);
};

class LanguageModel : public Model {
 public:
  /// Throws UserError if the options contradict each other (tied weights of other sizes).
  /// Parameters are registered, not initialised.
  LanguageModel(const LanguageModelOptions& options, std::shared_ptr<const Tokenizer> tokenizer);

  std::string kind() const override { return "language model"; }
  nlohmann::json architecture() const override;
  std::vector<double> fingerprint(const std::string& input) const override;

  /// Scores of the next token at every position: V × (T·B).
  Var logits(Tape& tape, const TokenBatch& batch, RecurrentState& state) const;

  /// One prefix that is being read, or several in a row (B columns) during a search.
  struct State {
    RecurrentState recurrent;
  };
  /// Reads tokens[b] for each of the B prefixes of `state` and returns the log-probabilities of
  /// what comes next, V × B. A fresh State has read nothing.
  Matrix step(State& state, const std::vector<int>& tokens) const;
  /// Reads a whole prefix (B = 1); the log-probabilities after its last token. An empty one reads
  /// <eos>, the start of a line.
  Matrix read(State& state, const std::vector<int>& prefix) const;

  const LanguageModelOptions& options() const { return options_; }

 private:
  Var output(Tape& tape, Var hidden) const;

  LanguageModelOptions options_;
  Embedding embedding_;
  Recurrent recurrent_;
  std::optional<Dense> output_;
  const Parameter* tied_bias_ = nullptr;
};

}  // namespace weft
