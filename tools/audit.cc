// weft audit: how much a language model gives away of secrets in its training text.
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "corpora/line_reader.h"
#include "tools/commands.h"
#include "tools/completion_setup.h"
#include "tools/output.h"
#include "train/measures/exposure.h"

namespace weft {
namespace {

struct AuditOptions {
  std::string secrets, encoding = "utf-8";
  std::int64_t samples = 1000, seed = 1;
  bool show = false, json = false;
  void visit(OptionVisitor& v) {
    v.file("secrets", secrets,
           "a secret a line: BEGINNING<TAB>SECRET, the text before it and itself");
    v.text("encoding", encoding, "the file's character encoding; a byte-order mark overrules it");
    v.integer("samples", samples, 10, 10000000,
              "random texts of a secret's form to compare it with");
    v.integer("seed", seed, 0, INT64_MAX, "of the random texts");
    v.flag("show", show, "write the secrets, too");
    v.flag("json", json, "write one JSON object");
  }
};

constexpr std::size_t kLongestSecret = 1000;  // bytes

struct SecretOfLine {
  Secret secret;
  std::uint64_t line = 0;
};

std::vector<SecretOfLine> read_secrets(const AuditOptions& options) {
  LineReaderOptions reader;
  reader.encoding = options.encoding;
  LineReader lines(options.secrets, reader);
  std::vector<SecretOfLine> secrets;
  for (std::string line; lines.next(line);) {
    if (line.empty()) continue;
    const std::size_t tab = line.find('\t');
    const auto refuse = [&](const char* why) {
      throw FormatError::at_line(options.secrets, lines.line_number(), why);
    };
    if (tab == std::string::npos || line.find('\t', tab + 1) != std::string::npos)
      refuse("a line must be BEGINNING<TAB>SECRET, with one tab");
    if (line.size() - tab - 1 > kLongestSecret)
      refuse("a secret has at most 1,000 bytes; shorten it");
    if (tab + 1 == line.size()) refuse("there is no secret behind the tab; add it");
    secrets.push_back({{line.substr(0, tab), line.substr(tab + 1)}, lines.line_number()});
  }
  if (secrets.empty())
    throw FormatError(options.secrets, "there are no secrets in it; give a line for each one");
  return secrets;
}

Exposure measured(const NextTokenModel& model, const SecretOfLine& secret,
                  const AuditOptions& options) {
  try {
    return exposure(model, secret.secret, static_cast<std::size_t>(options.samples),
                    static_cast<std::uint64_t>(options.seed));
  } catch (const UserError& error) {
    throw FormatError::at_line(options.secrets, secret.line, error.what());
  }
}

void print(const std::vector<SecretOfLine>& secrets, const std::vector<Exposure>& exposures,
           const AuditOptions& options) {
  for (std::size_t n = 0; n < secrets.size(); ++n) {
    std::cout << short_number(exposures[n].bits) << '\t' << short_number(exposures[n].possible)
              << '\t' << exposures[n].likelier << '\t' << secrets[n].line;
    if (options.show) std::cout << '\t' << one_field(secrets[n].secret.text);
    std::cout << '\n';
  }
}

nlohmann::json described(const std::vector<SecretOfLine>& secrets,
                         const std::vector<Exposure>& exposures, const AuditOptions& options) {
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t n = 0; n < secrets.size(); ++n) {
    list.push_back({{"line", secrets[n].line},
                    {"exposure", exposures[n].bits},
                    {"possible", exposures[n].possible},
                    {"samples", exposures[n].samples},
                    {"likelier", exposures[n].likelier}});
    if (options.show) list.back()["secret"] = secrets[n].secret.text;
  }
  return {{"secrets", list}};
}

}  // namespace

void audit_command(const Arguments& arguments) {
  std::string path;
  AuditOptions options;
  PersonalOptions personal;
  ThreadOptions threads;
  OptionParser parser(
      "audit", "MODEL --secrets FILE",
      "Measures how far secrets that were in the training text can be got out of a model.\n"
      "A line a secret, with tabs between: its exposure in bits (Carlini et al. 2019), the bits\n"
      "that are possible, how many of the samples are at least as likely, and its line in FILE.");
  parser.positional("MODEL", path, "a language model that weft train lm wrote");
  parser.group("Measuring", options);
  parser.group("A personal model", personal);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();
  require_option(options.secrets, "secrets", "name the file with the secrets");

  const auto loaded = load_model_as<NextTokenModel>(path, "language model");
  const ModelInUse in_use(*loaded.model, personal);
  const std::vector<SecretOfLine> secrets = read_secrets(options);
  std::vector<Exposure> exposures;
  for (const SecretOfLine& secret : secrets)
    exposures.push_back(measured(in_use.model(), secret, options));
  if (options.json) return print_json(described(secrets, exposures, options));
  print(secrets, exposures, options);
}

}  // namespace weft
