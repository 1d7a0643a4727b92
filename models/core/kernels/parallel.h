// The one thread pool: OpenMP, shared with oneDNN. OpenBLAS is held to one thread.
#pragma once

#include <cstddef>
#include <utility>

namespace weft::kernels {

/// For the calling thread and all later parallel work it starts. 0: as many as the process may use.
void set_threads(int count);
int threads();

/// Numbers a thread should at least have to itself in a pass over them.
inline constexpr std::size_t kPassGrain = 1 << 14;
/// The same in columns of `rows` numbers.
inline std::size_t columns_of_a_pass(std::size_t rows) { return 1 + kPassGrain / (rows + 1); }

/// Calls body(begin, end) over [0, count) in one contiguous part a thread, the same parts each
/// time; serially if there are fewer than `grain` items a thread.
template <class Body>
void parallel_for(std::size_t count, std::size_t grain, const Body& body) {
  const std::size_t wanted = grain ? count / grain : count;
  const int parts = static_cast<int>(
      wanted < static_cast<std::size_t>(threads()) ? wanted : static_cast<std::size_t>(threads()));
  if (parts <= 1) {
    if (count) body(std::size_t{0}, count);
    return;
  }
#pragma omp parallel for num_threads(parts) schedule(static, 1)
  for (int part = 0; part < parts; ++part) {
    const std::size_t p = static_cast<std::size_t>(part), n = static_cast<std::size_t>(parts);
    body(count * p / n, count * (p + 1) / n);
  }
}

}  // namespace weft::kernels
