// What there is to see of an autoencoder.
#pragma once

#include "corpora/feature_table.h"
#include "models/nets/autoencoder.h"
#include "train/report/report.h"

namespace weft {

/// Of images: some of `shown` beside what the model makes of them (with the noise it was trained
/// with), and the input that excites each unit of the first layer most. Of a code of two numbers
/// and labels: the codes by label, beside two principal components of `train`. Of labelled texts:
/// the precision of retrieval by codes, and by latent semantic analysis of `train` with as many
/// numbers. At most a few thousand examples are looked at.
void add_autoencoder_pictures(Report& report, const Autoencoder& model, const FeatureTable& train,
                              const FeatureTable& shown);

}  // namespace weft
