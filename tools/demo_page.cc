#include "tools/demo_page.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "tokenizer/surface.h"
#include "tools/output.h"
#include "train/report/attention_pictures.h"
#include "train/tasks/autoencoder_pictures.h"

namespace weft {
namespace {

constexpr std::size_t kShownUnits = 24;

ClassifierInput input_of(const std::vector<int>& ids) {
  ClassifierInput input;
  input.tokens = make_token_batch({&ids});
  return input;
}

ReportTable measures_table(const DemoResults& results) {
  const auto row = [](const std::string& name, const Model& model, const DemoTraining& training,
                      const std::string& measure) {
    return std::vector<std::string>{name, with_commas(model.parameters().count()),
                                    readable_duration(training.seconds), measure};
  };
  const auto accuracy = [](const DemoTraining& training) {
    return "accuracy " + percent(training.held_out.at("accuracy").get<double>());
  };
  ReportTable table;
  table.columns = {"model", "parameters", "trained in", "on held-out lines"};
  table.rows = {
      row("bag of words", *results.bag.model, results.bag.training, accuracy(results.bag.training)),
      row("LSTM", *results.lstm.model, results.lstm.training, accuracy(results.lstm.training)),
      row("e-mail language model", *results.mail.model, results.mail.training,
          "perplexity " +
              short_number(results.mail.training.held_out.at("perplexity").get<double>())),
      row("translator, English to French", *results.translator.model, results.translator.training,
          "BLEU " + short_number(results.translator.training.held_out.at("bleu").get<double>())),
      row("denoising autoencoder", *results.shapes.model, results.shapes.training,
          "mean squared error " + noise_removed(results.shapes.training))};
  return table;
}

ReportTable sentences_table(const DemoResults& results, const std::vector<std::string>& sentences) {
  ReportTable table;
  table.columns = {"sentence", "bag of words", "LSTM"};
  for (const std::string& sentence : sentences) {
    std::vector<std::string> row = {sentence};
    for (const Classifier* model : {results.bag.model.get(), results.lstm.model.get()}) {
      const Verdict verdict = classify(*model, sentence);
      row.push_back(verdict.label + ", " + percent(verdict.probability));
    }
    table.rows.push_back(row);
  }
  return table;
}

/// The units whose values move most while the sentence is read, in the order of the layer.
std::vector<Index> liveliest_units(const Matrix& hidden) {
  std::vector<Index> units(hidden.n_rows);
  std::iota(units.begin(), units.end(), Index{0});
  const arma::Col<real> movement = arma::var(hidden, 0, 1);
  std::stable_sort(units.begin(), units.end(),
                   [&](Index a, Index b) { return movement(a) > movement(b); });
  units.resize(std::min(units.size(), kShownUnits));
  std::sort(units.begin(), units.end());
  return units;
}

std::vector<std::string> shown_words(const Tokenizer& tokenizer, const std::string& sentence) {
  std::vector<std::string> words;
  for (const std::string& piece : tokenizer.split(sentence))
    words.push_back(surface(tokenizer, piece).text);
  return words;
}

HeatMap hidden_map(const Classifier& model, const std::string& sentence) {
  Tape tape;
  const Matrix hidden = model.hidden(tape, input_of(model.encode(sentence))).value();
  HeatMap map;
  map.title = "The hidden state after each word: the units that move most";
  map.column_labels = shown_words(*model.tokenizer(), sentence);
  for (const Index unit : liveliest_units(hidden)) {
    map.row_labels.push_back("unit " + std::to_string(unit + 1));
    std::vector<double>& row = map.values.emplace_back();
    for (Index step = 0; step < hidden.n_cols; ++step) {
      row.push_back(static_cast<double>(hidden(unit, step)));
    }
  }
  return map;
}

/// What the model would answer if the sentence ended after each word.
HeatMap opinion_map(const Classifier& model, const std::string& sentence) {
  const std::vector<int> ids = model.encode(sentence);
  HeatMap map;
  map.title = "The opinion so far: blue is negative, red is positive";
  map.column_labels = shown_words(*model.tokenizer(), sentence);
  map.row_labels = {"opinion"};
  map.range = 1;
  std::vector<double>& row = map.values.emplace_back();
  for (std::size_t length = 1; length <= ids.size(); ++length) {
    const std::vector<int> prefix(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(length));
    const Matrix probabilities = model.probabilities(input_of(prefix));
    double opinion = 0;
    for (std::size_t label = 0; label < model.labels().size(); ++label) {
      const double probability = static_cast<double>(probabilities(label, 0));
      opinion += model.labels()[label] == "positive" ? probability : -probability;
    }
    row.push_back(opinion);
  }
  return map;
}

void add_translations(Report& page, const DemoResults& results) {
  page.blocks.push_back(ReportHeading{"From English to French"});
  ReportTable table{{"English", "the translator", "written by hand"}, {}};
  for (const TranslatedSentence& each : results.translated)
    table.rows.push_back({each.source, each.translation.text, each.reference});
  page.blocks.push_back(std::move(table));
  const auto longest = std::max_element(
      results.translated.begin(), results.translated.end(),
      [](const auto& a, const auto& b) { return a.source.size() < b.source.size(); });
  if (longest == results.translated.end()) return;
  page.blocks.push_back(ReportParagraph{
      "Where the translator looks: how much attention each French word (across) pays to each "
      "English word (down)"});
  page.blocks.push_back(
      attention_map(word_attention(*results.translator.model, longest->translation)));
}

void add_shapes(Report& page, const DemoAutoencoder& shapes) {
  page.blocks.push_back(ReportHeading{"Shapes out of noise"});
  page.blocks.push_back(ReportParagraph{
      "An autoencoder squeezes pictures of " + std::to_string(shapes.model->input().features) +
      " pixels through " + std::to_string(shapes.model->code_size()) +
      " numbers and back. It was given noisy pictures and asked for the clean ones."});
  add_autoencoder_pictures(page, *shapes.model, shapes.learnt, shapes.held_out);
}

void add_curves(Report& page, const std::string& title, const DemoTraining& training) {
  page.blocks.push_back(ReportHeading{"Learning curves: " + title});
  add_learning_curves(page, training.curves);
}

}  // namespace

Verdict classify(const Classifier& model, const std::string& text) {
  const Matrix probabilities = model.probabilities(input_of(model.encode(text)));
  const Index best = probabilities.col(0).index_max();
  return {model.labels()[best], static_cast<double>(probabilities(best, 0))};
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

std::string noise_removed(const DemoTraining& training) {
  return short_number(training.held_out.at("noisy_mse").get<double>()) + " before, " +
         short_number(training.held_out.at("mse").get<double>()) + " after";
}

Report demo_page(const DemoResults& results, const std::vector<std::string>& sentences) {
  const std::string& walked = sentences.back();
  Report page;
  page.title = "weft: five small models, trained just now";
  page.blocks = {
      ReportParagraph{
          "Two classifiers have read the same opinions, a language model has read short "
          "e-mails, a translator English sentences with their French, and an autoencoder "
          "has seen shapes. The measures below are taken on lines and shapes that none of "
          "them saw; no sentence is in two parts."},
      measures_table(results),
      ReportHeading{"The same words, another meaning"},
      ReportParagraph{
          "A bag of words knows which words occur. An LSTM reads them one after another "
          "and can let one turn the others around. None of these sentences is among "
          "the samples."},
      sentences_table(results, sentences),
      ReportHeading{"Walking through a sentence"},
      ReportParagraph{"What the LSTM keeps in mind while it reads \"" + walked + "\""},
      opinion_map(*results.lstm.model, walked),
      hidden_map(*results.lstm.model, walked),
      ReportHeading{"How an e-mail goes on"},
  };
  for (const CompletedOpening& completed : results.completed) {
    std::string text;
    for (const std::string& continuation : completed.continuations) {
      text += completed.opening + continuation + "\n";
    }
    page.blocks.push_back(ReportSample{completed.opening, text});
  }
  add_translations(page, results);
  add_shapes(page, results.shapes);
  add_curves(page, "bag of words", results.bag.training);
  add_curves(page, "LSTM", results.lstm.training);
  add_curves(page, "e-mail language model", results.mail.training);
  add_curves(page, "translator", results.translator.training);
  add_curves(page, "denoising autoencoder", results.shapes.training);
  return page;
}

}  // namespace weft
