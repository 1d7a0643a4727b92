// Autoencoders and projections on data: fitted, measured, illustrated.
#include "train/tasks/autoencoder_task.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "models/nets/projection.h"
#include "tests/corpora/temporary_files.h"
#include "train/measures/retrieval.h"
#include "train/tasks/projection_fit.h"
#include "train/trainer.h"

namespace weft {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

/// Rows of numbers that lie near a plane of `inner` dimensions, as CSV.
std::string near_a_plane(std::size_t examples, std::size_t features, std::size_t inner) {
  RandomStream random(5, "plane");
  arma::mat directions(features, inner);
  for (double& number : directions) number = random.normal();
  std::string text;
  for (std::size_t n = 0; n < examples; ++n) {
    arma::vec x(features, arma::fill::ones);
    for (std::size_t k = 0; k < inner; ++k)
      x += directions.col(k) * random.normal() / static_cast<double>(k + 1);
    for (std::size_t i = 0; i < features; ++i)
      text += (i ? "," : "") + std::to_string(x(i) + 0.01 * random.normal());
    text += "\n";
  }
  return text;
}

class OnPlane : public testing::Test {
 private:
  TemporaryFiles files_;

 protected:
  FeatureTable table_ =
      FeatureTable::read(inspect_features(files_.write("plane.csv", near_a_plane(60, 7, 3)), {}));
  arma::mat data_ = arma::conv_to<arma::mat>::from(columns_of(table_, 0, 60));

  std::unique_ptr<Projection> fitted(ProjectionMethod method, int code) {
    ProjectionOptions options;
    options.method = method;
    options.code = code;
    auto model = std::make_unique<Projection>(options, FeatureInput{7, 0, 0, {}}, nullptr);
    fit(*model, table_, 1);
    return model;
  }
};

/// What is lost where all but the strongest `kept` singular values are left out.
double lost(const arma::mat& data, arma::uword kept) {
  const arma::vec values = arma::svd(data);
  return arma::accu(arma::square(values.tail(values.n_elem - kept))) /
         static_cast<double>(data.n_cols);
}

TEST_F(OnPlane, PcaLosesAsLittleAsTheSingularValuesSay) {
  const arma::mat centred = data_.each_col() - arma::mean(data_, 1);
  for (const int code : {1, 2, 3}) {
    const auto measures = evaluate_features(*fitted(ProjectionMethod::pca, code), table_);
    const double least = lost(centred, static_cast<arma::uword>(code));
    EXPECT_NEAR(measures.at("squared_error").get<double>(), least, 1e-3 * least + 1e-5);
    EXPECT_NEAR(measures.at("mse").get<double>(), least / 7, 1e-3 * least / 7 + 1e-6);
  }
}

TEST_F(OnPlane, LsaIsTheTruncatedSvd) {
  for (const int code : {1, 3}) {
    const auto measures = evaluate_features(*fitted(ProjectionMethod::lsa, code), table_);
    const double least = lost(data_, static_cast<arma::uword>(code));
    EXPECT_NEAR(measures.at("squared_error").get<double>(), least, 1e-3 * least + 1e-5);
  }
}

TEST_F(OnPlane, PcaNeedsAsManyExamplesAsDirections) {
  ProjectionOptions options;
  options.code = 5;
  Projection model(options, FeatureInput{7, 0, 0, {}}, nullptr);
  const FeatureTable few = table_.part(0, 4);
  EXPECT_THAT(complaint([&] { fit(model, few, 1); }), HasSubstr("too few for a code of 5"));
}

// A linear autoencoder finds the plane of the principal components (Baldi & Hornik 1989).
TEST_F(OnPlane, ALinearAutoencoderEndsAtPca) {
  AutoencoderOptions options;
  options.code = 2;
  options.output = OutputUnits::linear;
  Autoencoder model(options, FeatureInput{7, 0, 0, {}}, nullptr);
  model.parameters().initialize(1);
  AutoencoderTaskOptions task_options;
  task_options.batch_size = 20;
  AutoencoderTask task(model, task_options, table_, &table_, 1);
  TrainerOptions trainer_options;
  trainer_options.epochs = 400;
  trainer_options.clip = 0;
  trainer_options.schedule.kind = ScheduleKind::cosine;
  trainer_options.schedule.learning_rate = 0.02;
  Trainer trainer(trainer_options, task);
  const std::atomic<bool> no_interrupt = false;
  trainer.run(no_interrupt);
  const double pca =
      evaluate_features(*fitted(ProjectionMethod::pca, 2), table_).at("mse").get<double>();
  const double reached = trainer.best().value;
  EXPECT_GE(reached, 0.999 * pca);
  EXPECT_LE(reached, 1.02 * pca);
}

TEST_F(OnPlane, NoiseIsMeasuredAgainstTheCleanExamples) {
  const auto model = fitted(ProjectionMethod::pca, 3);
  const auto clean = evaluate_features(*model, table_);
  const auto noisy = evaluate_features(*model, table_, {NoiseKind::gaussian, 0.5});
  EXPECT_FALSE(clean.contains("noisy_mse"));
  EXPECT_NEAR(noisy.at("noisy_mse").get<double>(), 0.25, 0.04);
  // Of the noise, what lies in three of seven directions stays.
  EXPECT_NEAR(noisy.at("mse").get<double>(), 0.25 * 3 / 7, 0.03);
  EXPECT_EQ(noisy, evaluate_features(*model, table_, {NoiseKind::gaussian, 0.5}));
}

TEST_F(OnPlane, BatchesGoOnWhereTheyWere) {
  AutoencoderOptions options;
  options.code = 2;
  Autoencoder model(options, FeatureInput{7, 0, 0, {}}, nullptr);
  AutoencoderTaskOptions task_options;
  task_options.batch_size = 16;
  const auto drawn = [](AutoencoderTask& task, int count) {
    std::vector<std::uint64_t> sizes;
    for (int i = 0; i < count; ++i) sizes.push_back(task.next_batch() ? task.batch_targets() : 0);
    return sizes;
  };
  AutoencoderTask task(model, task_options, table_, nullptr, 1);
  EXPECT_EQ(task.epoch_updates(), 4u);
  EXPECT_THAT(drawn(task, 6), ElementsAre(16, 16, 16, 12, 0, 16));
  const nlohmann::json state = task.state();
  AutoencoderTask other(model, task_options, table_, nullptr, 1);
  other.restore(state);
  model.parameters().initialize(1);
  for (int i = 0; i < 8; ++i) {
    ASSERT_EQ(task.next_batch(), other.next_batch());
    Tape tape;
    EXPECT_EQ(task.loss(tape).value()(0, 0), other.loss(tape).value()(0, 0));
  }
}

TEST(Retrieval, CountsWhatHasTheSameLabel) {
  // Two directions; the third of "b" points the wrong way.
  const Matrix codes = {{1, 2, 0, 0.1f, 1}, {0, 0.1f, 1, 2, 0}};
  const auto curve = retrieval_precision(codes, {"a", "a", "b", "b", "b"});
  ASSERT_EQ(curve.size(), 3u);
  EXPECT_THAT(curve[0], Pair(1, testing::DoubleNear(3.0 / 5, 1e-9)));
  EXPECT_EQ(curve[1].first, 3u);
  EXPECT_THAT(curve[2], Pair(4, testing::DoubleNear((2 * 0.25 + 3 * 0.5) / 5, 1e-9)));
  EXPECT_TRUE(retrieval_precision(Matrix(2, 0), {}).empty());
}

}  // namespace
}  // namespace weft
