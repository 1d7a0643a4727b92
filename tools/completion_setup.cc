#include "tools/completion_setup.h"

#include "base/error.h"
#include "corpora/entry_list.h"

namespace weft {
namespace {

constexpr const char *kCalibration = "calibration", *kCalibratedBeside = "calibrated_beside";

}  // namespace

void visit_with_context(OptionVisitor& v, bool& value) {
  v.flag("with-context", value, "a line is CONTEXT<TAB>TEXT; \\n in the context: a line end");
}

void BlockOptions::visit(OptionVisitor& v) {
  v.file("block", file,
         "words never to suggest, and their regular inflections, one a line; # begins a comment");
  v.only_with("block", !file.empty(), [&] {
    v.text("block-language", languages,
           "whose inflections, of the languages that Snowball knows: english or english,german …; "
           "none: words alone");
  });
}

void PersonalOptions::visit(OptionVisitor& v) {
  v.file("personal", file, "what weft adapt learned of somebody's own text");
}

ModelInUse::ModelInUse(const NextTokenModel& general, const PersonalOptions& options,
                       const ContinuousCacheOptions& cache)
    : general_(general), cache_size_(cache.size) {
  if (cache.size > 0) cached_ = std::make_unique<CachedModel>(general, cache);
  if (options.file.empty()) return;
  personal_ = load_model_as<PersonalModel>(options.file, "personal model");
  try {
    mixed_ = std::make_unique<PersonalizedModel>(this->general(), *personal_.model);
  } catch (const UserError& error) {
    throw FormatError(options.file, error.what());
  }
}

std::string ModelInUse::beside() const {
  const std::string cache =
      cached_ ? "a cache of " + std::to_string(cache_size_) + " tokens" : std::string();
  if (!mixed_) return cached_ ? cache : "nothing";
  return cached_ ? "a personal model and " + cache : "a personal model";
}

BlockList read_block_list(const BlockOptions& options) {
  if (options.file.empty()) return BlockList();
  BlockList list(options.languages);
  read_entries(
      options.file, [&](const std::string& entry) { return list.add(entry); },
      "there is no word in it; leave the line out");
  return list;
}

Calibration calibration_of(const ModelRecord& record) {
  const auto found = record.training.find(kCalibration);
  return found == record.training.end() ? Calibration() : Calibration::from_json(*found);
}

std::string calibrated_beside(const ModelRecord& record) {
  const auto found = record.training.find(kCalibratedBeside);
  return found != record.training.end() && found->is_string() ? found->get<std::string>()
                                                              : "nothing";
}

void set_calibration(ModelRecord& record, const Calibration& calibration,
                     const std::string& beside) {
  record.training[kCalibration] = calibration.to_json();
  record.training[kCalibratedBeside] = beside;
}

std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'n' || next == '\\') ++i;
    result += next == 'n' ? '\n' : text[i];
  }
  return result;
}

TextInContext split_context(const std::string& line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string::npos) return {"", line};
  return {unescaped(line.substr(0, tab)), line.substr(tab + 1)};
}

}  // namespace weft
