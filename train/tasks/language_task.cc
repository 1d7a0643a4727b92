#include "train/tasks/language_task.h"

#include <algorithm>
#include <cmath>

#include "models/core/kernels/parallel.h"
#include "train/measures/language_measures.h"

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

/// Sums over the tokens seen so far.
struct Tally {
  LikelihoodSum likelihood;
  std::uint64_t top1 = 0, top3 = 0;

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
      likelihood.add(scores[n]);
      top1 += ranks[n] < 1;
      top3 += ranks[n] < 3;
    }
  }
};

}  // namespace

void LanguageTaskOptions::visit(OptionVisitor& v) {
  v.integer("batch-size", batch_size, 1, 65536, "parallel streams of the corpus");
  v.integer("bptt", bptt, 1, 65536, "steps of back-propagation through time");
  v.flag("random-bptt", random_bptt,
         "draw the steps of each batch, --bptt on average, and scale the learning rate to match");
}

LanguageTask::LanguageTask(LanguageModel& model, const LanguageTaskOptions& options,
                           const TokenStream& train, const TokenStream* valid, std::uint64_t seed)
    : model_(model),
      options_(options),
      batches_(train, options.batch_size, options.bptt),
      lengths_(seed, "bptt"),
      epoch_targets_(train.size()),
      valid_(valid) {}

/// As in the paper: of 20 batches one begins from half of --bptt; deviation 5, at least 5 steps.
int LanguageTask::draw_steps() {
  const double mean = lengths_.uniform() < 0.95 ? options_.bptt : options_.bptt / 2.0;
  return std::max(5, static_cast<int>(std::lround(mean + 5 * lengths_.normal())));
}

bool LanguageTask::next_batch() {
  if (!batches_.next(batch_, options_.random_bptt ? draw_steps() : 0)) return false;
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
std::uint64_t LanguageTask::epoch_updates() const {
  return options_.random_bptt ? 0 : batches_.batches();
}

double LanguageTask::rate_factor() const {
  return options_.random_bptt ? static_cast<double>(batch_.inputs.steps) / options_.bptt : 1;
}

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
          {"lengths", lengths_.state()},
          {"hidden", to_json(state_.hidden)},
          {"cell", to_json(state_.cell)}};
}

void LanguageTask::restore(const nlohmann::json& state) {
  batches_.seek(state.at("position").get<std::uint64_t>());
  lengths_.set_state(state.at("lengths").get<RandomStream::State>());
  state_.hidden = matrices_from(state.at("hidden"));
  state_.cell = matrices_from(state.at("cell"));
}

std::vector<std::string> LanguageTask::self_test_inputs() const { return kSelfTestLines; }

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
  nlohmann::json measures = tally.likelihood.measures(data);
  const double tokens = static_cast<double>(tally.likelihood.tokens);
  measures["top1"] = static_cast<double>(tally.top1) / tokens;
  measures["top3"] = static_cast<double>(tally.top3) / tokens;
  return measures;
}

}  // namespace weft
