#include "models/nets/cached_model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace weft {

void ContinuousCacheOptions::visit(OptionVisitor& v) {
  v.integer("cache-size", size, 0, 1000000,
            "of a network: positions that a continuous cache remembers; 0: none");
  v.only_with("cache-size", size > 0, [&] {
    v.number("cache-theta", theta, 0, 1000,
             "how much the cache prefers similar positions; 0.1 to 2 are usual");
    v.number("cache-lambda", lambda, 0, 0.99, "weight of the cache");
  });
}

namespace {

const LanguageModel& with_hidden_states(const NextTokenModel& model) {
  if (const auto* network = dynamic_cast<const LanguageModel*>(&model)) return *network;
  throw UserError("an n-gram model has no hidden state; leave out --cache-size");
}

}  // namespace

struct CachedModel::CachedReading : NextTokenModel::Reading {
  CachedReading(Matrix next, ReadingPointer of_network, Positions before)
      : Reading(std::move(next)), network(std::move(of_network)), positions(std::move(before)) {}
  ReadingPointer network;
  Positions positions;
};

CachedModel::CachedModel(const NextTokenModel& network, const ContinuousCacheOptions& options)
    : NextTokenModel(network.shared_tokenizer()),
      network_(with_hidden_states(network)),
      options_(options) {}

const CachedModel::CachedReading& CachedModel::parts(const ReadingPointer& reading) {
  return static_cast<const CachedReading&>(*reading);
}

NextTokenModel::ReadingPointer CachedModel::mixed(ReadingPointer network,
                                                  Positions positions) const {
  const auto size = static_cast<std::size_t>(options_.size);
  if (positions.size() > size)
    positions.erase(positions.begin(), positions.end() - static_cast<std::ptrdiff_t>(size));
  Matrix next = network->next();
  if (!positions.empty()) {
    const Matrix& hidden = LanguageModel::hidden(network);
    std::vector<double> weights;
    for (const auto& position : positions)
      weights.push_back(options_.theta * static_cast<double>(arma::dot(hidden, position->hidden)));
    const double most = *std::max_element(weights.begin(), weights.end());
    double all = 0;
    for (double& weight : weights) all += weight = std::exp(weight - most);
    Matrix cached(next.n_rows, 1, arma::fill::zeros);
    for (std::size_t i = 0; i < weights.size(); ++i)
      cached[static_cast<Index>(positions[i]->token)] +=
          static_cast<real>(options_.lambda * weights[i] / all);
    const real own = static_cast<real>(1 - options_.lambda);
    next = arma::log(own * arma::exp(next) + cached);
  }
  return std::make_shared<CachedReading>(std::move(next), std::move(network), std::move(positions));
}

NextTokenModel::ReadingPointer CachedModel::begin() const { return mixed(network_.begin(), {}); }

std::vector<NextTokenModel::ReadingPointer> CachedModel::advance(
    const std::vector<ReadingPointer>& readings, const std::vector<int>& tokens) const {
  std::vector<ReadingPointer> before;
  for (const ReadingPointer& reading : readings) before.push_back(parts(reading).network);
  const std::vector<ReadingPointer> network = network_.advance(before, tokens);
  std::vector<ReadingPointer> result;
  for (std::size_t n = 0; n < tokens.size(); ++n) {
    Positions positions = parts(readings[n]).positions;
    positions.push_back(
        std::make_shared<const Position>(LanguageModel::hidden(before[n]), tokens[n]));
    result.push_back(mixed(network[n], std::move(positions)));
  }
  return result;
}

NextTokenModel::ReadingPointer CachedModel::read(const ReadingPointer& reading,
                                                 const std::vector<int>& tokens) const {
  if (tokens.empty()) return reading;
  const ReadingPointer& before = parts(reading).network;
  Positions positions = parts(reading).positions;
  Matrix hidden;
  ReadingPointer network = network_.read(before, tokens, &hidden);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    positions.push_back(std::make_shared<const Position>(
        i == 0 ? LanguageModel::hidden(before) : Matrix(hidden.col(i - 1)), tokens[i]));
  return mixed(std::move(network), std::move(positions));
}

}  // namespace weft
