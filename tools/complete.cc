// weft complete: beginnings of lines in, continuations out.
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "corpora/line_reader.h"
#include "models/file/model_file.h"
#include "models/nets/completion.h"
#include "tools/commands.h"
#include "tools/line_answers.h"
#include "tools/output.h"

namespace weft {
namespace {

struct CompleteOptions {
  bool interactive = false;
  std::int64_t seed = 1;
  void visit(OptionVisitor& v) {
    v.flag("interactive", interactive, "type beginnings, choose continuations by number");
    v.integer("seed", seed, 0, INT64_MAX, "seed of --search sample");
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

/// The other way round; a backslash before anything else stands for itself.
std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'n' || next == '\\') ++i;
    result += next == 'n' ? '\n' : text[i];
  }
  return result;
}

std::string tab_separated(const std::vector<Continuation>& continuations, bool escape) {
  std::string line;
  for (const Continuation& continuation : continuations) {
    if (&continuation != &continuations.front()) line += '\t';
    line += one_field(escape ? escaped(continuation.text) : continuation.text);
  }
  return line;
}

/// A number chooses a continuation of the text so far; an empty line begins anew; anything else is
/// added to it. Ends with the input.
void complete_interactively(const Completer& completer, const CompletionOptions& options,
                            RandomStream& random) {
  std::cout << "Type the beginning of a line. Then a number takes that continuation, other text is "
               "added,\nan empty line begins anew, Ctrl-D ends.\n";
  LineReaderOptions lines;
  lines.repair = true;
  LineReader reader("-", lines);
  std::string text;
  std::vector<Continuation> continuations;
  const auto prompt = [&] {
    std::cout << "> " << text;
    flush_output();
  };
  prompt();
  for (std::string typed; reader.next(typed); prompt()) {
    const bool is_number = !typed.empty() && typed.size() < 6 &&
                           typed.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t choice = is_number ? std::stoul(typed) : 0;
    if (typed.empty()) {
      text.clear();
      continue;
    }
    text += choice >= 1 && choice <= continuations.size() ? continuations[choice - 1].text : typed;
    continuations = completer.complete(text, options, random);
    for (std::size_t i = 0; i < continuations.size(); ++i) {
      std::cout << "  " << i + 1 << "  " << text << "|" << one_line(continuations[i].text) << "\n";
    }
  }
  std::cout << "\n";
}

}  // namespace

void complete_command(const Arguments& arguments) {
  std::string path;
  CompletionOptions completion;
  CompleteOptions options;
  LineOptions lines;
  ThreadOptions threads;
  OptionParser parser(
      "complete", "MODEL [--count K] [--max-tokens N] < lines",
      "Writes continuations of each line read, best first, separated by tabs. With\n"
      "--lines above 1, \\n stands for a line end and \\\\ for a backslash in what is\n"
      "read and written.");
  parser.positional("MODEL", path, "a language model that weft train lm wrote");
  parser.group("Continuations", completion);
  parser.group("Dialogue", options);
  parser.group("Lines", lines);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();

  const auto loaded = load_model_as<NextTokenModel>(path, "language model");
  const Completer completer(*loaded.model);
  RandomStream random(static_cast<std::uint64_t>(options.seed), "sample");
  if (options.interactive && parser.given("input"))
    throw UserError("--interactive reads what is typed, so --input has no use; leave one out");
  if (options.interactive) return complete_interactively(completer, completion, random);
  const bool escape = completion.lines > 1;
  answer_lines(lines, 1, [&](const std::vector<std::string>& block) {
    const std::string prefix = escape ? unescaped(block.front()) : block.front();
    return std::vector<std::string>{
        tab_separated(completer.complete(prefix, completion, random), escape)};
  });
}

}  // namespace weft
