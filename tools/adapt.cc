// weft adapt: a small file with what somebody's own text adds to a language model.
#include <optional>

#include "base/error.h"
#include "corpora/token_stream.h"
#include "models/file/model_file.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/output_paths.h"
#include "train/language/adaptation.h"

namespace weft {
namespace {

struct AdaptOptions {
  std::string text, valid, model, encoding = "utf-8";
  NgramModelOptions ngrams{3};
  void visit(OptionVisitor& v) {
    v.file("text", text, "what the person wrote, a sentence or paragraph a line");
    v.file("valid", valid,
           "text to weigh it on, for one that MODEL was trained on itself; without it, lines of "
           "--text are left out in turn");
    v.text("encoding", encoding, "the files' character encoding; a byte-order mark overrules it");
    v.file("model", model, "file to write what was learned to");
    ngrams.visit(v);
  }
};

TokenStream opened(const std::string& path, const NextTokenModel& general,
                   const AdaptOptions& options) {
  return TokenStream::open(path, *general.tokenizer(), options.encoding, /*cache_directory=*/"");
}

std::unique_ptr<PersonalModel> learned(const NextTokenModel& general, const AdaptOptions& options,
                                       const TokenStream& text) {
  std::optional<TokenStream> held_out;
  if (!options.valid.empty()) held_out = opened(options.valid, general, options);
  try {
    return adapt(general, options.ngrams, text, held_out ? &*held_out : nullptr);
  } catch (const UserError& error) {
    throw FormatError(options.text, error.what());
  }
}

}  // namespace

void adapt_command(const Arguments& arguments) {
  std::string path;
  AdaptOptions options;
  ThreadOptions threads;
  OptionParser parser("adapt", "MODEL --text FILE --model OUT",
                      "Learns somebody's own text beside a language model, which stays as it is:\n"
                      "weft complete MODEL --personal OUT uses both.");
  parser.positional("MODEL", path, "a language model that weft train lm wrote");
  parser.group("Learning", options);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();
  require_option(options.text, "text", "name the file with the person's text");
  require_option(options.model, "model", "name the file to write to");
  check_outputs({{"model", options.model}},
                {{"MODEL", path}, {"text", options.text}, {"valid", options.valid}});
  const auto general = load_model_as<NextTokenModel>(path, "language model");
  const TokenStream text = opened(options.text, *general.model, options);
  const auto personal = learned(*general.model, options, text);
  ModelRecord record;
  record.training = {{"made_for", general.checksum}, {"tokens", text.size()}};
  record.self_test_inputs = {"", "4 5 6"};
  save_model(options.model, *personal, record);
  say(options.model + ": learned from " + with_commas(text.size()) + " tokens");
}

}  // namespace weft
