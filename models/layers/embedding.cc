#include "models/layers/embedding.h"

namespace weft {

Embedding::Embedding(ParameterStore& store, const std::string& name, int vocabulary, int dimension,
                     const Initializer& initializer)
    : table_(store.add(name + ".table", static_cast<Index>(dimension),
                       static_cast<Index>(vocabulary), initializer)) {}

Var Embedding::operator()(Tape& tape, const std::vector<int>& ids) const {
  return lookup(tape, table_, ids.data(), ids.size());
}

}  // namespace weft
