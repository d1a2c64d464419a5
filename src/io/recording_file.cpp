#include "fullforce/io/recording_file.hpp"

#include <array>
#include <numeric>

#include "disk_space.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/hdf5.hpp"
#include "fullforce/io/unfinished_file.hpp"
#include "seal.hpp"
#include "texts.hpp"

namespace fullforce {
namespace {

/// HDF5's own structures, attributes and the tables of trials need less than this, and another part for each trial.
constexpr Index room_for_structure = Index{1} << 20;
constexpr Index room_for_a_trial = 256;

Index width_of(const std::vector<RecordedArray>& arrays) {
  return std::accumulate(arrays.begin(), arrays.end(), Index{0},
                         [](Index width, const RecordedArray& array) { return width + array.width; });
}

void write_header(hid_t file, const RecordingHeader& header) {
  hdf5::write_attribute(file, format::root::format, format::kind::recording);
  hdf5::write_attribute(file, format::root::format_version, format::version::recording);
  for (const auto& [name, value] : header.notes) hdf5::write_attribute(file, name, value);
  write_text_attribute(file, "output_names", header.output_names);
  const auto write = [&](const char* name, const auto& values) {
    hdf5::write_dataset(file, name, {static_cast<Index>(values.size())}, values);
  };
  write("neurons", header.neurons);
  write("trials", header.trials);
  write("trial_ends", header.trial_ends);
  if (!header.conditions.empty()) write_texts(file, "conditions", header.conditions);
}

/// A dataset of a recording that is open, and where its columns begin in a row of all arrays.
class OpenArray {
 public:
  OpenArray(hid_t file, const RecordedArray& array, Index steps, Index first_column)
      : array_(array), first_column_(first_column) {
    std::vector<Index> extents{steps};
    if (array.kind != RecordedArray::Kind::list) extents.push_back(array.width);
    const hdf5::Handle space = hdf5::data_space(extents, what());
    const hid_t type = array.kind == RecordedArray::Kind::mask ? H5T_STD_U8LE : H5T_IEEE_F64LE;
    dataset_ = hdf5::own(H5Dcreate2(file, array.name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                         H5Dclose, what());
  }

  void write(Index first, Index steps, Index row_width, const std::byte* rows) const {
    if (array_.width == 0) return;
    const hdf5::Handle file_space = hdf5::own(H5Dget_space(dataset_.get()), H5Sclose, what());
    select(file_space, first, 0, steps);
    const hdf5::Handle memory_space = hdf5::data_space({steps, row_width}, what());
    select(memory_space, 0, first_column_, steps);
    hdf5::check(H5Dwrite(dataset_.get(), H5T_NATIVE_DOUBLE, memory_space.get(), file_space.get(), H5P_DEFAULT, rows),
                what());
  }

 private:
  std::string what() const { return fmt::format("dataset {} of the recording cannot be written", array_.name); }

  void select(const hdf5::Handle& space, Index row, Index column, Index rows) const {
    const std::array<hsize_t, 2> start{static_cast<hsize_t>(row), static_cast<hsize_t>(column)};
    const std::array<hsize_t, 2> count{static_cast<hsize_t>(rows), static_cast<hsize_t>(array_.width)};
    hdf5::check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), what());
  }

  RecordedArray array_;
  Index first_column_;
  hdf5::Handle dataset_;
};

/// Cuts off what was reserved behind the end that HDF5 knows.
void give_back_room(const std::filesystem::path& path) {
  haddr_t end = 0;
  {
    const hdf5::Handle file = hdf5::reopen_serially(path);
    hdf5::check(H5Fget_eoa(file.get(), &end), fmt::format("{} has no end", path.string()));
  }
  if (std::error_code error; std::filesystem::resize_file(path, end, error), error)
    throw RunError(fmt::format("{} cannot be cut to its length: {}", path.string(), error.message()));
}

}  // namespace

/// What is closed last is declared first.
struct RecordingFile::Contents {
  std::filesystem::path path;
  UnfinishedFile unfinished;
  hdf5::Handle file;
  Index row_width;
  std::vector<OpenArray> arrays;
};

RecordingFile::RecordingFile(const std::filesystem::path& path, const RecordingHeader& header,
                             std::vector<RecordedArray> arrays)
    : contents_(new Contents{path, UnfinishedFile(path), {}, width_of(arrays), {}}) {
  Contents& open = *contents_;
  open.file = hdf5::create_serially(open.unfinished.path());
  const Index steps = header.trial_ends.empty() ? 0 : header.trial_ends.back();
  const Index trials = static_cast<Index>(header.trials.size());
  DiskSpace(open.unfinished.path())
      .take(steps * open.row_width * static_cast<Index>(sizeof(double)) + trials * room_for_a_trial +
            room_for_structure);
  write_header(open.file.get(), header);
  Index column = 0;
  for (const RecordedArray& array : arrays) {
    open.arrays.emplace_back(open.file.get(), array, steps, column);
    column += array.width;
  }
}

RecordingFile::~RecordingFile() = default;

void RecordingFile::write(Index first, std::span<const std::byte> rows) {
  const Index steps = static_cast<Index>(rows.size() / sizeof(double)) / contents_->row_width;
  for (const OpenArray& array : contents_->arrays) array.write(first, steps, contents_->row_width, rows.data());
}

void RecordingFile::commit() {
  contents_->arrays.clear();
  hdf5::check(contents_->file.close() ? 0 : -1, fmt::format("{} cannot be written", contents_->path.string()));
  give_back_room(contents_->unfinished.path());
  contents_->unfinished.commit();
}

std::string file_format(const std::filesystem::path& path) {
  if (seal::present(path))
    return format::kind::network;  // only network files are sealed; HDF5 may fail on a damaged one
  const hdf5::Handle file = hdf5::open_serially(path);
  if (!hdf5::has_attribute(file.get(), format::root::format)) return {};
  try {
    const hdf5::Value value = hdf5::read_attribute(file.get(), format::root::format);
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::string();
  } catch (const RunError& error) {
    throw InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

std::string seal_of(const std::filesystem::path& path) { return seal::text(path); }

}  // namespace fullforce
