#include "models/core/lstm_steps.h"

#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"

namespace weft {

LstmSteps LstmSteps::make(Tape& tape, Var h0, Var c0, Index H, const StepOrder& order) {
  LstmSteps steps;
  steps.gates = nullptr;
  steps.cell = tape.scratch_array<real>(H * order.columns());
  steps.start_hidden = start_state(tape, h0, H, order.examples());
  steps.start_cell = start_state(tape, c0, H, order.examples());
  steps.order = order;
  steps.H = H;
  return steps;
}

const real* LstmSteps::hidden_before(int s, const Matrix& hidden) const {
  return s ? hidden.colptr(order.step(s - 1) * order.examples()) : start_hidden;
}

const real* LstmSteps::cell_before(int s) const {
  return s ? cell + order.step(s - 1) * order.examples() * H : start_cell;
}

void LstmSteps::forward(int s, Matrix& hidden) const {
  const auto& kernel = kernels::elementwise();
  const Index B = order.examples(), t = order.step(s) * B;
  const real *h_prev = hidden_before(s, hidden), *c_prev = cell_before(s);
  kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; ++j) {
      real* c = cell + (t + j) * H;
      real* h = hidden.colptr(t + j);
      if (order.real_step(s, j)) {
        kernel.lstm_forward(H, gates + (t + j) * 4 * H, c_prev + j * H, c, h);
      } else {
        std::memcpy(c, c_prev + j * H, H * sizeof(real));
        std::memcpy(h, h_prev + j * H, H * sizeof(real));
      }
    }
  });
}

void LstmSteps::backward(int s, const Matrix* d_hidden, Matrix& dh, Matrix& dc) const {
  const auto& kernel = kernels::elementwise();
  const Index B = order.examples(), t = order.step(s) * B;
  const real* c_prev = cell_before(s);
  kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; ++j) {
      real* sums = gates + (t + j) * 4 * H;
      if (d_hidden) kernel.axpby(H, 1, d_hidden->colptr(t + j), 1, dh.colptr(j));
      if (order.real_step(s, j))
        kernel.lstm_backward(H, sums, c_prev + j * H, cell + (t + j) * H, dh.colptr(j),
                             dc.colptr(j));
      else
        std::memset(sums, 0, 4 * H * sizeof(real));
    }
  });
}

RecurrentResult lstm_result(Tape& tape, Index H, const StepOrder& order,
                            std::initializer_list<Var> inputs) {
  RecurrentResult result;
  result.hidden = tape.output(H, order.columns(), inputs);
  result.final_hidden = tape.output(H, order.examples(), inputs);
  result.final_cell = tape.output(H, order.examples(), inputs);
  return result;
}

void fill_final_states(Tape& tape, const LstmSteps& steps, const RecurrentResult& result) {
  copy_final_state(steps.order, result.hidden.value().memptr(), steps.start_hidden,
                   tape.value(result.final_hidden));
  copy_final_state(steps.order, steps.cell, steps.start_cell, tape.value(result.final_cell));
}

LstmEnd::LstmEnd(Tape& tape, const RecurrentResult& result)
    : dh(tape.scratch(result.final_hidden.rows(), result.final_hidden.cols())),
      dc(tape.scratch(result.final_cell.rows(), result.final_cell.cols())) {
  copy_or_zero(result.final_hidden.gradient(), dh);
  copy_or_zero(result.final_cell.gradient(), dc);
}

void finish_lstm_backward(Tape& tape, Var h0, Var c0, const LstmEnd& start) {
  if (auto target = tape.target(h0)) target.add(start.dh);
  if (auto target = tape.target(c0)) target.add(start.dc);
}

}  // namespace weft
