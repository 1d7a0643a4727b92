// A language model as commands open it to complete with.
#pragma once

#include <string>

#include "base/options.h"
#include "models/file/model_file.h"
#include "models/nets/completion.h"
#include "models/nets/personal_model.h"

namespace weft {

struct BlockOptions {
  std::string file;
  std::string language = "english";
  void visit(OptionVisitor& v);
};

struct PersonalOptions {
  std::string file;
  void visit(OptionVisitor& v);
};

/// A language model, with what was learned of somebody's own text if there is something.
class PersonalizedFile {
 public:
  PersonalizedFile(const NextTokenModel& general, const PersonalOptions& options);
  const NextTokenModel& model() const { return mixed_ ? *mixed_ : general_; }
  /// Nothing if there is only the shared model.
  const PersonalizedModel* personalized() const { return mixed_.get(); }

 private:
  const NextTokenModel& general_;
  Loaded<PersonalModel> personal_;
  std::unique_ptr<const PersonalizedModel> mixed_;
};

/// Throws UserError if the file is not there, FormatError with the line for one without a word.
BlockList read_block_list(const BlockOptions& options);

/// What was learned of the model's confidence when it was trained; nothing if nothing was.
Calibration calibration_of(const ModelRecord& record);

/// A line "context<TAB>text", or a text alone.
struct TextInContext {
  std::string context, text;
};
TextInContext split_context(const std::string& line);

}  // namespace weft
