// Reads the numbers that the scripts in tests/golden wrote.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "gradient_testing.h"

namespace weft {

inline nlohmann::json read_golden(const std::string& name) {
  std::ifstream file(std::string(WEFT_SOURCE_DIR) + "/tests/golden/" + name);
  if (!file) throw std::runtime_error("tests/golden/" + name + " cannot be read");
  return nlohmann::json::parse(file);
}

inline Matrix golden_matrix(const nlohmann::json& json) {
  const std::vector<real> data = json.at("data").get<std::vector<real>>();
  const Index rows = json.at("rows").get<Index>(), columns = json.at("columns").get<Index>();
  if (data.size() != rows * columns) throw std::runtime_error("a golden matrix has a wrong size");
  return Matrix(data.data(), rows, columns);
}

/// Relative to the number, or to 1 where it is smaller.
constexpr double kGoldenTolerance = 1e-12;

inline void expect_golden(const Matrix& actual, const nlohmann::json& expected,
                          const std::string& what) {
  expect_near(actual, golden_matrix(expected), kGoldenTolerance, what);
}

inline Parameter& golden_parameter(ParameterStore& store, const std::string& name,
                                   const nlohmann::json& json) {
  const Matrix value = golden_matrix(json);
  Parameter& parameter = store.add(name, value.n_rows, value.n_cols, Initializer::zeros());
  parameter.value = value;
  return parameter;
}

/// A gradient with zeros where nothing was touched.
inline Matrix whole_gradient(const Gradient& gradient) {
  if (gradient.dense) return gradient.value;
  Matrix result(gradient.value.n_rows, gradient.value.n_cols, arma::fill::zeros);
  for (const std::uint32_t column : gradient.columns)
    result.col(column) = gradient.value.col(column);
  return result;
}

}  // namespace weft
