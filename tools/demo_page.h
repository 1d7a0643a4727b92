// The page that `weft demo` writes.
#pragma once

#include <string>
#include <vector>

#include "models/nets/translation_search.h"
#include "tools/demo_models.h"

namespace weft {

/// A label and its probability.
struct Verdict {
  std::string label;
  double probability = 0;
};
Verdict classify(const Classifier& model, const std::string& text);

/// Beginnings of e-mails, each with its continuations, best first.
struct CompletedOpening {
  std::string opening;
  std::vector<std::string> continuations;
};

/// A sentence that was not learned from, and what became of it.
struct TranslatedSentence {
  std::string source, reference;
  TextTranslation translation;  // with its attention
};

struct DemoResults {
  DemoClassifier bag, lstm;
  DemoLanguageModel mail;
  std::vector<CompletedOpening> completed;
  DemoTranslator translator;
  std::vector<TranslatedSentence> translated;
  DemoAutoencoder shapes;
};

/// "0.25 before, 0.014 after": the mean squared error of noisy shapes, and of restored ones.
std::string noise_removed(const DemoTraining& training);

/// "98.5 %"
std::string percent(double share);

/// Measures, the sentences side by side, what the LSTM remembers while it reads, completions,
/// translations with the attention of the longest, shapes restored from noise, and the learning
/// curves.
Report demo_page(const DemoResults& results, const std::vector<std::string>& sentences);

}  // namespace weft
