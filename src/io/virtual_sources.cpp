#include "virtual_sources.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "whole_dataset.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;
using hdf5::Handle;

/// One source: the part `selected` of a dataset becomes the part `place` of the virtual dataset. Where the place has no
/// end, the names may count the files or datasets that follow each other: "%b" stands for the number.
struct Mapping {
  std::string file;
  std::string dataset;
  Handle place;
  Handle selected;
};

/// Sources may be virtual themselves. This many behind each other can only be a loop.
constexpr int most_sources = 32;
constexpr std::string_view its_source = ": its source";

/// `what` names the dataset and, behind it, the sources on the way.
void expect_no_loop(const std::string& what) {
  int sources = 0;
  for (std::size_t at = what.find(its_source); at != std::string::npos; at = what.find(its_source, at + 1)) ++sources;
  require(sources < most_sources, "{} takes values from itself", what.substr(0, what.find(its_source)));
}

template <class Get>
std::string text_of(Get get) {
  const ssize_t length = get(nullptr, 0);
  hdf5::check(length < 0 ? -1 : 0, "source cannot be read");
  std::string text(as_size(length) + 1, '\0');
  get(text.data(), text.size());
  text.pop_back();
  return text;
}

Mapping mapping(hid_t creation, std::size_t i) {
  const auto file = [&](char* text, std::size_t size) { return H5Pget_virtual_filename(creation, i, text, size); };
  const auto dataset = [&](char* text, std::size_t size) { return H5Pget_virtual_dsetname(creation, i, text, size); };
  return {text_of(file), text_of(dataset),
          hdf5::own(H5Pget_virtual_vspace(creation, i), H5Sclose, "source cannot be read"),
          hdf5::own(H5Pget_virtual_srcspace(creation, i), H5Sclose, "source cannot be read")};
}

/// The name of one source: "%b" becomes its number, and "%%" a percent sign.
std::string numbered(const std::string& name, Index number) {
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char next = name[i] == '%' && i + 1 < name.size() ? name[i + 1] : '\0';
    if (next == 'b')
      result += fmt::to_string(number);
    else
      result += name[i];
    if (next == 'b' || next == '%') ++i;
  }
  return result;
}

bool counts(const Mapping& mapping) {
  return numbered(mapping.file, 0) != numbered(mapping.file, 1) ||
         numbered(mapping.dataset, 0) != numbered(mapping.dataset, 1);
}

/// Where HDF5 looks for the file of a source, in its order.
std::vector<fs::path> candidates(hid_t dataset, const std::string& name) {
  const Handle access = hdf5::own(H5Dget_access_plist(dataset), H5Pclose, "source cannot be read");
  const std::string prefix =
      text_of([&](char* text, std::size_t size) { return H5Pget_virtual_prefix(access.get(), text, size); });
  const fs::path here = text_of([&](char* text, std::size_t size) { return H5Fget_name(dataset, text, size); });
  std::vector<fs::path> result;
  fs::path relative = name;
  if (relative.is_absolute()) {
    result.push_back(relative);
    relative = relative.filename();
  }
  if (!prefix.empty()) result.push_back(fs::path(prefix) / relative);
  result.push_back(here.parent_path() / relative);
  result.push_back(relative);
  std::error_code ignored;
  result.push_back(fs::weakly_canonical(here, ignored).parent_path() / relative);
  return result;
}

/// The file of a source, or nothing. The name "." means the file of the virtual dataset.
Handle source_file(hid_t dataset, const std::string& name) {
  if (name == ".") return {H5Iget_file_id(dataset), H5Fclose};
  for (const fs::path& path : candidates(dataset, name)) {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file >= 0) return {file, H5Fclose};
  }
  return {};
}

/// A regular part of a data space, in HDF5's terms; a part without end has an unlimited count or block.
struct Hyperslab {
  std::vector<hsize_t> start, stride, count, block;
};

