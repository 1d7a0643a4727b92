#include "models/core/tape.h"

#include <sys/mman.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weft {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kFirstBlock = std::size_t{1} << 20;

std::size_t rounded(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

/// Straight from the system, as the allocator keeps pages of what it gets back: blocks given up
/// after the first pass would double the memory of a training.
struct Arena::Block {
  explicit Block(std::size_t bytes) : size(bytes), memory(map(bytes)) {}
  Block(Block&& other) noexcept : size(other.size), memory(std::exchange(other.memory, nullptr)) {}
  ~Block() {
    if (memory) munmap(memory, size);
  }
  static std::byte* map(std::size_t bytes) {
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    return static_cast<std::byte*>(pages);
  }
  std::size_t size;
  std::byte* memory;
};

Arena::Arena() = default;
Arena::~Arena() = default;

void* Arena::allocate(std::size_t bytes) {
  bytes = rounded(std::max<std::size_t>(bytes, 1));
  if (blocks_.empty() || blocks_.back().size - used_ < bytes) {
    blocks_.emplace_back(std::max({bytes, kFirstBlock, capacity()}));
    used_ = 0;
  }
  void* memory = blocks_.back().memory + used_;
  used_ += bytes;
  return memory;
}

void Arena::reset() {
  // What needed several blocks this time fits into one the next.
  if (blocks_.size() > 1) {
    const std::size_t all = capacity();
    blocks_.clear();
    blocks_.emplace_back(all);
  }
  used_ = 0;
}

std::size_t Arena::capacity() const {
  std::size_t bytes = 0;
  for (const Block& block : blocks_) bytes += block.size;
  return bytes;
}

Tape::Tape() = default;

Tape::Tape(const LaidOutWeights* laid_out) : laid_out_(laid_out) {}

Tape::Tape(Gradients& gradients, RandomStream& noise) : gradients_(&gradients), noise_(&noise) {
  gradients_->clear();
}

void Tape::reset() {
  arena_.reset();
  entries_.clear();
  if (gradients_) gradients_->clear();
}

Var Tape::make_node() { return Var(new (arena_.allocate(sizeof(Var::Node))) Var::Node); }

namespace {

// The matrices of a node view memory they do not own, so that nobody needs to destroy them.
void view(Matrix& matrix, const real* memory, Index rows, Index columns) {
  matrix.~Matrix();
  new (&matrix) Matrix(const_cast<real*>(memory), rows, columns, false, true);
}

}  // namespace

Var Tape::constant(const Matrix& value) {
  Var var = make_node();
  view(var.node_->value, value.memptr(), value.n_rows, value.n_cols);
  return var;
}

Var Tape::variable(const Matrix& value) {
  Var var = constant(value);
  var.node_->needs_gradient = training();
  return var;
}

Var Tape::parameter(const Parameter& parameter) {
  if (parameter.quantized) return quantized_parameter(parameter);
  Var var = constant(parameter.value);
  if (laid_out_) var.node_->laid_out = laid_out_->find(parameter);
  var.node_->needs_gradient = training();
  var.node_->parameter = static_cast<std::ptrdiff_t>(parameter.index);
  return var;
}

Var Tape::quantized_parameter(const Parameter& parameter) {
  if (training()) throw std::logic_error("weights of eight bits cannot be trained");
  Var var = make_node();
  view(var.node_->value, nullptr, parameter.rows, parameter.columns);
  var.node_->quantized = parameter.quantized;
  return var;
}

Var Tape::output(Index rows, Index columns, std::initializer_list<Var> inputs) {
  Var var = make_node();
  view(var.node_->value, scratch_array<real>(rows * columns), rows, columns);
  if (training())
    for (Var input : inputs) var.node_->needs_gradient |= input.needs_gradient();
  return var;
}

Matrix Tape::scratch(Index rows, Index columns) {
  return Matrix(scratch_array<real>(rows * columns), rows, columns, false, true);
}

GradientTarget Tape::target(Var input) {
  if (!input.needs_gradient()) return {};
  Var::Node& node = *input.node_;
  if (node.parameter >= 0) {
    const std::size_t index = static_cast<std::size_t>(node.parameter);
    const real beta = gradients_->begin_dense(index);
    return {&(*gradients_)[index].value, beta};
  }
  const real beta = node.has_gradient ? 1 : 0;
  if (!node.has_gradient) {
    view(node.gradient, scratch_array<real>(node.value.n_elem), node.value.n_rows,
         node.value.n_cols);
    node.has_gradient = true;
  }
  return {&node.gradient, beta};
}

void Tape::backward(Var loss) {
  if (!training()) throw std::logic_error("backward on a tape that does not train");
  if (loss.rows() != 1 || loss.cols() != 1) throw std::logic_error("a loss is a 1 x 1 matrix");
  if (!loss.needs_gradient()) return;
  target(loss).matrix->fill(1);
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const bool arrived =
        std::any_of(entry->results, entry->results + entry->count,
                    [](const Var& result) { return result.gradient() != nullptr; });
    if (arrived) entry->run(entry->closure, *this);
  }
  gradients_->finish();
}

}  // namespace weft
