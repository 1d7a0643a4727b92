#include "train/language_task.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

constexpr int kEvaluationSteps = 64;
constexpr int kWatchingStreams = 10;

nlohmann::json to_json(const std::vector<Matrix>& matrices) {
  nlohmann::json list = nlohmann::json::array();
  for (const Matrix& matrix : matrices)
    list.push_back({{"rows", matrix.n_rows},
                    {"columns", matrix.n_cols},
                    {"values", std::vector<real>(matrix.begin(), matrix.end())}});
  return list;
}

std::vector<Matrix> matrices_from(const nlohmann::json& list) {
  std::vector<Matrix> matrices;
  for (const auto& entry : list) {
    const std::vector<real> values = entry.at("values").get<std::vector<real>>();
    Matrix matrix(values);
    matrix.reshape(entry.at("rows").get<Index>(), entry.at("columns").get<Index>());
    matrices.push_back(std::move(matrix));
  }
  return matrices;
}

/// How many classes score higher than the target; equal ones with a smaller id count, too.
int rank(const Matrix& logits, Index column, int target) {
  const real* z = logits.colptr(column);
  const real score = z[target];
  int higher = 0;
  for (Index m = 0; m < logits.n_rows; ++m) higher += z[m] > score;
  for (int m = 0; m < target; ++m) higher += z[m] == score;
  return higher;
}

/// Sums over the tokens seen so far.
struct Tally {
  std::uint64_t tokens = 0, top1 = 0, top3 = 0;
  double log_likelihood = 0;

  void add(const Matrix& logits, const std::vector<int>& targets) {
    std::vector<double> scores(targets.size());
    std::vector<int> ranks(targets.size());
    log_likelihoods(logits, targets.data(), scores.data());
    kernels::parallel_for(targets.size(), 4, [&](std::size_t begin, std::size_t end) {
      for (std::size_t n = begin; n < end; ++n)
        ranks[n] = targets[n] < 0 ? -1 : rank(logits, n, targets[n]);
    });
    for (std::size_t n = 0; n < targets.size(); ++n) {
      if (targets[n] < 0) continue;
      ++tokens;
      log_likelihood += scores[n];
      top1 += ranks[n] < 1;
      top3 += ranks[n] < 3;
    }
  }
};

}  // namespace

void LanguageTaskOptions::visit(OptionVisitor& v) {
  v.integer("batch-size", batch_size, 1, 65536, "parallel streams of the corpus");
  v.integer("bptt", bptt, 1, 65536, "steps of back-propagation through time");
}

LanguageTask::LanguageTask(LanguageModel& model, const LanguageTaskOptions& options,
                           const TokenStream& train, const TokenStream* valid)
    : model_(model),
      options_(options),
      batches_(train, options.batch_size, options.bptt),
      epoch_targets_(train.size()),
      valid_(valid) {}

bool LanguageTask::next_batch() {
  if (!batches_.next(batch_)) return false;
  if (batch_.first) state_ = RecurrentState{};
  return true;
}

Var LanguageTask::loss(Tape& tape) {
  return model_.loss(tape, batch_.inputs, batch_.targets.data(), state_);
}

std::uint64_t LanguageTask::batch_targets() const {
  return static_cast<std::uint64_t>(std::count_if(batch_.targets.begin(), batch_.targets.end(),
                                                  [](int target) { return target >= 0; }));
}

std::uint64_t LanguageTask::epoch_targets() const { return epoch_targets_; }
std::uint64_t LanguageTask::epoch_updates() const { return batches_.batches(); }

Evaluation LanguageTask::validate() {
  if (!valid_) return {};
  Evaluation evaluation;
  evaluation.measures = evaluate_language_model(model_, *valid_, kWatchingStreams);
  evaluation.criterion = "perplexity";
  evaluation.value = evaluation.measures.at("perplexity").get<double>();
  return evaluation;
}

nlohmann::json LanguageTask::final_measures() {
  return valid_ ? evaluate_language_model(model_, *valid_) : nlohmann::json(nullptr);
}

nlohmann::json LanguageTask::state() const {
  return {{"position", batches_.position()},
          {"hidden", to_json(state_.hidden)},
          {"cell", to_json(state_.cell)}};
}

void LanguageTask::restore(const nlohmann::json& state) {
  batches_.seek(state.at("position").get<std::uint64_t>());
  state_.hidden = matrices_from(state.at("hidden"));
  state_.cell = matrices_from(state.at("cell"));
}

std::vector<std::string> LanguageTask::self_test_inputs() const {
  return {"", "the", "I would like to"};
}

nlohmann::json evaluate_language_model(const LanguageModel& model, const TokenStream& data,
                                       int streams) {
  const std::uint64_t most = std::max<std::uint64_t>(1, data.size() / kEvaluationSteps);
  const int parts =
      static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(streams), most));
  LanguageBatches batches(data, parts, kEvaluationSteps);
  LanguageBatch batch;
  RecurrentState state;
  Tape tape;
  Tally tally;
  while (batches.next(batch)) {
    tape.reset();
    tally.add(model.logits(tape, batch.inputs, state).value(), batch.targets);
  }
  if (tally.tokens == 0) throw UserError("there are no tokens to measure the model on");
  const double tokens = static_cast<double>(tally.tokens);
  const double loss = -tally.log_likelihood / tokens;
  nlohmann::json measures = {{"tokens", tally.tokens},
                             {"loss", loss},
                             {"perplexity", std::exp(loss)},
                             {"top1", static_cast<double>(tally.top1) / tokens},
                             {"top3", static_cast<double>(tally.top3) / tokens}};
  if (data.characters() > 0)
    measures["bits_per_character"] =
        -tally.log_likelihood / std::log(2.0) / static_cast<double>(data.characters());
  return measures;
}

}  // namespace weft
