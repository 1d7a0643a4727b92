// What one layer can learn and what needs two: AND, OR and XOR through the trainer.
#include <gtest/gtest.h>

#include "models/nets/classifier.h"
#include "tests/corpora/temporary_files.h"
#include "train/tasks/classifier_task.h"
#include "train/trainer.h"

namespace weft {
namespace {

constexpr int kCopies = 25;  // of the four examples, so that an epoch is more than one update

std::string truth_table(int (*function)(int, int)) {
  std::string text;
  for (int copy = 0; copy < kCopies; ++copy)
    for (const int a : {0, 1})
      for (const int b : {0, 1})
        text += std::to_string(function(a, b)) + "," + std::to_string(a) + "," + std::to_string(b) +
                "\n";
  return text;
}

/// Share of the four answered right after training.
double accuracy(const ClassifierOptions& options, const TrainerOptions& trainer_options,
                const std::string& path) {
  const LabelledCorpus corpus = survey(path, {});
  Classifier model(options, nullptr, corpus.features, corpus.labels, corpus.multi_label);
  model.parameters().initialize(trainer_options.seed);
  ClassifierTaskOptions task_options;
  task_options.batches.batch_size = 4;
  ClassifierTask task(model, task_options, path, "", {}, trainer_options.seed);
  Trainer trainer(trainer_options, task);
  const std::atomic<bool> no_interrupt = false;
  trainer.run(no_interrupt);
  return evaluate_classifier(model, path, {}).at("accuracy").get<double>();
}

double perceptron_accuracy(int (*function)(int, int)) {
  const TemporaryFiles files;
  ClassifierOptions options;
  options.arch = ClassifierArch::perceptron;
  TrainerOptions trainer;
  trainer.optimizer.kind = OptimizerKind::sgd;
  trainer.schedule.learning_rate = 1;
  trainer.clip = 0;
  trainer.epochs = 10;
  return accuracy(options, trainer, files.write("table.csv", truth_table(function)));
}

int conjunction(int a, int b) { return a & b; }
int disjunction(int a, int b) { return a | b; }
int exclusive(int a, int b) { return a ^ b; }

TEST(BooleanFunctions, APerceptronLearnsAndAndOr) {
  EXPECT_EQ(perceptron_accuracy(conjunction), 1);
  EXPECT_EQ(perceptron_accuracy(disjunction), 1);
}

// No line separates them: three right of four is the most there is.
TEST(BooleanFunctions, APerceptronCannotLearnXor) {
  EXPECT_LE(perceptron_accuracy(exclusive), 0.75);
}

// As docs/xor.md trains it.
TEST(BooleanFunctions, FourHiddenUnitsLearnXorFromEverySeed) {
  const TemporaryFiles files;
  const std::string path = files.write("xor.csv", truth_table(exclusive));
  ClassifierOptions options;
  options.arch = ClassifierArch::mlp;
  options.hidden = 4;
  options.activation = Activation::tanh;
  TrainerOptions trainer;
  trainer.schedule.learning_rate = 0.05;
  trainer.epochs = 20;
  for (trainer.seed = 1; trainer.seed <= 20; ++trainer.seed)
    EXPECT_EQ(accuracy(options, trainer, path), 1) << "seed " << trainer.seed;
}

}  // namespace
}  // namespace weft
