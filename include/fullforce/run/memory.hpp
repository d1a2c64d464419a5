#pragma once
#include "fullforce/base/types.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Throws InputError, which states the sum, if the ranks of a node need more memory than the node has available.
/// **Collective.**
void require_memory(const Layout& layout, Index bytes_per_rank);

/// The memory that all processes of this node together may hold, in bytes: that of the machine, or that of the control
/// group if it is less.
Index memory_of_node();

/// The largest memory that this process has held, in bytes.
Index peak_memory();

/// A number of bytes in words: 1234567890 is "1.15 GiB".
std::string bytes_text(double bytes);

}  // namespace fullforce
