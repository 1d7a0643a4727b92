#include "tools/completion_setup.h"

#include "base/error.h"
#include "corpora/line_reader.h"

namespace weft {

void BlockOptions::visit(OptionVisitor& v) {
  v.file("block", file, "words never to suggest, and their inflections, one a line");
  v.text("block-language", language, "whose inflections: english, german, …; none: words alone");
}

void PersonalOptions::visit(OptionVisitor& v) {
  v.file("personal", file, "what weft adapt learned of somebody's own text");
}

ModelInUse::ModelInUse(const NextTokenModel& general, const PersonalOptions& options,
                       const ContinuousCacheOptions& cache)
    : general_(general) {
  if (cache.size > 0) cached_ = std::make_unique<CachedModel>(general, cache);
  if (options.file.empty()) return;
  personal_ = load_model_as<PersonalModel>(options.file, "personal model");
  try {
    mixed_ = std::make_unique<PersonalizedModel>(this->general(), *personal_.model);
  } catch (const UserError& error) {
    throw FormatError(options.file, error.what());
  }
}

BlockList read_block_list(const BlockOptions& options) {
  if (options.file.empty()) return BlockList();
  BlockList list(options.language);
  LineReader lines(options.file);
  for (std::string line; lines.next(line);) {
    if (line.empty() || line.front() == '#') continue;
    if (!list.add(line))
      throw FormatError::at_line(options.file, lines.line_number(),
                                 "there is no word in it; leave the line out");
  }
  return list;
}

Calibration calibration_of(const ModelRecord& record) {
  const auto found = record.training.find("calibration");
  return found == record.training.end() ? Calibration() : Calibration::from_json(*found);
}

TextInContext split_context(const std::string& line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string::npos) return {"", line};
  return {line.substr(0, tab), line.substr(tab + 1)};
}

}  // namespace weft
