#include "models/layers/embedding.h"

namespace weft {

Embedding::Embedding(ParameterStore& store, const std::string& name, int vocabulary, int dimension,
                     const Initializer& initializer)
    : table_(store.add_table(name + ".table", static_cast<Index>(dimension),
                             static_cast<Index>(vocabulary), initializer)) {}

Var Embedding::operator()(Tape& tape, std::vector<int> ids, double word_dropout) const {
  real factor = 1;
  if (tape.training() && word_dropout > 0) {
    const std::uint64_t key = tape.noise().next();
    for (int& id : ids)
      if (RandomStream(key, std::to_string(id)).uniform() < word_dropout) id = -1;
    factor = static_cast<real>(1 / (1 - word_dropout));
  }
  return lookup(tape, table_, ids.data(), ids.size(), factor);
}

}  // namespace weft
