#include "train/tasks/translation_task.h"

#include <algorithm>

#include "base/error.h"
#include "train/report/attention_pictures.h"
#include "train/tasks/batch_position.h"

namespace weft {
namespace {

constexpr int kEvaluationBatch = 64;
constexpr int kEvaluationTokens = 4096;  // bounds the memory of a batch's logits
constexpr std::size_t kSelfTests = 3;

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t") == std::string::npos;
}

EncodedPair encoded(const Translator& model, const TextPair& pair) {
  return {model.encode_source(pair.source), model.target_tokenizer().encode(pair.target)};
}

/// The source would be cut, or the target be more than the model would write.
bool is_too_long(const Translator& model, const TextPair& pair, const EncodedPair& ids) {
  const auto limit = static_cast<std::size_t>(model.options().max_length);
  if (limit == 0) return false;
  if (ids.target.size() > limit) return true;
  // Only a source that fills the limit may have been cut.
  return ids.source.size() > limit && model.source_tokenizer().encode(pair.source).size() > limit;
}

std::vector<std::string> sides(const std::vector<TextPair>& pairs, std::string TextPair::*side,
                               std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(pairs[i].*side);
  return texts;
}

/// The best translation of each of the first `count` sources.
std::vector<std::string> translations_of(const Translator& model,
                                         const std::vector<TextPair>& pairs, std::size_t count,
                                         const TranslationOptions& options) {
  std::vector<std::string> best;
  const TranslationSearch search(model);
  for (const auto& found : search.translate(sides(pairs, &TextPair::source, count), options))
    best.push_back(found.front().text);
  return best;
}

TranslationMetrics compared(const std::vector<std::string>& translations,
                            const std::vector<TextPair>& pairs) {
  TranslationMetrics metrics;
  for (std::size_t i = 0; i < translations.size(); ++i)
    metrics.add(translations[i], pairs[i].target);
  return metrics;
}

}  // namespace

void TranslationTaskOptions::visit(OptionVisitor& v) {
  batches.visit(v);
  v.number("label-smoothing", smoothing, 0, 0.99, "share of the target spread over all words");
  v.choice("criterion", criterion, {"loss", "bleu"}, "what the best model is best by");
  v.integer("bleu-every", bleu_every, 0, 1 << 30,
            "with --criterion loss: updates between two measurements of BLEU; 0: whenever there is "
            "a validation");
  v.integer("validation-beam", validation_beam, 1, 1000,
            "hypotheses a sentence when BLEU is measured; 1: greedy");
  v.integer("validation-lines", validation_lines, 0, 1 << 30,
            "validation pairs that are translated to measure BLEU, from the first; 0: all");
}

struct TranslationTask::Impl {
  TranslationTaskOptions options;
  PairCounts counts;
  EncodedPairs train;
  std::vector<TextPair> valid;
  std::vector<std::string> self_test;
  std::unique_ptr<PairBatches> source;
  PairBatch batch;
  std::uint64_t updates = 0, bleu_update = 0;  // done; done when BLEU was last measured

  void read(const Translator& model, const std::vector<std::string>& paths,
            const PairReaderOptions& reader);
  bool bleu_is_due() const {
    return options.criterion == TranslationCriterion::bleu || bleu_update == 0 ||
           updates - bleu_update >= static_cast<std::uint64_t>(options.bleu_every);
  }
};

void TranslationTask::Impl::read(const Translator& model, const std::vector<std::string>& paths,
                                 const PairReaderOptions& reader) {
  PairReader pairs(paths, reader);
  for (TextPair pair; pairs.next(pair);) {
    if (is_blank(pair.source) || is_blank(pair.target)) {
      ++counts.empty;
      continue;
    }
    const EncodedPair ids = encoded(model, pair);
    if (is_too_long(model, pair, ids)) {
      ++counts.too_long;
      continue;
    }
    ++counts.pairs;
    train.add(ids);
    if (self_test.size() < kSelfTests)
      self_test.push_back(pair.source.substr(0, pair.source.find(' ', 200)));
  }
  if (counts.pairs == 0)
    throw FormatError(pair_name(paths),
                      counts.too_long > 0
                          ? "every pair is longer than --max-length tokens; raise it"
                          : "there are no pairs in it to learn from");
}

TranslationTask::TranslationTask(Translator& model, const TranslationTaskOptions& options,
                                 const std::vector<std::string>& train,
                                 const std::vector<std::string>& valid,
                                 const PairReaderOptions& reader, std::uint64_t seed)
    : model_(model), impl_(std::make_unique<Impl>()) {
  if (options.criterion == TranslationCriterion::bleu && options.bleu_every > 0)
    throw UserError(
        "--criterion bleu needs BLEU at every validation; leave out --bleu-every, or say "
        "--criterion loss");
  impl_->options = options;
  // First what is read in a moment: a mistake in it shall not come to light after a long wait.
  if (!valid.empty()) {
    impl_->valid = read_pairs(valid, reader);
    if (impl_->valid.empty())
      throw FormatError(pair_name(valid),
                        "there are no pairs in it; give some to validate with, or leave --valid "
                        "out");
  }
  impl_->read(model, train, reader);
  impl_->source =
      std::make_unique<PairBatches>(impl_->train, options.batches, RandomStream(seed, "shuffle"));
}

