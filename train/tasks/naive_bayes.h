// Where a text classifier begins that shall not have to find out by itself which words speak for
// which label.
#pragma once

#include <string>

#include "corpora/labelled_reader.h"
#include "models/nets/classifier.h"

namespace weft {

/// Sets the weights of the words and n-grams of a text classifier from one pass over the file at
/// `path`: feature f of label l gets `scale` · log P(f | l), less the mean of that over the labels
/// (for several labels an example: scale · log P(f | l) / P(f | not l)), with a feature's
/// probability estimated from the examples it occurs in plus one (multinomial naive Bayes on
/// presence, Wang & Manning 2012, equation 1). Features
/// that do not occur get zero. A linear model takes these numbers for its weights, and the
/// logarithm of a label's share (of its odds) for the bias; every other model for the first
/// coordinates of its word vectors, one a label.
void begin_at_naive_bayes(Classifier& model, const std::string& path,
                          const LabelledReaderOptions& reader, double scale);

}  // namespace weft
