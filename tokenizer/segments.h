// Unicode text segmentation (UAX 29) with ICU: words and grapheme clusters of UTF-8 text.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace weft {

enum class Boundary { word, grapheme };

/// Segments of a text, from the first byte to the last. Shareable between threads.
class Segmenter {
 public:
  explicit Segmenter(Boundary boundary);
  ~Segmenter();

  /// One thread's use of it, on as many texts as it likes.
  class Cursor {
   public:
    explicit Cursor(const Segmenter& segmenter);
    ~Cursor();
    void visit(std::string_view text, const std::function<void(std::string_view)>& visit);

   private:
    struct Impl;
    const Segmenter& segmenter_;
    std::unique_ptr<Impl> impl_;  // made when it is first needed: most text is ASCII
  };

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace weft
