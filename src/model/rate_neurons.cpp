#include "rate_neurons.hpp"

#include <algorithm>
#include <array>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "normal_rows.hpp"

namespace fullforce {
namespace {

Purpose noise_purpose(TrialKind kind) {
  switch (kind) {
    case TrialKind::init:
      return Purpose::init_noise;
    case TrialKind::training:
      return Purpose::training_noise;
    case TrialKind::test_init:
      return Purpose::test_init_noise;
    case TrialKind::test:
      break;
  }
  return Purpose::test_noise;
}

}  // namespace

template <Real T>
RateNeurons<T>::RateNeurons(const Layout& layout, Index streams, const NetworkOptions& options, Integrator integrator)
    : layout_(&layout), relaxation_(relaxation_of_a_step(integrator, options.dt, options.tau)), x_(layout, streams) {}

template <Real T>
void RateNeurons<T>::draw_state(std::uint64_t seed, Purpose purpose) {
  layout_->for_each_block([&](RowBlock block) {
    for (Index b = 0; b < x_.streams(); ++b)
      for_each_normal(Draws(seed, purpose, static_cast<std::uint64_t>(b)), block,
                      [&](Index i, double value) { x_(i, b) = static_cast<T>(value); });
  });
}

template <Real T>
void RateNeurons<T>::reset(Index stream, std::span<const T> state) {
  for (Index i = 0; i < x_.rows(); ++i) x_(i, stream) = state[as_size(i)];
}

template <Real T>
void RateNeurons<T>::advance(RowBlock block, const MatrixView<const T>& currents, const TrialStreams& streams,
                             const StepNoise& noise) {
  FULLFORCE_EXPECT(currents.stride == x_.stride());
  const T take = static_cast<T>(relaxation_);
  const auto move = [&](T& x, T current) { x += take * (current - x); };
  if (!streams.any_idle()) {
    T* const x = x_.row(block.local);
    for (Index k = 0; k < block.rows * x_.stride(); ++k) move(x[k], currents.data[k]);
  } else {
    for (Index b = 0; b < x_.streams(); ++b)
      for (Index i = 0; i < block.rows && streams.phase(b) != StreamPhase::idle; ++i)
        move(x_(block.local + i, b), currents.data[i * currents.stride + b]);
  }
  if (noise.amplitude > 0.0) add_noise(block, streams, noise);
}

template <Real T>
void RateNeurons<T>::emit(RowBlock block, const MatrixView<T>& rates) const {
  const Index streams = x_.streams();
  if (streams == x_.stride() && streams == rates.stride) {
    transfer(x_.row(block.local), block.rows * streams, rates.data);
    return;
  }
  // The states are written without their padding, because with one stream padding is most of the array.
  std::array<T, 512> packed;
  const Index run = static_cast<Index>(packed.size()) / streams;
  for (Index first = 0; first < block.rows; first += run) {
    const Index rows = std::min(run, block.rows - first);
    for (Index i = 0; i < rows; ++i) std::copy_n(x_.row(block.local + first + i), streams, packed.data() + i * streams);
    transfer(packed.data(), rows * streams, packed.data());
    for (Index i = 0; i < rows; ++i)
      std::copy_n(packed.data() + i * streams, streams, rates.data + (first + i) * rates.stride);
  }
}

template <Real T>
void RateNeurons<T>::add_noise(RowBlock block, const TrialStreams& streams, const StepNoise& noise) {
  for (Index b = 0; b < x_.streams(); ++b) {
    if (streams.phase(b) == StreamPhase::idle) continue;
    const TrialId id = streams.trial_id(b);
    const Draws draws(noise.seed, noise_purpose(id.kind), id.number, static_cast<std::uint64_t>(streams.position(b)));
    for_each_normal(draws, block, [&](Index i, double xi) { x_(i, b) += static_cast<T>(noise.amplitude * xi); });
  }
}

template <Real T>
void RateNeurons<T>::persist(Archive& archive, const std::string& group) {
  archive.section(group, format::section::rate_neurons);
  archive.rows<T>(group + "/" + format::neurons::x, layout_->partition(), x_.from(0));
}

template class RateNeurons<float>;
template class RateNeurons<double>;

}  // namespace fullforce
