// The reader of trials files. An input is a file as it is, if it begins like one of HDF5. Otherwise it is a text whose
// lines (hdf5_edits.hpp) change a small trials file.
#include <string>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/io/trials_file.hpp"
#include "fuzz_target.hpp"
#include "hdf5_edits.hpp"
#include "scratch_folder.hpp"
#include "words.hpp"

namespace fullforce {
namespace {

constexpr std::string_view begin_of_hdf5 = "\x89HDF";
/// Trials of more values than these are read and not written again.
constexpr std::size_t most_values = 100'000;

const ScratchFolder& folder() {
  static const ScratchFolder folder;
  return folder;
}

/// Two trials of three and two steps.
TrialsData small_trials() {
  TrialsData data;
  data.n_in = 1;
  data.n_out = 2;
  data.n_hint = 1;
  data.lengths = {3, 2};
  data.inputs = {1, 0, 0, 1, 0};
  data.targets = {0, 1, 0.5, -1, 0.25, 0, 1, 1, -0.5, 0};
  data.hints = {0, 0.1, 0.2, 0.3, 0.4};
  return data;
}

/// The file that is changed, which also lies beside the changed one under the name other.h5.
const std::string& base() {
  static const std::string bytes = [] {
    write_trials(folder() / "other.h5", small_trials());
    return bytes_of_file(folder() / "other.h5");
  }();
  return bytes;
}

void write_input(const std::filesystem::path& path, std::string_view input) {
  if (input.starts_with(begin_of_hdf5)) return write_file(path, input);
  write_file(path, base());
  for (const std::string_view line : lines_of(input))
    if (!edit_bytes(path, line)) edit_hdf5(path, line);
}

/// Files that stay open would be read in the state in which they were opened.
void expect_closed(const char* what) {
  if (H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) > 0) report_wrong(what, "leaves something open");
}

void expect_shapes(const TrialsData& data) {
  Index steps = 0;
  for (const Index length : data.lengths) steps += length;
  const auto fits = [&](const std::vector<double>& values, Index cols) {
    return cols >= 0 && values.size() == as_size(steps * cols);
  };
  if (data.n_out < 1 || !fits(data.targets, data.n_out) || !fits(data.inputs, data.n_in) ||
      !fits(data.hints, data.n_hint))
    report_wrong("trials have another size than they say", "");
}

/// Trials that were read must come back from what is written of them.
void expect_written_and_read(const TrialsData& data) {
  if (data.targets.size() + data.inputs.size() + data.hints.size() > most_values) return;
  const std::filesystem::path copy = folder() / "copy.h5";
  write_trials(copy, data);
  try {
    if (fingerprint(read_trials(copy)) != fingerprint(data)) report_wrong("trials come back changed", "");
  } catch (const InputError& error) {
    report_wrong("trials that were read are refused once they are written again", error.what());
  }
}

}  // namespace

std::string try_input(std::string_view input) {
  const std::filesystem::path path = folder() / "fuzz.h5";
  write_input(path, input);
  expect_closed("the edits");
  try {
    file_format(path);
    expect_closed("file_format");
    const TrialsData data = read_trials(path);
    expect_shapes(data);
    expect_written_and_read(data);
    return {};
  } catch (const InputError& error) {
    return refusal(error.what(), path.string());
  }
}

}  // namespace fullforce