std::optional<Hyperslab> regular_hyperslab(hid_t space) {
  if (H5Sget_select_type(space) != H5S_SEL_HYPERSLABS || H5Sis_regular_hyperslab(space) <= 0) return {};
  const std::vector<hsize_t> zeros(as_size(H5Sget_simple_extent_ndims(space)));
  Hyperslab slab{zeros, zeros, zeros, zeros};
  hdf5::check(
      H5Sget_regular_hyperslab(space, slab.start.data(), slab.stride.data(), slab.count.data(), slab.block.data()),
      "source cannot be read");
  return slab;
}

bool has_no_end(const Hyperslab& slab) {
  const auto endless = [](hsize_t n) { return n == H5S_UNLIMITED; };
  return std::any_of(slab.count.begin(), slab.count.end(), endless) ||
         std::any_of(slab.block.begin(), slab.block.end(), endless);
}

/// How many values one source gives.
hsize_t values_of(hid_t place) {
  const std::optional<Hyperslab> slab = regular_hyperslab(place);
  if (!slab || !has_no_end(*slab)) return static_cast<hsize_t>(H5Sget_select_npoints(place));
  hsize_t values = 1;
  for (std::size_t i = 0; i < slab->count.size(); ++i)
    values *= (slab->count[i] == H5S_UNLIMITED ? 1 : slab->count[i]) * slab->block[i];
  return values;
}

hsize_t values_of(const std::vector<Index>& extents) {
  hsize_t values = 1;
  for (const Index extent : extents) values *= static_cast<hsize_t>(extent);
  return values;
}

/// Whether the source is as large as the part that is taken from it.
bool fits(hid_t source, const Mapping& mapping) {
  const hid_t selected = mapping.selected.get();
  const std::optional<Hyperslab> slab = regular_hyperslab(selected);
  if (slab && has_no_end(*slab)) return true;  // HDF5 lets the virtual dataset end where such a source ends
  const std::vector<Index> extents = hdf5::extents(source);
  if (H5Sget_select_type(selected) == H5S_SEL_ALL) return values_of(extents) == values_of(mapping.place.get());
  if (static_cast<int>(extents.size()) != H5Sget_simple_extent_ndims(selected)) return false;
  if (H5Sget_select_npoints(selected) == 0) return true;
  std::vector<hsize_t> first(extents.size()), last(extents.size());
  hdf5::check(H5Sget_select_bounds(selected, first.data(), last.data()), "source cannot be read");
  for (std::size_t i = 0; i < extents.size(); ++i)
    if (last[i] >= static_cast<hsize_t>(extents[i])) return false;
  return true;
}

/// Checks one source and returns whether it is there.
bool check_source(hid_t dataset, const Mapping& mapping, Index number, const std::string& what) {
  const std::string name = numbered(mapping.dataset, number);
  const std::string file_name = numbered(mapping.file, number);
  const Handle file = source_file(dataset, file_name);
  const Handle source(file.get() < 0 ? H5I_INVALID_HID : open_up_to_the_first_gap(file.get(), name), H5Dclose);
  if (source.get() < 0 && number > 0) return false;
  require(file.get() >= 0, "{} takes values from the file {}, which cannot be found or read", what, file_name);
  const std::string place = file_name == "." ? std::string("the same file") : file_name;
  require(source.get() >= 0, "{} takes values from dataset {} of {}, which cannot be found or read", what, name, place);
  expect_no_loop(what);
  const std::string source_name = fmt::format("{}{}, dataset {} of {},", what, its_source, name, place);
  require(fits(source.get(), mapping), "{} has shape {}, which does not fit what is taken from it", source_name,
          hdf5::to_text(hdf5::extents(source.get())));
  expect_whole(source.get(), source_name);
  return true;
}

void select_also(hid_t covered, const Hyperslab& slab) {
  hdf5::check(H5Sselect_hyperslab(covered, H5S_SELECT_OR, slab.start.data(), slab.stride.data(), slab.count.data(),
                                  slab.block.data()),
              "source cannot be read");
}

