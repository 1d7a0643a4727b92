// Sorts comments by how pleased they sound:  example_classify_comments opinions.weft < comments.txt
//
// The model is loaded once and const from then on; any number of threads may ask it at once.

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "models/file/model_file.h"
#include "models/nets/classifier.h"

int main(int argc, char** argv) try {
  if (argc != 2)
    throw weft::UserError("name a classifier trained with labels that include \"positive\"");
  const auto loaded = weft::load_model_as<weft::Classifier>(argv[1], "classifier");
  const weft::Classifier& model = *loaded.model;
  const auto& labels = model.labels();
  const auto positive = std::find(labels.begin(), labels.end(), "positive");
  if (positive == labels.end()) throw weft::UserError("the model has no label \"positive\"");

  std::vector<std::pair<weft::real, std::string>> comments;
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<int> ids = model.encode(line);
    weft::ClassifierInput input;
    input.tokens = weft::make_token_batch({&ids});
    const weft::Matrix probabilities = model.probabilities(input);
    comments.emplace_back(probabilities(static_cast<weft::Index>(positive - labels.begin()), 0),
                          line);
  }
  std::stable_sort(comments.begin(), comments.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [probability, line] : comments) std::cout << probability << '\t' << line << '\n';
  return 0;
} catch (const weft::UserError& error) {
  std::cerr << "example: " << error.what() << '\n';
  return 2;
}
