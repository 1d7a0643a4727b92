// What this machine can do at most, as JSON: matrix products by oneDNN in f32 and, if the processor
// has AVX-512, bf16, large and as an LSTM of 650 units asks for them, and reading memory; each with
// one thread and with all.
//
// Every figure is the best of many short runs: a limit, not an average.

#include <omp.h>
#include <dnnl.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

namespace {

using dnnl::memory;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Of one run of `work`, in runs long enough for the clock, for `seconds` in all.
double shortest(double seconds, const std::function<void()>& work) {
  const double once = std::min(seconds_of(work), seconds_of(work));
  const int repeat = std::max(1, static_cast<int>(0.005 / once));
  double best = once;
  for (double spent = 0; spent < seconds;) {
    const double time = seconds_of([&] {
      for (int n = 0; n < repeat; ++n) work();
    });
    best = std::min(best, time / repeat);
    spent += time;
  }
  return best;
}

/// oneDNN has no bf16 for less than AVX-512; with AVX-512 alone it is slower than f32.
bool multiplies_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bw");
#else
  return false;
#endif
}

/// GFLOP/s of N rows of K numbers times a K × M matrix of weights in the library's own layout.
double matmul_speed(memory::data_type type, memory::dim M, memory::dim K, memory::dim N,
                    double seconds) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const auto plain = memory::format_tag::ab;
  const memory::desc input({N, K}, type, plain), weights({K, M}, type, memory::format_tag::any);
  const memory::desc output({N, M}, memory::data_type::f32, plain);
#if DNNL_VERSION_MAJOR == 2
  const dnnl::matmul::primitive_desc description({input, weights, output}, engine);
#else
  const dnnl::matmul::primitive_desc description(engine, input, weights, output);
#endif
  const dnnl::matmul product(description);
  memory x(description.src_desc(), engine), W(description.weights_desc(), engine);
  memory y(description.dst_desc(), engine);
  for (memory* m : {&x, &W}) {  // zeros are numbers too, but no page of memory is behind them
    auto* bytes = static_cast<std::uint8_t*>(m->get_data_handle());
    std::fill(bytes, bytes + m->get_desc().get_size(), std::uint8_t{0x3c});
  }
  const double time = shortest(seconds, [&] {
    product.execute(stream, {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, W}, {DNNL_ARG_DST, y}});
    stream.wait();
  });
  return 2e-9 * static_cast<double>(M * K * N) / time;
}

/// The same by dnnl_sgemm, which lays out its operands anew in each call.
double sgemm_speed(memory::dim M, memory::dim K, memory::dim N, double seconds) {
  const auto matrix = [](memory::dim rows, memory::dim columns) {
    return std::vector<float>(static_cast<std::size_t>(rows * columns), 0.1f);
  };
  const std::vector<float> x = matrix(N, K), W = matrix(K, M);
  std::vector<float> y = matrix(N, M);
  const double time = shortest(
      seconds, [&] { dnnl_sgemm('N', 'N', N, M, K, 1, x.data(), K, W.data(), M, 0, y.data(), M); });
  return 2e-9 * static_cast<double>(M * K * N) / time;
}

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
std::uint64_t
sum(const std::uint64_t* numbers, std::size_t count) {
  std::uint64_t total = 0;
#pragma omp simd reduction(+ : total)
  for (std::size_t n = 0; n < count; ++n) total += numbers[n];
  return total;
}

/// GB/s of all threads, each summing its part of half a gigabyte.
double read_speed(double seconds) {
  static const std::vector<std::uint64_t> numbers(std::size_t{1} << 26, 3);
  volatile std::uint64_t kept = 0;
  const double time = shortest(seconds, [&] {
    std::uint64_t total = 0;
#pragma omp parallel reduction(+ : total)
    {
      const auto part = static_cast<std::size_t>(omp_get_thread_num());
      const std::size_t size = numbers.size() / static_cast<std::size_t>(omp_get_num_threads());
      total += sum(numbers.data() + part * size, size);
    }
    kept = total;
  });
  return 1e-9 * static_cast<double>(numbers.size() * sizeof(std::uint64_t)) / time;
}

nlohmann::json probe(double seconds) {
  struct Shape {
    const char* name;
    memory::dim M, K, N;
  };
  nlohmann::json result;
  for (const Shape& s :
       {Shape{"2048x2048x2048", 2048, 2048, 2048}, Shape{"2600x650x20", 2600, 650, 20},
        Shape{"2600x650x700", 2600, 650, 700}, Shape{"10000x650x700", 10000, 650, 700}}) {
    result["f32"][s.name] = matmul_speed(memory::data_type::f32, s.M, s.K, s.N, seconds);
    result["f32 sgemm"][s.name] = sgemm_speed(s.M, s.K, s.N, seconds);
    if (multiplies_bf16())
      result["bf16"][s.name] = matmul_speed(memory::data_type::bf16, s.M, s.K, s.N, seconds);
  }
  result["read GB/s"] = read_speed(seconds);
  return result;
}

}  // namespace

/// weft_probe [seconds a figure]
int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 0.5;
  const dnnl_version_t* version = dnnl_version();
  nlohmann::json result;
  result["oneDNN"] = std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                     std::to_string(version->patch);
  const int all = omp_get_num_procs();
  for (int threads = 1; threads <= std::min(all, 2); ++threads) {
    omp_set_num_threads(threads);
    result["threads"][std::to_string(threads)] = probe(seconds);
  }
  std::cout << result.dump(1) << "\n";
}
