#include "fullforce/model/connectivity.hpp"

#include <algorithm>

#include "fullforce/base/random.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "normal_rows.hpp"

namespace fullforce {
namespace {

template <Real T, class Value>
void fill_rows(const Layout& layout, RowMatrix<T>& matrix, const Value& value) {
  layout.try_each_block([&](RowBlock block) {
    std::vector<double> row(as_size(matrix.cols()));
    for (Index i = 0; i < block.rows; ++i) {
      value(static_cast<std::uint64_t>(block.first + i), std::span<double>(row));
      std::transform(row.begin(), row.end(), matrix.row(block.local + i), [](double v) { return static_cast<T>(v); });
    }
  });
}

template <Real T>
RowMatrix<T> signal_weights(const Layout& layout, Index signals, double gain, std::uint64_t seed, Purpose purpose) {
  RowMatrix<T> weights = RowMatrix<T>::packed(layout.local_rows(), signals);
  fill_rows(layout, weights, [&](std::uint64_t i, std::span<double> row) {
    Draws(seed, purpose, i).uniforms(0, row);
    for (double& v : row) v = gain * (2.0 * v - 1.0);
  });
  return weights;
}

template <Real T>
RowMatrix<T> fixed_state(const Layout& layout, Reset reset, std::uint64_t seed) {
  RowMatrix<T> state = RowMatrix<T>::packed(layout.local_rows(), reset == Reset::fixed ? 1 : 0);
  if (state.cols() == 0) return state;
  layout.for_each_block([&](RowBlock block) {
    for_each_normal(Draws(seed, Purpose::fixed_state), block,
                    [&](Index i, double value) { state(i, 0) = static_cast<T>(value); });
  });
  return state;
}

}  // namespace

template <Real T>
Connectivity<T>::Connectivity(const Layout& layout, const NetworkOptions& options, const Task& task, std::uint64_t seed,
                              Reset reset, TargetSource target)
    : J_D(target == TargetSource::generator ? RecurrentWeights<T>(layout, options, seed) : RecurrentWeights<T>()),
      u_in(signal_weights<T>(layout, task.inputs(), options.input_gain, seed, Purpose::input_weights)),
      u_out(signal_weights<T>(layout, task.outputs(), options.output_gain, seed, Purpose::output_weights)),
      u_hint(signal_weights<T>(layout, task.hints(), options.hint_gain, seed, Purpose::hint_weights)),
      start_state(fixed_state<T>(layout, reset, seed)) {}

template <Real T>
void Connectivity<T>::persist(Archive& archive, const Layout& layout, bool with_target) {
  archive.section(format::network::group, format::section::connectivity);
  const auto rows = [&](const char* name, RowMatrix<T>& m) { archive.rows<T>(name, layout.partition(), m.from(0)); };
  rows(format::network::u_in, u_in);
  rows(format::target::u_out, u_out);
  rows(format::target::u_hint, u_hint);
  if (start_state.cols() > 0 && (archive.saving() || archive.contains(format::network::start_state)))
    rows(format::network::start_state, start_state);
  if (J_D.is_there() && (archive.saving() ? with_target : J_D.is_in(archive))) J_D.persist(archive, layout);
}

template struct Connectivity<float>;
template struct Connectivity<double>;

}  // namespace fullforce
