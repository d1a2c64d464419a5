#include "fullforce/io/node_trials.hpp"

#include <optional>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

/// Gives texts that the first rank of a node knows to the others. None of them has more than one line.
void broadcast(const Communicator& node, std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) lines += text + '\n';
  node.broadcast(lines);
  texts.clear();
  for (std::size_t begin = 0; begin < lines.size(); begin = lines.find('\n', begin) + 1)
    texts.push_back(lines.substr(begin, lines.find('\n', begin) - begin));
}

/// Gives the shape that the first rank of a node knows to the others.
void broadcast(const Communicator& node, TrialsShape& shape) {
  node.broadcast(std::span(&shape.dt, 1));
  std::int64_t sizes[] = {shape.n_in, shape.n_out, shape.n_hint, static_cast<Index>(shape.lengths.size()),
                          shape.has_masks ? 1 : 0};
  node.broadcast(std::span<std::int64_t>(sizes));
  shape.n_in = sizes[0];
  shape.n_out = sizes[1];
  shape.n_hint = sizes[2];
  shape.lengths.resize(as_size(sizes[3]));
  node.broadcast(std::span<std::int64_t>(shape.lengths));
  shape.has_masks = sizes[4] != 0;
  for (std::vector<std::string>* texts :
       {&shape.conditions, &shape.names.inputs, &shape.names.outputs, &shape.names.hints})
    broadcast(node, *texts);
}

}  // namespace

NodeTrials::NodeTrials(const Communicator& comm, const std::filesystem::path& path, Sharing sharing) {
  const Communicator node = comm.node();
  const auto require_room = [&](const MemoryNeed& need) {
    require_memory(comm, need, fmt::format("{}: this trials file", path.string()), "fewer or shorter trials");
  };
  std::optional<TrialsReader> file;
  agree(comm, [&] {
    if (!node.is_root()) return;
    file.emplace(path);
    shape_ = file->shape();
  });
  broadcast(node, shape_);
  require_room({0, shape_.numbers() * static_cast<Index>(sizeof(double))});
  values_ = NodeArray(node, shape_.numbers(), sharing);
  if (comm.max(std::int64_t{!values_.is_shared()}) > 0) require_room({values_.memory().rank, 0});

  agree(comm, [&] {
    if (!values_.is_writer()) return;
    if (!file) file.emplace(path);
    require(file->shape() == shape_, "{}: the file was exchanged while it was read (start again)", path.string());
    file->read(signals_in(shape_, values_.to_write()));
    fingerprint_ = fullforce::fingerprint(shape_, signals_in(shape_, values_.values()));
    trial_fingerprints_ = fullforce::trial_fingerprints(shape_, signals_in(shape_, values_.values()));
  });
  signals_ = signals_in(shape_, values_.values());
  node.broadcast(fingerprint_);
  trial_fingerprints_.resize(shape_.lengths.size());
  node.broadcast(std::span<std::int64_t>(trial_fingerprints_));
  std::string first = fingerprint_;
  comm.broadcast(first);
  agree(comm, [&] {
    require(first == fingerprint_, "{}: the nodes have different files of this name (fingerprints {} and {})",
            path.string(), first, fingerprint_);
  });
}

}  // namespace fullforce
