// Small data and small models, made in a moment, for tests that drive the program.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weft_process.h"

namespace weft::testing {

/// Forty opinions, label<TAB>text; no two alike.
inline std::string opinions() {
  std::string text;
  for (const char* thing : {"car", "book", "film", "meal", "hat"}) {
    for (const char* word : {"good", "great", "fine", "lovely"}) {
      text += std::string("positive\tthis is a ") + word + " " + thing + "\n";
    }
    for (const char* word : {"bad", "poor", "awful", "dull"}) {
      text += std::string("negative\tthis is a ") + word + " " + thing + ", is it not?\n";
    }
  }
  return text;
}

/// Lines of plain text.
inline std::string mails() {
  std::string text;
  for (const char* what : {"letter", "call", "visit", "report"}) {
    for (const char* who : {"Anna", "Peter", "my friends", "all of you"}) {
      text += std::string("thank you for the ") + what + "\n";
      text += std::string("best wishes from ") + who + " and me\n";
    }
  }
  return text;
}

/// Lines source<TAB>target.
inline std::string pairs() {
  std::string text = "a red car\tune voiture rouge\n";
  const char* things[][2] = {
      {"car", "la voiture"}, {"house", "la maison"}, {"table", "la table"}, {"key", "la clé"}};
  const char* colours[][2] = {{"red", "rouge"}, {"big", "grande"}, {"old", "vieille"}};
  for (const auto& thing : things) {
    for (const auto& colour : colours) {
      text += std::string("the ") + thing[0] + " is " + colour[0] + ".\t" + thing[1] + " est " +
              colour[1] + ".\n";
    }
  }
  return text;
}

using Words = std::vector<std::string>;

inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The options of a task that make it small and quick.
inline Words train_words(const std::string& task) {
  Words words = {"train", task, "--hidden", "6", "--batch-size", "4", "--epochs", "2"};
  if (task == "translator") words = words + Words{"--tokenizer", "unicode-words"};
  return words + (task == "lm" ? Words{"--bptt", "5"} : Words{"--embedding", "6"});
}

/// A folder with data and, on demand, models.
class ToolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder.write("opinions.tsv", opinions());
    folder.write("mails.txt", mails());
    folder.write("pairs.tsv", pairs());
  }

  static std::string data_of(const std::string& task) {
    return task == "lm" ? "mails.txt" : task == "translator" ? "pairs.tsv" : "opinions.tsv";
  }
  /// Trains on `data` and returns how that went; the model's name is `name`.
  Result train(const std::string& task, const std::string& name, const std::string& data,
               const Words& more = {}) {
    return weft(folder, train_words(task) + Words{"--train", data, "--model", name} + more);
  }
  /// "lm.weft", "classifier.weft" or "translator.weft", trained.
  std::string model(const std::string& task) {
    const std::string name = task + ".weft";
    if (!folder.has(name)) {
      const Result result = train(task, name, data_of(task), {"--valid", data_of(task)});
      if (result.exit != 0) throw std::runtime_error(result.err);
    }
    return name;
  }

  Folder folder;
};

/// Exit 2, and one line on stderr that begins `weft: error: ` and holds `words`, the last one.
inline void expect_user_error(const Result& result, const std::string& words) {
  EXPECT_EQ(result.exit, 2) << "signal " << result.signal << "\n" << result.err;
  EXPECT_EQ(result.out, "");
  int errors = 0;
  const Words lines = lines_of(result.err);
  for (const std::string& line : lines) errors += line.starts_with("weft: ");
  EXPECT_EQ(errors, 1) << result.err;
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(lines.back().starts_with("weft: error: ")) << result.err;
  EXPECT_THAT(lines.back(), ::testing::HasSubstr(words));
}

}  // namespace weft::testing
