// Passes over a corpus that is read once if it is small.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace weft {

/// The first pass reads; if the examples then weigh no more than `limit`, they have been kept, and
/// later passes come out of memory. One pass at a time.
template <class Example>
class KeptSource {
 public:
  using Source = std::function<bool(Example&)>;  // false at the end
  using Weight = std::function<std::size_t(const Example&)>;

  /// `open` begins a pass over the corpus, the same each time.
  KeptSource(std::function<Source()> open, Weight weight, std::size_t limit)
      : open_(std::move(open)), weight_(std::move(weight)), limit_(limit) {}

  Source pass() {
    if (kept_ && kept_->complete) {
      return [kept = kept_, next = std::size_t{0}](Example& example) mutable {
        if (next == kept->examples.size()) return false;
        example = kept->examples[next++];
        return true;
      };
    }
    kept_ = std::make_shared<Kept>();
    return [kept = kept_, source = open_(), weight = weight_, limit = limit_](Example& example) {
      if (!source(example)) {
        kept->complete = kept->weight <= limit;
        return false;
      }
      if (kept->weight > limit) return true;
      kept->weight += weight(example);
      if (kept->weight <= limit)
        kept->examples.push_back(example);
      else
        std::vector<Example>().swap(kept->examples);
      return true;
    };
  }

 private:
  struct Kept {
    std::vector<Example> examples;
    std::size_t weight = 0;
    bool complete = false;  // every example is there
  };

  std::function<Source()> open_;
  Weight weight_;
  std::size_t limit_;
  std::shared_ptr<Kept> kept_;
};

}  // namespace weft
