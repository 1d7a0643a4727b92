// Work done ahead on a thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace weft {

/// Calls `produce` on a thread of its own and keeps at most `capacity` results ready; once so many
/// are, it rests until half of them are taken, as waking a thread costs more than a small batch.
/// What `produce` throws comes out of next(), after the results before it. The destructor waits for
/// the call under way, not for the rest.
template <class T>
class Prefetcher {
 public:
  /// `produce` fills its argument and returns true, or returns false at the end.
  Prefetcher(std::function<bool(T&)> produce, std::size_t capacity)
      : produce_(std::move(produce)),
        capacity_(capacity > 0 ? capacity : 1),
        thread_([this] { run(); }) {}
  ~Prefetcher() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    room_.notify_one();
    thread_.join();
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// False at the end, and again if asked again; an exception too is thrown again.
  bool next(T& item) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return false;
    }
    item = std::move(ready_.front());
    ready_.pop_front();
    const bool wake = ready_.size() == capacity_ / 2;
    lock.unlock();
    if (wake) room_.notify_one();
    return true;
  }

 private:
  void run() {
    try {
      for (;;) {
        {
          std::unique_lock lock(mutex_);
          if (ready_.size() == capacity_)
            room_.wait(lock, [this] { return ready_.size() <= capacity_ / 2 || stopping_; });
          if (stopping_) break;
        }
        T item{};
        if (!produce_(item)) break;
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(item));
        if (ready_.size() == 1) filled_.notify_one();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    filled_.notify_one();
  }

  std::function<bool(T&)> produce_;
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable filled_, room_;
  std::deque<T> ready_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weft
