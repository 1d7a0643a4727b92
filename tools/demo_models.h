// The five small models of `weft demo`, trained on the samples that are part of the program.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "corpora/feature_table.h"
#include "models/nets/autoencoder.h"
#include "models/nets/classifier.h"
#include "models/nets/language_model.h"
#include "models/nets/translator.h"
#include "tools/progress_display.h"
#include "train/report_observer.h"

namespace weft {

/// Files that last as long as the object.
class SampleFiles {
 public:
  /// A sample's three parts as `train`, `valid` and `test`, in the format that readers expect.
  /// Throws UserError for an unknown name, or if there is no room for temporary files.
  SampleFiles(const std::string& name, std::uint64_t seed, std::size_t train_count,
              std::size_t held_out_count);
  ~SampleFiles();
  SampleFiles(const SampleFiles&) = delete;
  SampleFiles& operator=(const SampleFiles&) = delete;

  std::string train() const { return folder_ + "/train"; }
  std::string valid() const { return folder_ + "/valid"; }
  std::string test() const { return folder_ + "/test"; }

 private:
  std::string folder_;
};

/// What there is to tell of a training.
struct DemoTraining {
  LearningCurves curves;
  nlohmann::json held_out;  // measures on the test part
  double seconds = 0;
};

struct DemoClassifier {
  std::unique_ptr<Classifier> model;
  DemoTraining training;
};
struct DemoLanguageModel {
  std::unique_ptr<LanguageModel> model;
  DemoTraining training;
};

struct DemoTranslator {
  std::unique_ptr<Translator> model;
  DemoTraining training;
};

struct DemoAutoencoder {
  std::unique_ptr<Autoencoder> model;
  DemoTraining training;
  FeatureTable learnt, held_out;
};

/// `arch`: bow or lstm. Throws UserError if the user interrupts it.
DemoClassifier train_demo_classifier(ClassifierArch arch, const SampleFiles& files,
                                     std::uint64_t seed, ProgressDisplay& display);
DemoLanguageModel train_demo_language_model(const SampleFiles& files, std::uint64_t seed,
                                            ProgressDisplay& display);
/// Restores shapes from noise.
DemoAutoencoder train_demo_autoencoder(std::uint64_t seed, ProgressDisplay& display);
/// English to French.
DemoTranslator train_demo_translator(const SampleFiles& files, std::uint64_t seed,
                                     ProgressDisplay& display);

}  // namespace weft
