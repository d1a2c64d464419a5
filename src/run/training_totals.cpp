#include "training_totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace fullforce {

RegionTable region_table(const Communicator& comm, RegionTimer& timer) {
  RegionTable table;
  const auto seconds = timer.seconds();
  for (std::size_t r = 0; r < region_count; ++r) {
    const std::vector<double> all = comm.all_gather(seconds[r]);
    const auto [least, most] = std::minmax_element(all.begin(), all.end());
    table[r] = {*least, std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size()), *most};
  }
  return table;
}

std::string region_text(const RegionTable& table) {
  double total = 0.0;
  for (const RegionSpread& spread : table) total += spread.mean;
  std::string text = "where the time went   minimum      mean   maximum   share   slowest/mean (s, over ranks)";
  for (std::size_t r = 0; r < region_count; ++r)
    text += fmt::format("\n  {:18s} {:9.3f} {:9.3f} {:9.3f}  {:5.1f} %   {:.2f}", names_of<TimerRegion>[r],
                        table[r].minimum, table[r].mean, table[r].maximum,
                        total > 0.0 ? 100.0 * table[r].mean / total : 0.0, table[r].imbalance());
  return text;
}

}  // namespace fullforce
