#include "mask_values.hpp"

#include <algorithm>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce {
namespace {

constexpr Index values_of_a_piece = 1 << 16;

/// A dataset that is read by pieces along its longest dimension, that of the steps.
class Pieces {
 public:
  Pieces(hid_t dataset, std::string what, Index steps)
      : dataset_(dataset),
        what_(std::move(what)),
        extents_(hdf5::extents(dataset)),
        axis_(as_size(std::find(extents_.begin(), extents_.end(), steps) - extents_.begin())),
        space_(hdf5::own(H5Dget_space(dataset), H5Sclose, what_)) {}

  /// The number of values of a step.
  Index width() const {
    Index width = 1;
    for (std::size_t d = 0; d < extents_.size(); ++d) width *= d == axis_ ? 1 : extents_[d];
    return width;
  }

  /// Reads the values of the steps [first, first + count).
  void read(Index first, Index count, std::span<double> into) const {
    std::vector<hsize_t> start(extents_.size(), 0), size(extents_.begin(), extents_.end());
    start[axis_] = static_cast<hsize_t>(first);
    size[axis_] = static_cast<hsize_t>(count);
    hdf5::check(H5Sselect_hyperslab(space_.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr), what_);
    const hdf5::Handle memory = hdf5::data_space({static_cast<Index>(into.size())}, what_);
    hdf5::check(H5Dread(dataset_, H5T_NATIVE_DOUBLE, memory.get(), space_.get(), H5P_DEFAULT, into.data()), what_);
  }

 private:
  hid_t dataset_;
  std::string what_;
  std::vector<Index> extents_;
  std::size_t axis_;
  hdf5::Handle space_;
};

}  // namespace

void read_masks(hid_t dataset, const std::string& what, Index outputs, std::span<std::uint8_t> masks) {
  const Index steps = static_cast<Index>(masks.size()) / outputs;
  const Pieces pieces(dataset, fmt::format("{} cannot be read", what), steps);
  const Index width = pieces.width(), most = std::max<Index>(1, values_of_a_piece / width);
  std::vector<double> values;
  for (Index first = 0; first < steps; first += most) {
    const Index count = std::min(most, steps - first);
    values.resize(as_size(count * width));
    pieces.read(first, count, values);
    for (Index k = 0; k < count * outputs; ++k) {
      const double value = values[as_size(width == outputs ? k : k / outputs)];
      require(value == 0.0 || value == 1.0,
              "{} has the value {} at step {} (must be 1 where learning and scoring count, and 0 where not)", what,
              value, first + k / outputs);
      masks[as_size(first * outputs + k)] = static_cast<std::uint8_t>(value);
    }
  }
}

}  // namespace fullforce
