#pragma once
#include "fullforce/base/types.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Throws InputError with the sum when the ranks of a node need more than the node has available. **Collective.**
void require_memory(const Layout& layout, Index bytes_per_rank);

/// All memory that the processes of this node may hold: the machine's, or the control group's if that is less.
Index memory_of_node();

/// Largest memory this process has held, bytes.
Index peak_memory();

/// 1234567890 as "1.15 GiB".
std::string bytes_text(double bytes);

}  // namespace fullforce
