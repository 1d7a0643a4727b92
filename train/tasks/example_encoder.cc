#include "train/tasks/example_encoder.h"

#include "base/error.h"

namespace weft {

ExampleEncoder::ExampleEncoder(const Classifier& model) : model_(model) {
  for (std::size_t i = 0; i < model.labels().size(); ++i)
    labels_[model.labels()[i]] = static_cast<int>(i);
}

EncodedExample ExampleEncoder::operator()(const LabelledExample& example,
                                          const std::string& path) const {
  EncodedExample encoded;
  encoded.labels = labels_of(example, path);
  if (model_.features() == 0) encoded.ids = model_.encode(example.text);
  encoded.values.assign(example.values.begin(), example.values.end());
  return encoded;
}

std::vector<int> ExampleEncoder::labels_of(const LabelledExample& example,
                                           const std::string& path) const {
  if (model_.features() > 0) check_row(example, path);
  std::vector<int> numbers;
  for (const std::string& label : example.labels) {
    const auto found = labels_.find(label);
    if (found == labels_.end())
      throw FormatError::at_line(
          path, example.line,
          "the model does not know the label \"" + label + "\"; its labels are " + names());
    numbers.push_back(found->second);
  }
  if (!model_.multi_label() && numbers.size() != 1)
    throw FormatError::at_line(path, example.line,
                               "an example of this model has exactly one label, this one has " +
                                   std::to_string(numbers.size()));
  return numbers;
}

void ExampleEncoder::check_row(const LabelledExample& example, const std::string& path) const {
  if (static_cast<int>(example.values.size()) != model_.features())
    throw FormatError::at_line(path, example.line,
                               "the model reads rows of " + std::to_string(model_.features()) +
                                   " numbers, this one has " +
                                   std::to_string(example.values.size()));
}

std::string ExampleEncoder::names() const {
  std::string list;
  for (const std::string& label : model_.labels()) {
    if (list.size() > 200) return list + ", …";
    list += (list.empty() ? "" : ", ") + label;
  }
  return list;
}

EncodedReader::EncodedReader(const Classifier& model, const std::string& path,
                             const LabelledReaderOptions& options)
    : encoder_(model), path_(path), reader_(path, options) {}

bool EncodedReader::operator()(EncodedExample& example) {
  if (!reader_.next(raw_)) return false;
  example = encoder_(raw_, path_);
  return true;
}

}  // namespace weft
