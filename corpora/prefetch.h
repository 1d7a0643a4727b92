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

/// Calls `produce` on a thread of its own and keeps at most `capacity` results ready. What
/// `produce` throws comes out of next(), after the results before it. The destructor waits for the
/// call under way, not for the rest.
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
    changed_.notify_all();
    thread_.join();
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// False at the end, and again if asked again; an exception too is thrown again.
  bool next(T& item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return false;
    }
    item = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return true;
  }

 private:
  void run() {
    try {
      for (;;) {
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [this] { return ready_.size() < capacity_ || stopping_; });
          if (stopping_) break;
        }
        T item{};
        if (!produce_(item)) break;
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(item));
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::function<bool(T&)> produce_;
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> ready_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weft
