#include "fullforce/io/result_file.hpp"

#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce {

void write_results(const std::filesystem::path& path, const std::string& kind,
                   const std::map<std::string, std::string>& texts, const std::vector<ResultArray>& arrays) {
  commit_when_whole(path, [&](const std::filesystem::path& temporary) {
    hdf5::Handle file = hdf5::create_serially(temporary);
    hdf5::write_attribute(file.get(), format::root::format, kind);
    hdf5::write_attribute(file.get(), format::root::format_version, format::version::results);
    for (const auto& [name, text] : texts) hdf5::write_attribute(file.get(), name, text);
    for (const ResultArray& array : arrays) hdf5::write_dataset(file.get(), array.name, array.extents, array.values);
    hdf5::check(file.close() ? 0 : -1, fmt::format("{} cannot be written", path.string()));
  });
}

}  // namespace fullforce
