// weft tokenize: what a model sees of a text, and back.
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "models/file/model_file.h"
#include "tools/commands.h"
#include "tools/line_answers.h"
#include "tools/output.h"

namespace weft {
namespace {

struct TokenizeOptions {
  bool ids = false;
  bool decode = false;
  bool target = false;
  void visit(OptionVisitor& v) {
    v.flag("ids", ids, "write, or with --decode read, the numbers of the pieces");
    v.flag("decode", decode, "read pieces separated by spaces, write text");
    v.flag("target", target, "as a translator writes, not as it reads");
  }
};

/// A piece as a word of the line: a space that is a piece itself (characters) is written "␣", and
/// that sign, where a text has it, "␣␣".
std::string shown(const std::string& piece) {
  std::string text;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] == ' ') {
      text += "␣";
    } else if (piece.compare(i, 3, "␣") == 0) {
      text += "␣␣";
      i += 2;
    } else {
      text += piece[i];
    }
  }
  return text;
}

std::string unshown(const std::string& word) {
  const std::string sign = "␣";
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word.compare(i, 6, sign + sign) == 0) {
      text += sign;
      i += 5;
    } else if (word.compare(i, 3, sign) == 0) {
      text += ' ';
      i += 2;
    } else {
      text += word[i];
    }
  }
  return text;
}

std::string tokenized(const Tokenizer& tokenizer, const std::string& line, bool as_ids,
                      LinesBefore& before) {
  std::vector<std::string> words;
  if (as_ids) {
    for (const int id : tokenizer.encode(line, before)) words.push_back(std::to_string(id));
  } else {
    for (const std::string& piece : tokenizer.split(line, before)) words.push_back(shown(piece));
  }
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// A piece that the vocabulary does not have is <unk>, and so, with a warning, is what is no id.
std::string decoded(const Tokenizer& tokenizer, const std::string& line, bool from_ids,
                    const std::function<void(const std::string&)>& warn_of) {
  std::vector<int> ids;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    if (!from_ids) {
      ids.push_back(tokenizer.vocabulary().id(unshown(word)));
      continue;
    }
    const bool is_number =
        word.size() < 10 && word.find_first_not_of("0123456789") == std::string::npos;
    const int id = is_number ? std::stoi(word) : -1;
    const bool known = id >= 0 && id < tokenizer.vocabulary().size();
    if (!known)
      warn_of("'" + word + "' is no id of this vocabulary, read as " + std::to_string(kUnk));
    ids.push_back(known ? id : kUnk);
  }
  return tokenizer.decode(ids);
}

}  // namespace

void tokenize_command(const Arguments& arguments) {
  std::string path;
  TokenizeOptions options;
  LineOptions lines;
  OptionParser parser("tokenize", "MODEL [--ids] [--decode] < lines",
                      "Writes the pieces that a model sees of each line, separated by spaces.");
  parser.positional("MODEL", path, "any model of text");
  parser.group("Pieces", options);
  parser.group("Lines", lines);
  if (!parser.parse(arguments)) return;

  const LoadedModel loaded = load_model(path);
  const Tokenizer* tokenizer = loaded.model->tokenizer();
  if (!tokenizer)
    throw UserError(path + ": a " + loaded.model->kind() +
                    " like this one does not read text; name a model that does");
  if (options.target && loaded.model->kind() != "translator")
    throw UserError(path + ": only a translator has a target; leave out --target");
  if (options.target && loaded.model->other_tokenizer())
    tokenizer = loaded.model->other_tokenizer();
  LinesBefore before;
  answer_lines(lines, 256, [&](const auto& block, const LineWarning& warn_of) {
    std::vector<std::string> answers;
    for (std::size_t n = 0; n < block.size(); ++n) {
      const auto warn = [&](const std::string& message) { warn_of(n, message); };
      answers.push_back(options.decode ? decoded(*tokenizer, block[n], options.ids, warn)
                                       : tokenized(*tokenizer, block[n], options.ids, before));
    }
    return answers;
  });
}

}  // namespace weft
