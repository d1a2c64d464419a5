#pragma once
#include <hdf5.h>

#include <string>

/// Datasets that other programs wrote, and perhaps did not finish. HDF5 reads whatever was never stored as fill values,
/// which are mostly zeros, and says nothing.
namespace fullforce {

/// How a dataset of a file is opened for `expect_whole`: a virtual dataset that grows with its sources ends where the
/// first of them has nothing more. Throws RunError where HDF5 refuses.
hid_t open_up_to_the_first_gap(hid_t file, const std::string& name);

/// Throws InputError unless all values of the dataset are stored where HDF5 will look for them, and in a form that it
/// can read: chunks that were never written, filters that are not there, external files and the sources of virtual
/// datasets that are missing or too short. `what` names the dataset in the message. What cannot be known is taken as
/// whole, for example room that a program reserved and never wrote to. Throws RunError where HDF5 fails.
void expect_whole(hid_t dataset, const std::string& what);

}  // namespace fullforce
