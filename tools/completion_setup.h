// A language model as commands open it to complete with.
#pragma once

#include <string>

#include "base/options.h"
#include "models/file/model_file.h"
#include "models/nets/cached_model.h"
#include "models/nets/completion.h"
#include "models/nets/personal_model.h"

namespace weft {

/// `--with-context`, of commands that read what split_context() takes apart.
void visit_with_context(OptionVisitor& v, bool& value);

struct BlockOptions {
  std::string file;
  std::string languages = "english";
  void visit(OptionVisitor& v);
};

struct PersonalOptions {
  std::string file;
  void visit(OptionVisitor& v);
};

/// A language model, a cache on top if one is wanted, and what was learned of somebody's own text
/// if there is something.
class ModelInUse {
 public:
  explicit ModelInUse(const NextTokenModel& general, const PersonalOptions& options = {},
                      const ContinuousCacheOptions& cache = {});
  const NextTokenModel& model() const { return mixed_ ? *mixed_ : general(); }
  /// "a personal model", "a cache of 200 tokens", both or "nothing".
  std::string beside() const;
  /// Nothing if there is nothing personal.
  const PersonalizedModel* personalized() const { return mixed_.get(); }

 private:
  const NextTokenModel& general() const { return cached_ ? *cached_ : general_; }

  const NextTokenModel& general_;
  int cache_size_;
  std::unique_ptr<const CachedModel> cached_;
  Loaded<PersonalModel> personal_;
  std::unique_ptr<const PersonalizedModel> mixed_;
};

/// Throws UserError if the file is not there, FormatError with the line for one without a word.
BlockList read_block_list(const BlockOptions& options);

/// What was learned of the model's confidence; nothing if nothing was.
Calibration calibration_of(const ModelRecord& record);
/// ModelInUse::beside() of the model whose confidence that was.
std::string calibrated_beside(const ModelRecord& record);
void set_calibration(ModelRecord& record, const Calibration& calibration,
                     const std::string& beside);

/// \n as line ends and \\ as a backslash; a backslash before anything else stands for itself.
std::string unescaped(const std::string& text);

/// A line "context<TAB>text", the context unescaped, or a text alone.
struct TextInContext {
  std::string context, text;
};
TextInContext split_context(const std::string& line);

}  // namespace weft
