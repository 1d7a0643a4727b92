#include "tokenizer/segments.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include <stdexcept>
#include <string>

namespace weft {

namespace {

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
}

}  // namespace

struct Segmenter::Impl {
  std::unique_ptr<icu::BreakIterator> prototype;
};

Segmenter::Segmenter(Boundary boundary) {
  UErrorCode status = U_ZERO_ERROR;
  const auto& root = icu::Locale::getRoot();
  auto impl = std::make_unique<Impl>();
  impl->prototype.reset(boundary == Boundary::word
                            ? icu::BreakIterator::createWordInstance(root, status)
                            : icu::BreakIterator::createCharacterInstance(root, status));
  check(status);
  impl_ = std::move(impl);
}

Segmenter::~Segmenter() = default;

// An iterator keeps its place in the text, so each thread needs one of its own.
struct Segmenter::Cursor::Impl {
  std::unique_ptr<icu::BreakIterator> iterator;
  UText text = UTEXT_INITIALIZER;
  ~Impl() { utext_close(&text); }
};

Segmenter::Cursor::Cursor(const Segmenter& segmenter) : segmenter_(segmenter) {}
Segmenter::Cursor::~Cursor() = default;

void Segmenter::Cursor::visit(std::string_view text,
                              const std::function<void(std::string_view)>& visit) {
  if (text.empty()) return;
  if (!impl_) {
    impl_ = std::make_unique<Impl>();
    impl_->iterator.reset(segmenter_.impl_->prototype->clone());
  }
  UErrorCode status = U_ZERO_ERROR;
  utext_openUTF8(&impl_->text, text.data(), static_cast<std::int64_t>(text.size()), &status);
  impl_->iterator->setText(&impl_->text, status);
  check(status);
  auto begin = static_cast<std::size_t>(impl_->iterator->first());
  for (auto end = impl_->iterator->next(); end != icu::BreakIterator::DONE;
       end = impl_->iterator->next()) {
    const auto boundary = static_cast<std::size_t>(end);
    visit(text.substr(begin, boundary - begin));
    begin = boundary;
  }
}

}  // namespace weft
