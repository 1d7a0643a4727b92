#include "train/tasks/autoencoder_pictures.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "train/measures/retrieval.h"
#include "train/tasks/autoencoder_task.h"
#include "train/tasks/projection_fit.h"

namespace weft {
namespace {

constexpr std::size_t kImages = 16;      // a row
constexpr std::size_t kUnits = 10 * 16;  // whose strongest inputs are shown
constexpr std::size_t kKernel = kernels::ConvolutionShape{}.kernel;
constexpr std::size_t kPoints = 2000;
constexpr std::size_t kTexts = 4000;
constexpr std::size_t kFitted = 10000;  // examples that principal components are taken of

std::vector<std::vector<float>> tiles(const Matrix& columns) {
  std::vector<std::vector<float>> pictures;
  for (Index n = 0; n < columns.n_cols; ++n)
    pictures.emplace_back(columns.begin_col(n), columns.end_col(n));
  return pictures;
}

FeatureTable first(const FeatureTable& table, std::size_t count) {
  return table.part(0, std::min(count, table.examples()));
}

void add_restored(Report& report, const Autoencoder& model, const FeatureTable& shown) {
  const Matrix clean = columns_of(shown, 0, std::min(kImages, shown.examples()));
  const bool noise = model.noise().kind != NoiseKind::none;
  Matrix noisy = clean;
  corrupt(noisy, model.noise(), 1);
  ImageGrid grid{noise ? "Inputs, noisy inputs, and what is restored from those"
                       : "Inputs, and what is restored from their codes",
                 shown.height(),
                 shown.width(),
                 {tiles(clean)}};
  if (noise) grid.rows.push_back(tiles(noisy));
  grid.rows.push_back(tiles(model.restore(noisy)));
  report.blocks.push_back(std::move(grid));
}

/// Grey is 0, white the largest and black the smallest weight of a unit.
void add_strongest_inputs(Report& report, const Autoencoder& model, const FeatureTable& shown) {
  Matrix inputs = model.strongest_inputs(kUnits);
  for (Index unit = 0; unit < inputs.n_cols; ++unit) {
    const real largest = arma::abs(inputs.col(unit)).max();
    inputs.col(unit) = real(0.5) + inputs.col(unit) / (2 * std::max(largest, real(1e-30)));
  }
  const bool of_patches = !model.options().convolutions.empty();
  ImageGrid grid{of_patches ? "The patch that excites each channel of the first layer most"
                            : "The input that excites each unit of the first layer most",
                 of_patches ? kKernel : shown.height(),
                 of_patches ? kKernel : shown.width(),
                 {}};
  const auto pictures = tiles(inputs);
  for (std::size_t begin = 0; begin < pictures.size(); begin += kImages)
    grid.rows.emplace_back(
        pictures.begin() + static_cast<std::ptrdiff_t>(begin),
        pictures.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kImages, pictures.size())));
  report.blocks.push_back(std::move(grid));
}

std::unique_ptr<Projection> fitted(ProjectionMethod method, const Autoencoder& model,
                                   const FeatureTable& data) {
  ProjectionOptions options;
  options.method = method;
  options.code = model.code_size();
  auto projection = std::make_unique<Projection>(options, model.input(), nullptr);
  fit(*projection, data, 1);
  return projection;
}

ScatterPlot scatter(const std::string& title, const Matrix& codes, const FeatureTable& shown) {
  ScatterPlot plot{title, {}};
  for (Index n = 0; n < codes.n_cols; ++n)
    plot.points.push_back({static_cast<double>(codes(0, n)), static_cast<double>(codes(1, n)),
                           shown.labels().empty() ? "" : shown.labels()[n]});
  return plot;
}

void add_scatter(Report& report, const Autoencoder& model, const FeatureTable& train,
                 const FeatureTable& shown) {
  const FeatureTable points = first(shown, kPoints), learnt = first(train, kFitted);
  report.blocks.push_back(
      scatter("The two numbers of the code", encode_table(model, points), points));
  if (learnt.examples() < 2 || learnt.features() < 2) return;
  const auto pca = fitted(ProjectionMethod::pca, model, learnt);
  report.blocks.push_back(scatter("Two principal components", encode_table(*pca, points), points));
}

ChartSeries series(const std::string& name, const FeatureModel& model, const FeatureTable& texts) {
  ChartSeries result{name, {}};
  for (const auto& [count, precision] :
       retrieval_precision(encode_table(model, texts), texts.labels()))
    result.points.emplace_back(std::log2(static_cast<double>(count + 1)), precision);
  return result;
}

void add_retrieval(Report& report, const Autoencoder& model, const FeatureTable& train,
                   const FeatureTable& shown) {
  const FeatureTable texts = first(shown, kTexts), learnt = first(train, kFitted);
  LineChart chart{"Texts with the same label among the nearest ones",
                  "log2 (texts fetched + 1)",
                  "precision",
                  {series("codes of the autoencoder", model, texts)},
                  false};
  const auto code = static_cast<std::size_t>(model.code_size());
  if (code <= learnt.features() && code <= learnt.examples())
    chart.series.push_back(
        series("latent semantic analysis", *fitted(ProjectionMethod::lsa, model, learnt), texts));
  report.blocks.push_back(std::move(chart));
}

}  // namespace

void add_autoencoder_pictures(Report& report, const Autoencoder& model, const FeatureTable& train,
                              const FeatureTable& shown) {
  if (shown.height() > 0) {
    add_restored(report, model, shown);
    add_strongest_inputs(report, model, shown);
  }
  if (model.code_size() == 2) add_scatter(report, model, train, shown);
  if (model.tokenizer() && !shown.labels().empty()) add_retrieval(report, model, train, shown);
}

}  // namespace weft
