#include "train/tasks/autoencoder_task.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "train/tasks/autoencoder_pictures.h"

namespace weft {
namespace {

constexpr std::size_t kBlock = 512;           // examples measured together
constexpr std::uint64_t kMeasuringNoise = 1;  // key of the first example's

bool of_shares(const FeatureModel& model) {
  const auto* autoencoder = dynamic_cast<const Autoencoder*>(&model);
  return autoencoder && autoencoder->options().output == OutputUnits::softmax;
}

/// Each column divided by its sum.
Matrix shares(Matrix x) {
  for (Index n = 0; n < x.n_cols; ++n) {
    const real sum = arma::accu(x.col(n));
    if (sum > 0) x.col(n) /= sum;
  }
  return x;
}

/// −Σ t log p, and with `binary` − Σ (1 − t) log(1 − p).
double cross_entropy(const Matrix& targets, const Matrix& restored, bool binary) {
  const auto log_of = [](double p) { return std::log(std::max(p, 1e-30)); };
  double sum = 0;
  for (Index i = 0; i < targets.n_elem; ++i) {
    const double t = static_cast<double>(targets[i]), p = static_cast<double>(restored[i]);
    if (t != 0) sum -= t * log_of(p);
    if (binary && t != 1) sum -= (1 - t) * log_of(1 - p);
  }
  return sum;
}

double squared_distance(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (Index i = 0; i < a.n_elem; ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return sum;
}

}  // namespace

void AutoencoderTaskOptions::visit(OptionVisitor& v) {
  v.integer("batch-size", batch_size, 1, 1 << 20, "examples a batch");
}

AutoencoderTask::AutoencoderTask(Autoencoder& model, const AutoencoderTaskOptions& options,
                                 const FeatureTable& train, const FeatureTable* valid,
                                 std::uint64_t seed)
    : model_(model),
      batch_size_(static_cast<std::size_t>(options.batch_size)),
      train_(train),
      valid_(valid),
      random_(seed, "shuffle") {}

void AutoencoderTask::begin_epoch() {
  order_.resize(train_.examples());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
  RandomStream stream = random_;
  RandomStream(stream.next(), "epoch").shuffle(order_);
}

bool AutoencoderTask::next_batch() {
  if (order_.empty()) begin_epoch();
  if (next_ == order_.size()) {
    random_.next();  // the next epoch's order is another
    order_.clear();
    next_ = 0;
    return false;
  }
  const std::size_t count = std::min(batch_size_, order_.size() - next_);
  batch_.set_size(train_.features(), count);
  for (std::size_t n = 0; n < count; ++n) train_.copy(order_[next_ + n], batch_.colptr(n));
  next_ += count;
  return true;
}

std::uint64_t AutoencoderTask::epoch_updates() const {
  return (train_.examples() + batch_size_ - 1) / batch_size_;
}

Evaluation AutoencoderTask::validate() {
  if (!valid_) return {};
  Evaluation evaluation;
  evaluation.measures = evaluate_features(model_, *valid_, model_.noise());
  evaluation.criterion = of_shares(model_) ? "loss" : "mse";
  evaluation.value = evaluation.measures.at(evaluation.criterion).get<double>();
  return evaluation;
}

void AutoencoderTask::illustrate(Report& report) const {
  add_autoencoder_pictures(report, model_, train_, valid_ ? *valid_ : train_);
}

nlohmann::json AutoencoderTask::state() const {
  return {{"random", random_.state()}, {"next", next_}};
}

void AutoencoderTask::restore(const nlohmann::json& state) {
  random_.set_state(state.at("random").get<RandomStream::State>());
  begin_epoch();
  next_ = std::min(state.at("next").get<std::size_t>(), order_.size());
}

std::vector<std::string> AutoencoderTask::self_test_inputs() const {
  return self_test_samples(model_, train_);
}

Matrix columns_of(const FeatureTable& table, std::size_t begin, std::size_t end) {
  Matrix columns(table.features(), end - begin);
  for (std::size_t n = begin; n < end; ++n) table.copy(n, columns.colptr(n - begin));
  return columns;
}

nlohmann::json evaluate_features(const FeatureModel& model, const FeatureTable& data,
                                 const Noise& noise) {
  const auto* autoencoder = dynamic_cast<const Autoencoder*>(&model);
  const bool entropy =
      autoencoder && autoencoder->options().loss == ReconstructionLoss::cross_entropy;
  double squares = 0, noise_squares = 0, entropies = 0;
  for (std::size_t begin = 0; begin < data.examples(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, data.examples());
    const Matrix clean = columns_of(data, begin, end);
    Matrix noisy = clean;
    corrupt(noisy, noise, kMeasuringNoise + begin);
    noise_squares += squared_distance(noisy, clean);
    const Matrix restored = model.restore(noisy);
    const Matrix targets = of_shares(model) ? shares(clean) : clean;
    squares += squared_distance(restored, targets);
    if (entropy) entropies += cross_entropy(targets, restored, !of_shares(model));
  }
  const double examples = static_cast<double>(std::max<std::size_t>(1, data.examples()));
  const double numbers = examples * static_cast<double>(std::max<std::size_t>(1, data.features()));
  nlohmann::json measures = {{"examples", data.examples()},
                             {"mse", squares / numbers},
                             {"squared_error", squares / examples}};
  if (autoencoder) measures["loss"] = (entropy ? entropies : squares) / examples;
  if (noise.kind != NoiseKind::none) measures["noisy_mse"] = noise_squares / numbers;
  return measures;
}

Matrix encode_table(const FeatureModel& model, const FeatureTable& data) {
  Matrix codes(static_cast<Index>(model.code_size()), data.examples());
  for (std::size_t begin = 0; begin < data.examples(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, data.examples());
    codes.cols(begin, end - 1) = model.encode(columns_of(data, begin, end));
  }
  return codes;
}

std::vector<std::string> self_test_samples(const FeatureModel& model, const FeatureTable& data) {
  constexpr std::size_t kSamples = 3;
  if (model.tokenizer()) return kSelfTestLines;
  std::vector<std::string> rows;
  for (std::size_t n = 0; n < std::min(kSamples, data.examples()); ++n) {
    const Matrix column = columns_of(data, n, n + 1);
    std::string row;
    for (const real number : column) {
      char text[32];
      std::snprintf(text, sizeof text, "%.6g", static_cast<double>(number));
      row += (row.empty() ? "" : ",") + std::string(text);
    }
    rows.push_back(row);
  }
  return rows;
}

FeatureTable read_table(const FeatureModel& model, const FeatureFile& file) {
  if (model.tokenizer()) {
    if (file.kind != FeatureKind::texts)
      throw FormatError(file.path, "it holds numbers, but the model reads texts; give texts");
    return FeatureTable::read_texts(file, model.features(),
                                    [&](std::string_view text) { return model.bag(text); });
  }
  if (file.kind == FeatureKind::texts)
    throw FormatError(file.path, "it holds no rows of numbers, but the model reads rows of " +
                                     std::to_string(model.features()) + "; give such rows");
  FeatureTable table = FeatureTable::read(file);
  if (table.features() != model.features())
    throw FormatError(file.path, "its examples have " + std::to_string(table.features()) +
                                     " numbers, but the model reads " +
                                     std::to_string(model.features()));
  return table;
}

}  // namespace weft
