#include "bench/peers/onednn_lstm.h"

#include <dnnl.hpp>
#include <vector>

namespace weft::bench {

#if DNNL_VERSION_MAJOR == 2

namespace {
using dnnl::memory;
using Tag = memory::format_tag;

memory::desc shape(const memory::dims& sizes, Tag tag) {
  return memory::desc(sizes, memory::data_type::f32, tag);
}
}  // namespace

struct OnednnLstm::Impl {
  Impl(int steps, int examples, int hidden)
      : T(steps),
        B(examples),
        H(hidden),
        forward_description(describe_forward()),
        backward_description(describe_backward()),
        forward(forward_description),
        backward(backward_description) {}

  memory::desc sequence() const { return shape({T, B, H}, Tag::tnc); }
  memory::desc weights(Tag tag) const { return shape({1, 1, H, 4, H}, tag); }
  memory::desc bias() const { return shape({1, 1, 4, H}, Tag::ldgo); }
  memory::desc none() const { return memory::desc(); }

  dnnl::lstm_forward::primitive_desc describe_forward() const {
    return {{dnnl::prop_kind::forward_training, dnnl::rnn_direction::unidirectional_left2right,
             sequence(), none(), none(), weights(Tag::any), weights(Tag::any), bias(), sequence(),
             none(), none()},
            engine};
  }
  dnnl::lstm_backward::primitive_desc describe_backward() const {
    return {{dnnl::prop_kind::backward,
             dnnl::rnn_direction::unidirectional_left2right,
             sequence(),
             none(),
             none(),
             weights(Tag::any),
             weights(Tag::any),
             bias(),
             sequence(),
             none(),
             none(),
             sequence(),
             none(),
             none(),
             weights(Tag::any),
             weights(Tag::any),
             bias(),
             sequence(),
             none(),
             none()},
            engine,
            forward_description};
  }

  /// Small numbers, so that no gate saturates.
  memory filled(const memory::desc& description, float value) const {
    memory result(description, engine);
    set(result, value);
    return result;
  }
  static void set(memory& numbers, float value) {
    float* begin = static_cast<float*>(numbers.get_data_handle());
    std::fill(begin, begin + numbers.get_desc().get_size() / sizeof(float), value);
  }
  /// `plain` in the preferred layout.
  void bring(memory& plain, memory& preferred) {
    dnnl::reorder(plain, preferred).execute(stream, plain, preferred);
  }

  memory::dim T, B, H;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::lstm_forward::primitive_desc forward_description;
  dnnl::lstm_backward::primitive_desc backward_description;
  dnnl::lstm_forward forward;
  dnnl::lstm_backward backward;

  memory x = filled(sequence(), 0.1f), y = filled(sequence(), 0), b = filled(bias(), 0.1f);
  memory W = filled(weights(Tag::ldigo), 0.01f), U = filled(weights(Tag::ldigo), 0.01f);
  memory forward_W{forward_description.weights_layer_desc(), engine};
  memory forward_U{forward_description.weights_iter_desc(), engine};
  memory backward_W{backward_description.weights_layer_desc(), engine};
  memory backward_U{backward_description.weights_iter_desc(), engine};
  memory workspace{forward_description.workspace_desc(), engine};
  memory dx = filled(sequence(), 0), dy = filled(sequence(), 0.1f), db = filled(bias(), 0);
  memory dW{backward_description.diff_weights_layer_desc(), engine};
  memory dU{backward_description.diff_weights_iter_desc(), engine};
};

bool OnednnLstm::available() { return true; }

OnednnLstm::OnednnLstm(int steps, int examples, int hidden)
    : impl_(std::make_unique<Impl>(steps, examples, hidden)) {}

void OnednnLstm::forward_backward() {
  Impl& l = *impl_;
  l.bring(l.W, l.forward_W);
  l.bring(l.U, l.forward_U);
  l.forward.execute(l.stream, {{DNNL_ARG_SRC_LAYER, l.x},
                               {DNNL_ARG_WEIGHTS_LAYER, l.forward_W},
                               {DNNL_ARG_WEIGHTS_ITER, l.forward_U},
                               {DNNL_ARG_BIAS, l.b},
                               {DNNL_ARG_DST_LAYER, l.y},
                               {DNNL_ARG_WORKSPACE, l.workspace}});
  l.bring(l.W, l.backward_W);
  l.bring(l.U, l.backward_U);
  for (memory* gradient : {&l.dW, &l.dU, &l.db}) Impl::set(*gradient, 0);  // the primitive adds
  l.backward.execute(l.stream, {{DNNL_ARG_SRC_LAYER, l.x},
                                {DNNL_ARG_WEIGHTS_LAYER, l.backward_W},
                                {DNNL_ARG_WEIGHTS_ITER, l.backward_U},
                                {DNNL_ARG_BIAS, l.b},
                                {DNNL_ARG_DST_LAYER, l.y},
                                {DNNL_ARG_DIFF_DST_LAYER, l.dy},
                                {DNNL_ARG_WORKSPACE, l.workspace},
                                {DNNL_ARG_DIFF_SRC_LAYER, l.dx},
                                {DNNL_ARG_DIFF_WEIGHTS_LAYER, l.dW},
                                {DNNL_ARG_DIFF_WEIGHTS_ITER, l.dU},
                                {DNNL_ARG_DIFF_BIAS, l.db}});
  l.stream.wait();
}

#else

struct OnednnLstm::Impl {};
bool OnednnLstm::available() { return false; }
OnednnLstm::OnednnLstm(int, int, int) {}
void OnednnLstm::forward_backward() {}

#endif

OnednnLstm::~OnednnLstm() = default;

}  // namespace weft::bench
