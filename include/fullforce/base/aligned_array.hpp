#pragma once
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Every array that a kernel reads begins at a multiple of this many bytes. This is the size of a cache line and of the
/// widest vector register.
inline constexpr Index alignment_bytes = 64;

/// Returns `count` rounded up to a whole number of alignment units. A unit is the number of scalars T that fill
/// alignment_bytes.
template <class T>
constexpr Index padded(Index count) {
  constexpr Index unit = alignment_bytes / static_cast<Index>(sizeof(T));
  return (count + unit - 1) / unit * unit;
}

/// An array of at least this many bytes asks the system for large pages and begins on one. Without large pages, a
/// matrix that is read once a step misses the translation lookaside buffer at every row.
inline constexpr Index large_page_bytes = Index{2} << 20;

namespace detail {
/// Allocates `bytes` bytes. They begin on a large page if there are at least large_page_bytes of them, and at a
/// multiple of alignment_bytes otherwise. The function throws std::bad_alloc if there is not enough memory.
void* allocate_aligned(Index bytes);
}  // namespace detail

/// A fixed-size array that begins on an aligned address. The constructor does not touch the memory. The thread that
/// will use a page can therefore be the first to write to it.
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
