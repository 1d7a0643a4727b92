// The kinds of models a file can hold.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "models/nets/model.h"

namespace weft {

/// A model without weights, from what its architecture() wrote. `other`: see
/// Model::other_tokenizer(). Throws FormatError naming `path` if the kind is unknown or the
/// architecture or a tokenizer does not suit it.
std::unique_ptr<Model> make_model(const std::string& kind, const nlohmann::json& architecture,
                                  std::shared_ptr<const Tokenizer> tokenizer,
                                  std::shared_ptr<const Tokenizer> other, const std::string& path);

}  // namespace weft
