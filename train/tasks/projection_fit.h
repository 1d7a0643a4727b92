// The directions of principal components and of latent semantic analysis.
#pragma once

#include <cstdint>

#include "corpora/feature_table.h"
#include "models/nets/projection.h"

namespace weft {

/// Sets the model's directions and mean from the data. `seed`: of the random start of lsa.
///
/// pca: eigenvectors of the covariance matrix by falling eigenvalue. lsa: the left singular vectors
/// of the data, uncentred, by falling singular value, by subspace iteration from a random start
/// (Halko, Martinsson & Tropp 2011); so is pca of more than 4,096 features. Signs are made unique:
/// the largest number of a direction is positive. Throws UserError if there are fewer examples than
/// directions.
void fit(Projection& model, const FeatureTable& data, std::uint64_t seed);

}  // namespace weft
