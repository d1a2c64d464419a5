#include "fullforce/io/recording_file.hpp"

#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/hdf5.hpp"
#include "seal.hpp"

namespace fullforce {
namespace {

void write_contents(hid_t file, const Recording& recording) {
  using hdf5::write_dataset;
  const Index steps = static_cast<Index>(recording.time.size());
  hdf5::write_attribute(file, format::root::format, format::kind::recording);
  hdf5::write_attribute(file, format::root::format_version, format::version::recording);
  write_dataset(file, "time", {steps}, recording.time);
  write_dataset(file, "outputs", {steps, recording.n_out}, recording.outputs);
  write_dataset(file, "targets", {steps, recording.n_out}, recording.targets);
  write_dataset(file, "inputs", {steps, recording.n_in}, recording.inputs);
  write_dataset(file, "neurons", {recording.n_rec}, recording.neurons);
  write_dataset(file, "rates", {steps, recording.n_rec}, recording.rates);
  if (!recording.target_rates.empty())
    write_dataset(file, "target_rates", {steps, recording.n_rec}, recording.target_rates);
  write_dataset(file, "trial_ends", {static_cast<Index>(recording.trial_ends.size())}, recording.trial_ends);
}

}  // namespace

void write_recording(const std::filesystem::path& path, const Recording& recording) {
  commit_when_whole(path, [&](const std::filesystem::path& temporary) {
    hdf5::Handle file = hdf5::create_serially(temporary);
    write_contents(file.get(), recording);
    hdf5::check(file.close() ? 0 : -1, fmt::format("{} cannot be written", path.string()));
  });
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

}  // namespace fullforce
