// What a classifier refuses. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "models/nets/classifier.h"

namespace weft {

/// Throws UserError if the options contradict each other, the data or the labels.
void check_classifier(const ClassifierOptions& options, bool of_texts,
                      const std::vector<std::string>& labels, bool multi_label);

/// A row of `features` numbers, separated by commas, semicolons or white space, as a column. Throws
/// UserError if it is anything else.
Matrix read_values(const std::string& row, int features);

}  // namespace weft
