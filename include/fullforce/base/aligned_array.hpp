#pragma once
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Every array that a kernel reads begins on a cache line and on the widest vector register.
inline constexpr Index alignment_bytes = 64;

/// `count` rounded up to a whole number of alignment units of T.
template <class T>
constexpr Index padded(Index count) {
  constexpr Index unit = alignment_bytes / static_cast<Index>(sizeof(T));
  return (count + unit - 1) / unit * unit;
}

/// Arrays of at least this many bytes ask for large pages, and begin on one: a matrix that is read once a step
/// otherwise misses the translation buffer at every row.
inline constexpr Index large_page_bytes = Index{2} << 20;

namespace detail {
/// `bytes` bytes on an address as above. Throws std::bad_alloc.
void* allocate_aligned(Index bytes);
}  // namespace detail

/// A fixed-size array on an aligned address. The memory is not touched at construction, so that the thread that will
/// use a page can be the first to write to it.
template <class T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(Index count) : size_(count) {
    if (count > 0) data_.reset(static_cast<T*>(detail::allocate_aligned(count * static_cast<Index>(sizeof(T)))));
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  Index size() const { return size_; }
  T& operator[](Index i) { return data_.get()[i]; }
  const T& operator[](Index i) const { return data_.get()[i]; }
  std::span<T> span() { return {data_.get(), as_size(size_)}; }
  std::span<const T> span() const { return {data_.get(), as_size(size_)}; }
  void fill(T value) {
    for (Index i = 0; i < size_; ++i) data_.get()[i] = value;
  }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T[], Free> data_;
  Index size_ = 0;
};

}  // namespace fullforce