TranslationTask::~TranslationTask() = default;

bool TranslationTask::next_batch() {
  if (!impl_->source->next(impl_->batch)) return false;
  ++impl_->updates;
  return true;
}

Var TranslationTask::loss(Tape& tape) {
  const PairBatch& batch = impl_->batch;
  return model_.loss(tape, batch.source, batch.target_inputs, batch.targets.data(),
                     impl_->options.smoothing);
}

std::uint64_t TranslationTask::batch_targets() const { return impl_->batch.target_inputs.tokens(); }
std::uint64_t TranslationTask::epoch_targets() const { return impl_->train.targets(); }

std::uint64_t TranslationTask::epoch_updates() const {
  const BatchOptions& batches = impl_->options.batches;
  const auto size = static_cast<std::uint64_t>(batches.batch_size);
  if (size == 0 || batches.max_tokens > 0) return 0;
  return (impl_->train.size() + size - 1) / size;
}

Evaluation TranslationTask::validate() {
  if (impl_->valid.empty()) return {};
  Evaluation evaluation;
  evaluation.measures = {{"loss", translation_loss(model_, impl_->valid)}};
  if (impl_->bleu_is_due()) {
    TranslationOptions search;
    search.beam = impl_->options.validation_beam;
    const auto most = static_cast<std::size_t>(impl_->options.validation_lines);
    const std::size_t lines = most == 0 ? impl_->valid.size() : std::min(most, impl_->valid.size());
    evaluation.measures.update(
        compared(translations_of(model_, impl_->valid, lines, search), impl_->valid).json());
    impl_->bleu_update = impl_->updates;
  }
  evaluation.higher_is_better = impl_->options.criterion == TranslationCriterion::bleu;
  evaluation.criterion = evaluation.higher_is_better ? "bleu" : "loss";
  evaluation.value = evaluation.measures.at(evaluation.criterion).get<double>();
  return evaluation;
}

nlohmann::json TranslationTask::final_measures() {
  if (impl_->valid.empty()) return nullptr;
  return evaluate_translator(model_, impl_->valid, TranslationOptions()).measures;
}

nlohmann::json TranslationTask::state() const {
  nlohmann::json state = position_to_json(impl_->source->position());
  state["updates"] = impl_->updates;
  state["bleu_update"] = impl_->bleu_update;
  return state;
}

void TranslationTask::restore(const nlohmann::json& state) {
  impl_->updates = state.at("updates").get<std::uint64_t>();
  impl_->bleu_update = state.at("bleu_update").get<std::uint64_t>();
  impl_->source->restore(position_from_json(state));
}

std::vector<std::string> TranslationTask::self_test_inputs() const { return impl_->self_test; }

void TranslationTask::illustrate(Report& report) const {
  add_attention_pictures(report, model_, impl_->valid);
}

const PairCounts& TranslationTask::counts() const { return impl_->counts; }

std::vector<TextPair> read_pairs(const std::vector<std::string>& paths,
                                 const PairReaderOptions& options) {
  PairReader reader(paths, options);
  std::vector<TextPair> pairs;
  for (TextPair pair; reader.next(pair);) pairs.push_back(pair);
  return pairs;
}

double translation_loss(const Translator& model, const std::vector<TextPair>& pairs) {
  BatchOptions options;
  options.batch_size = kEvaluationBatch;
  options.max_tokens = kEvaluationTokens;
  options.shuffle_buffer = static_cast<int>(std::max<std::size_t>(pairs.size(), 1));
  options.shuffle = false;
  const auto source = [&, next = std::size_t{0}](EncodedPair& pair) mutable {
    if (next == pairs.size()) return false;
    pair = encoded(model, pairs[next++]);
    return true;
  };
  ShuffledBatches<EncodedPair> batches(source, pair_length, options, RandomStream(0, "unused"));
  double nats = 0;
  std::uint64_t targets = 0;
  for (std::vector<EncodedPair> some; batches.next(some);) {
    const PairBatch batch = make_pair_batch(std::move(some));
    targets += batch.target_inputs.tokens();
    for (const double each :
         model.log_likelihoods(batch.source, batch.target_inputs, batch.targets))
      nats -= each;
  }
  return targets == 0 ? 0 : nats / static_cast<double>(targets);
}

TranslatorResults evaluate_translator(const Translator& model, const std::vector<TextPair>& pairs,
                                      const TranslationOptions& options) {
  if (pairs.empty()) throw UserError("there are no pairs to measure the translator on");
  TranslatorResults results;
  results.translations = translations_of(model, pairs, pairs.size(), options);
  results.metrics = compared(results.translations, pairs);
  results.measures = results.metrics.json();
  results.measures["loss"] = translation_loss(model, pairs);
  return results;
}

}  // namespace weft