/// The same part, ended where the dataset ends.
Hyperslab ended(Hyperslab slab, const std::vector<Index>& extents) {
  for (std::size_t i = 0; i < extents.size(); ++i) {
    const auto extent = static_cast<hsize_t>(extents[i]);
    const hsize_t room = extent > slab.start[i] ? extent - slab.start[i] : 0;
    if (slab.count[i] == H5S_UNLIMITED) slab.count[i] = (room + slab.stride[i] - 1) / slab.stride[i];
    if (slab.block[i] == H5S_UNLIMITED) slab.block[i] = room;
  }
  return slab;
}

void cover_blocks(hid_t covered, hid_t place, std::size_t rank) {
  const hssize_t blocks = H5Sget_select_hyper_nblocks(place);
  hdf5::check(blocks < 0 ? -1 : 0, "source cannot be read");
  std::vector<hsize_t> corners(2 * rank * as_size(blocks));
  hdf5::check(H5Sget_select_hyper_blocklist(place, 0, static_cast<hsize_t>(blocks), corners.data()),
              "source cannot be read");
  const std::vector<hsize_t> one(rank, 1);
  for (auto first = corners.begin(); first != corners.end(); first += static_cast<std::ptrdiff_t>(2 * rank)) {
    const auto last = first + static_cast<std::ptrdiff_t>(rank);
    std::vector<hsize_t> block(rank);
    std::transform(first, last, last, block.begin(), [](hsize_t from, hsize_t to) { return to - from + 1; });
    select_also(covered, {{first, last}, one, one, block});
  }
}

/// Adds the place of one mapping to what is selected in `covered`.
void cover(hid_t covered, hid_t place, const std::vector<Index>& extents) {
  if (H5Sget_select_type(place) == H5S_SEL_ALL) {
    hdf5::check(H5Sselect_all(covered), "source cannot be read");
  } else if (const std::optional<Hyperslab> slab = regular_hyperslab(place)) {
    const Hyperslab inside = ended(*slab, extents);
    const auto empty = [](hsize_t n) { return n == 0; };
    if (std::none_of(inside.count.begin(), inside.count.end(), empty) &&
        std::none_of(inside.block.begin(), inside.block.end(), empty))
      select_also(covered, inside);
  } else if (H5Sget_select_type(place) == H5S_SEL_HYPERSLABS) {
    cover_blocks(covered, place, extents.size());
  }
}

/// Places may reach beyond the dataset's end; what lies there does not count.
hsize_t values_inside(hid_t covered, const std::vector<Index>& extents) {
  const std::vector<hsize_t> start(extents.size(), 0), one(extents.size(), 1), block(extents.begin(), extents.end());
  if (H5Sget_select_npoints(covered) == 0) return 0;
  hdf5::check(H5Sselect_hyperslab(covered, H5S_SELECT_AND, start.data(), nullptr, one.data(), block.data()),
              "source cannot be read");
  return static_cast<hsize_t>(H5Sget_select_npoints(covered));
}

}  // namespace

void expect_sources(hid_t dataset, hid_t creation, const std::string& what) {
  std::size_t count = 0;
  hdf5::check(H5Pget_virtual_count(creation, &count), what);
  const std::vector<Index> extents = hdf5::extents(dataset);
  const Handle covered = hdf5::data_space(extents, what);
  hdf5::check(H5Sselect_none(covered.get()), what);
  for (std::size_t i = 0; i < count; ++i) {
    const Mapping source = mapping(creation, i);
    for (Index number = 0; check_source(dataset, source, number, what) && counts(source);) ++number;
    cover(covered.get(), source.place.get(), extents);
  }
  const hsize_t wanted = values_of(extents);
  const hsize_t given = wanted == 0 ? 0 : values_inside(covered.get(), extents);
  require(given == wanted, "{} is not whole: its sources give {} of its {} values", what, given, wanted);
}

}  // namespace fullforce
