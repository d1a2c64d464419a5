#pragma once
#include <algorithm>
#include <array>
#include <span>

#include "fullforce/base/random.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Calls use(local row, value) with a normal number for each row of a block. The draw of a row has the row's number
/// over all ranks as its index. The numbers are drawn in pieces that fit the stack.
template <class Use>
void for_each_normal(const Draws& draws, RowBlock block, const Use& use) {
  std::array<double, 256> values;
  for (Index i = 0; i < block.rows; i += 256) {
    const Index n = std::min<Index>(256, block.rows - i);
    draws.normals(block.first + i, std::span(values).first(as_size(n)));
    for (Index k = 0; k < n; ++k) use(block.local + i + k, values[as_size(k)]);
  }
}

}  // namespace fullforce
