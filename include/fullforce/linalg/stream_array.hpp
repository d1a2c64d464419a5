#pragma once
#include "fullforce/base/aligned_array.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

/// One value for each of this rank's neurons and each stream: [local rows, streams], row-major, without padding (as in files and
/// messages).
template <Real T>
class StreamArray {
 public:
  StreamArray() = default;
  StreamArray(Index rows, Index streams) : rows_(rows), streams_(streams), data_(rows * streams) {
    for_each_in_parallel(rows * streams, [this](Index i) { data_[i] = T(0); });
  }

  Index rows() const { return rows_; }
  Index streams() const { return streams_; }
  T* row(Index i) { return data_.data() + i * streams_; }
  const T* row(Index i) const { return data_.data() + i * streams_; }
  T& operator()(Index i, Index b) { return row(i)[b]; }
  const T& operator()(Index i, Index b) const { return row(i)[b]; }
  std::span<T> values() { return data_.span(); }
  std::span<const T> values() const { return data_.span(); }

 private:
  Index rows_ = 0;
  Index streams_ = 0;
  AlignedArray<T> data_;
};

}  // namespace fullforce
