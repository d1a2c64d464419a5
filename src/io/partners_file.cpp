#include "fullforce/io/partners_file.hpp"

#include <algorithm>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "whole_dataset.hpp"

namespace fullforce {
namespace {

/// So many indices are read at once.
constexpr Index indices_of_a_piece = Index{1} << 20;

/// A list of integers in a file.
class IntegerList {
 public:
  IntegerList(hid_t file, const std::string& path, const std::string& name)
      : what_(fmt::format("{}: dataset {}", path, name)) {
    require(H5Lexists(file, name.c_str(), H5P_DEFAULT) > 0,
            "{} is missing (expected integers: indptr [groups + 1] and indices, compressed sparse rows)", what_);
    set_ = hdf5::Handle(open_up_to_the_first_gap(file, name), H5Dclose);
    require(set_.get() >= 0, "{} cannot be read", what_);
    const hdf5::Handle type = hdf5::own(H5Dget_type(set_.get()), H5Tclose, what_);
    require(H5Tget_class(type.get()) == H5T_INTEGER, "{} does not hold integers", what_);
    expect_whole(set_.get(), what_);
    const std::vector<Index> extents = hdf5::extents(set_.get());
    require(extents.size() == 1, "{} has shape {} (expected a list)", what_, hdf5::to_text(extents));
    size_ = extents[0];
  }

  Index size() const { return size_; }
  const std::string& what() const { return what_; }

  void read(Index first, std::span<Index> into) const {
    const Index count = static_cast<Index>(into.size());
    const hdf5::Handle in_file = hdf5::own(H5Dget_space(set_.get()), H5Sclose, what_);
    const hdf5::Handle in_memory = hdf5::data_space({count}, what_);
    hdf5::select_rows(in_file, in_memory, first, {count});
    hdf5::check(H5Dread(set_.get(), H5T_NATIVE_INT64, in_memory.get(), in_file.get(), H5P_DEFAULT, into.data()), what_);
  }

 private:
  std::string what_;
  hdf5::Handle set_;
  Index size_ = 0;
};

}  // namespace

struct PartnersFile::Contents {
  explicit Contents(const std::string& path)
      : file(hdf5::open_serially(path)), indptr(file.get(), path, "indptr"), indices(file.get(), path, "indices") {}

  /// The indices [begin, end), which are read with those that follow them.
  std::span<const Index> piece(Index begin, Index end) {
    if (begin < first || end > first + static_cast<Index>(buffer.size())) {
      first = begin;
      buffer.resize(as_size(std::min(indices.size() - begin, std::max(end - begin, indices_of_a_piece))));
      indices.read(first, buffer);
    }
    return std::span(buffer).subspan(as_size(begin - first), as_size(end - begin));
  }

  hdf5::Handle file;
  IntegerList indptr;
  IntegerList indices;
  std::vector<Index> row_pointers;
  Index first = 0;  ///< where in `indices` the buffer begins
  std::vector<Index> buffer;
};

PartnersFile::PartnersFile(const std::string& path, const PartnersShape& shape)
    : path_(path), shape_(shape), contents_(std::make_unique<Contents>(path)) {
  const IntegerList& indptr = contents_->indptr;
  require(indptr.size() == shape.groups + 1,
          "{} has {} numbers, and {} groups of neurons need {}: one row a group (see learning.group)", indptr.what(),
          indptr.size(), shape.groups, shape.groups + 1);
  std::vector<Index>& rows = contents_->row_pointers;
  rows.resize(as_size(indptr.size()));
  indptr.read(0, rows);
  require(rows.front() == 0, "{} begins with {} (must be 0)", indptr.what(), rows.front());
  for (Index g = 0; g < shape.groups; ++g) {
    const Index count = rows[as_size(g + 1)] - rows[as_size(g)];
    require(count >= 0, "{} decreases after row {}", indptr.what(), g);
    require(count <= shape.in_degree, "{}: group {} has {} partners (must be at most learning.plastic_in_degree = {})",
            path, g, count, shape.in_degree);
  }
  require(rows.back() == contents_->indices.size(), "{} ends with {}, but there are {} indices", indptr.what(),
          rows.back(), contents_->indices.size());
}

PartnersFile::~PartnersFile() = default;

void PartnersFile::read(Index group, std::span<std::int32_t> partners) const {
  const Index begin = contents_->row_pointers[as_size(group)], end = contents_->row_pointers[as_size(group + 1)];
  const auto given = contents_->piece(begin, end);
  for (const Index neuron : given)
    require(neuron >= 0 && neuron < shape_.neurons, "{}: group {} has the partner {} (must be from 0 to {})", path_,
            group, neuron, shape_.neurons - 1);
  const auto rest = std::transform(given.begin(), given.end(), partners.begin(),
                                   [](Index neuron) { return static_cast<std::int32_t>(neuron); });
  std::sort(partners.begin(), rest);
  const auto twice = std::adjacent_find(partners.begin(), rest);
  require(twice == rest, "{}: group {} has the partner {} twice", path_, group, twice == rest ? -1 : *twice);
  std::fill(rest, partners.end(), -1);
}

void PartnersFile::check() const {
  std::vector<std::int32_t> partners(as_size(shape_.in_degree));
  for (Index g = 0; g < shape_.groups; ++g) read(g, partners);
}

}  // namespace fullforce
