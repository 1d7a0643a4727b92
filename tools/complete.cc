// weft complete: beginnings of lines in, continuations out.
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "models/nets/completer.h"
#include "models/nets/ngram_model.h"
#include "tools/commands.h"
#include "tools/completion_setup.h"
#include "tools/interactive_completion.h"
#include "tools/line_answers.h"
#include "tools/output.h"

namespace weft {
namespace {

struct CompleteOptions {
  bool interactive = false;
  std::string context;
  bool with_context = false;
  bool confidence = false;
  std::int64_t seed = 1;
  void visit(OptionVisitor& v) {
    v.flag("interactive", interactive,
           "type at the terminal: Tab takes the grey suggestion, Up and Down choose another");
    v.text("context", context,
           "what comes before each line: a subject, the mail that is answered (\\n: a line end)");
    visit_with_context(v, with_context);
    v.flag("confidence", confidence, "behind each continuation, a tab and its confidence");
    v.only_for("search", {"sample"},
               [&] { v.integer("seed", seed, 0, INT64_MAX, "of what is drawn"); });
  }
};

/// Line ends as \\n, and so that they can be told from the text, a backslash as two.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') result += '\\';
    result += c == '\n' ? "\\n" : std::string(1, c);
  }
  return result;
}

/// Two contexts, each of which ends its last line.
std::string joined(std::string first, const std::string& second) {
  if (!first.empty() && first.back() != '\n') first += '\n';
  return first + second;
}

std::string tab_separated(const std::vector<Continuation>& continuations, bool escape,
                          bool confidence) {
  std::string line;
  for (const Continuation& continuation : continuations) {
    if (&continuation != &continuations.front()) line += '\t';
    line += one_field(escape ? escaped(continuation.text) : continuation.text);
    if (confidence) line += "\t" + short_number(continuation.confidence);
  }
  return line;
}

/// Suggestions that nobody asked for should be few and likely.
void complete_at_terminal(const CompletionModel& model, CompletionOptions completion,
                          const CompleteOptions& options, const OptionParser& parser,
                          RandomStream& random) {
  for (const char* name : {"input", "with-context", "confidence"})
    if (parser.given(name))
      throw UserError("--interactive reads what is typed, so --" + std::string(name) +
                      " has no use; leave one out");
  if (completion.lines > 1)
    throw UserError(
        "--interactive completes the line that is typed, so --lines has no use; leave "
        "one out");
  if (!parser.given("count")) completion.count = 3;
  if (!parser.given("min-confidence") && completion.search != SearchKind::sample &&
      !completion.whole_line)
    completion.min_confidence = 0.3;
  Completer completer(model, completion, random);
  complete_interactively(completer, joined(unescaped(options.context), ""));
}

/// What the user should know of what is asked for and what the model can promise.
void check(const CompletionOptions& completion, const OptionParser& parser,
           const CompletionModel& model, const Loaded<NextTokenModel>& loaded,
           const ModelInUse& in_use) {
  if (completion.search == SearchKind::sample && completion.min_confidence > 0)
    throw UserError(
        "--min-confidence needs --search beam or greedy; what is sampled is not ranked");
  if (completion.whole_line && completion.min_confidence > 0)
    throw UserError("--whole-line and --min-confidence exclude each other; leave one out");
  if (parser.given("min-confidence") && !model.calibration().known())
    warn(
        "the model is not calibrated, its own probabilities are taken as they are; see weft "
        "calibrate --help");
  if (parser.given("min-confidence") && model.calibration().known() &&
      calibrated_beside(loaded.record) != in_use.beside())
    warn("the model was calibrated with " + calibrated_beside(loaded.record) +
         " beside it and is used with " + in_use.beside() +
         ", so that its confidence may promise too much; see weft calibrate --help");
  const double most = model.calibration().most();
  if (completion.min_confidence > most)
    warn(
        "nothing will be suggested: as the model is calibrated, no suggestion has a confidence of "
        "more than " +
        short_number(most));
  // Who scrubs knows whether a name may follow.
  if (dynamic_cast<const NgramModel*>(loaded.model.get()) &&
      !loaded.model->tokenizer()->options().scrubber)
    for (const std::string context : {"context", "with-context"})
      if (parser.given(context))
        warn("an n-gram model knows nothing beyond the line, so --" + context + " has no effect");
}

}  // namespace

void complete_command(const Arguments& arguments) {
  std::string path;
  CompletionOptions completion;
  CompleteOptions options;
  PersonalOptions personal;
  ContinuousCacheOptions cache;
  BlockOptions block;
  LineOptions lines;
  ThreadOptions threads;
  OptionParser parser(
      "complete", "MODEL [--count K] [--max-tokens N] < lines",
      "Writes continuations of each line read, best first, separated by tabs. With\n"
      "--lines above 1, \\n stands for a line end and \\\\ for a backslash in what is\n"
      "read and written.");
  parser.positional("MODEL", path, "a language model that weft train lm wrote");
  parser.group("Continuations", completion);
  parser.group("Input and output", options);
  parser.group("A personal model", personal);
  parser.group("A cache of the line and its context", cache);
  parser.group("Words never to suggest", block);
  parser.group("Lines", lines);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();

  const auto loaded = load_model_as<NextTokenModel>(path, "language model");
  const ModelInUse in_use(*loaded.model, personal, cache);
  const CompletionModel model(in_use.model(), calibration_of(loaded.record),
                              read_block_list(block));
  check(completion, parser, model, loaded, in_use);
  RandomStream random(static_cast<std::uint64_t>(options.seed), "sample");
  if (options.interactive) return complete_at_terminal(model, completion, options, parser, random);
  const bool escape = completion.lines > 1;
  const std::string context = unescaped(options.context);
  Completer completer(model, completion, random);
  answer_lines(lines, 1, [&](const auto& block_of_one, const LineWarning&) {
    TextInContext line{"", block_of_one.front()};
    if (options.with_context) line = split_context(line.text);
    completer.begin(joined(context, line.context));
    completer.type(escape ? unescaped(line.text) : line.text);
    return std::vector<std::string>{tab_separated(completer.suggest(), escape, options.confidence)};
  });
}

}  // namespace weft
