// weft demo: trains on the bundled samples, answers, and writes a page to look at.
#include <iostream>
#include <string>
#include <vector>

#include "base/file.h"
#include "corpora/bundled.h"
#include "models/nets/completion.h"
#include "tools/commands.h"
#include "tools/demo_page.h"
#include "tools/output.h"
#include "train/tasks/translation_task.h"

namespace weft {
namespace {

constexpr std::size_t kOpinions = 8000, kMails = 6000, kPairs = 8000, kHeldOut = 500;

struct DemoOptions {
  std::string out = "weft-demo.html";
  std::int64_t seed = 1;
  void visit(OptionVisitor& v) {
    v.file("out", out, "file to write the page to");
    v.integer("seed", seed, 0, INT64_MAX, "of the samples and of all that is drawn at random");
  }
};

std::vector<CompletedOpening> complete_openings(const LanguageModel& model, std::uint64_t seed) {
  CompletionOptions options;
  options.count = 3;
  options.max_tokens = 8;
  RandomStream random(seed, "sample");
  const CompletionModel shared(model);
  std::vector<CompletedOpening> completed;
  for (const char* opening :
       {"Thank you for", "Could you please", "I am looking forw", "The meet"}) {
    CompletedOpening& entry = completed.emplace_back(CompletedOpening{opening, {}});
    for (const Continuation& continuation : complete(shared, opening, options, random)) {
      entry.continuations.push_back(continuation.text);
    }
  }
  return completed;
}

/// Sentences of the test part, spread over it.
std::vector<TranslatedSentence> translate_some(const Translator& model, const SampleFiles& files) {
  constexpr std::size_t kShown = 6;
  const std::vector<TextPair> pairs = read_pairs({files.test()}, {});
  std::vector<std::string> sources;
  for (std::size_t k = 0; k < kShown; ++k)
    sources.push_back(pairs[k * pairs.size() / kShown].source);
  const auto found =
      TranslationSearch(model).translate(sources, TranslationOptions(), /*keep_attention=*/true);
  std::vector<TranslatedSentence> translated;
  for (std::size_t k = 0; k < kShown; ++k)
    translated.push_back({sources[k], pairs[k * pairs.size() / kShown].target, found[k].front()});
  return translated;
}

std::string column(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

void print(const DemoResults& results, const std::vector<std::string>& sentences) {
  const auto accuracy = [](const DemoTraining& training) {
    return percent(training.held_out.at("accuracy").get<double>());
  };
  constexpr std::size_t kWide = 40, kNarrow = 20;
  std::cout << "\n"
            << column("Opinions", kWide) << column("bag of words", kNarrow) << "LSTM\n"
            << column("held-out accuracy", kWide) << column(accuracy(results.bag.training), kNarrow)
            << accuracy(results.lstm.training) << "\n";
  for (const std::string& sentence : sentences) {
    const Verdict bag = classify(*results.bag.model, sentence);
    const Verdict lstm = classify(*results.lstm.model, sentence);
    std::cout << column(sentence, kWide)
              << column(bag.label + " " + percent(bag.probability), kNarrow) << lstm.label << " "
              << percent(lstm.probability) << "\n";
  }
  std::cout << "\nE-mails, completed\nheld-out perplexity "
            << short_number(results.mail.training.held_out.at("perplexity").get<double>()) << "\n";
  for (const CompletedOpening& completed : results.completed) {
    for (const std::string& continuation : completed.continuations) {
      std::cout << "  " << completed.opening << "|" << one_line(continuation) << "\n";
    }
  }
  std::cout << "\nEnglish to French\nheld-out BLEU "
            << short_number(results.translator.training.held_out.at("bleu").get<double>()) << "\n";
  for (const TranslatedSentence& each : results.translated) {
    std::cout << "  " << column(each.source, kWide) << one_line(each.translation.text) << "\n";
  }
  std::cout << "\nShapes restored from noise\nmean squared error a pixel "
            << noise_removed(results.shapes.training) << "\n";
}

}  // namespace

void demo_command(const Arguments& arguments) {
  DemoOptions options;
  ThreadOptions threads;
  OptionParser parser("demo", "[--out FILE]",
                      "Trains five small models on the bundled samples, shows what they answer, "
                      "and writes a page.");
  parser.group("Demo", options);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();
  require_writable(options.out);

  const auto seed = static_cast<std::uint64_t>(options.seed);
  ProgressDisplay display;
  const SampleFiles opinions("opinions", seed, kOpinions, kHeldOut);
  const SampleFiles mails("emails", seed, kMails, kHeldOut);
  DemoResults results;
  display.say("a bag of words learns from " + with_commas(kOpinions) + " opinions");
  results.bag = train_demo_classifier(ClassifierArch::bow, opinions, seed, display);
  display.say("an LSTM learns from the same opinions");
  results.lstm = train_demo_classifier(ClassifierArch::lstm, opinions, seed, display);
  display.say("a language model learns from " + with_commas(kMails) + " lines of e-mails");
  results.mail = train_demo_language_model(mails, seed, display);
  results.completed = complete_openings(*results.mail.model, seed);
  const SampleFiles pairs("english-french", seed, kPairs, kHeldOut);
  display.say("a translator learns from " + with_commas(kPairs) + " English sentences in French");
  results.translator = train_demo_translator(pairs, seed, display);
  results.translated = translate_some(*results.translator.model, pairs);

  display.say("an autoencoder learns to draw shapes that it sees through noise");
  results.shapes = train_demo_autoencoder(seed, display);

  print(results, demo_sentences());
  write_report(options.out, demo_page(results, demo_sentences()));
  std::cout << "\nA page with learning curves, the LSTM's hidden state, the translator's attention "
               "and the shapes: "
            << options.out << "\n";
}

}  // namespace weft
