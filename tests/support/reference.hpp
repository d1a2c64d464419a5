#pragma once
#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// The oracle with which all fast code is compared. It trains as the formulas say, in double precision, on one thread,
/// with nothing deferred or distributed. It shares only the random numbers and the task with the program.
///
/// J_D is stored dense, zeros included. The features are the rates themselves. With low-rank features, the program
/// agrees with this as far as its basis is complete. With sparse features, every neuron has a P of its own over its
/// partners, even if the program has one for a whole group.
class Reference {
 public:
  using Matrix = Eigen::MatrixXd;
  using Vector = Eigen::VectorXd;

  /// One of the B trials that run side by side.
  struct Stream {
    enum Phase { init, training, idle } phase = init;
    Index done = 0;            ///< init trials begun so far, this one included
    std::uint64_t number = 0;  ///< the number by which its draws are keyed
    Index position = 0;
    Trial trial;
  };

  Reference(const RunOptions& run, const NetworkOptions& network, const LearningOptions& learning, const Task& task,
            Reset reset = Reset::none)
      : run_(run), network_(network), learning_(learning), task_(&task), reset_(reset) {
    draw_weights();
    draw_states();
    const Index N = network.neurons;
    z_rec = Matrix::Zero(N, run.streams);
    z = Matrix::Zero(task.outputs(), run.streams);
    J = Matrix::Zero(N, N);
    V = Matrix::Identity(N, N);
    moments_ = Matrix::Zero(N, N);
    w = Matrix::Zero(task.outputs(), N);
    P = Matrix::Identity(N, N) / learning.alpha;
    J_s = Matrix::Zero(N, N);
    if (is_sparse()) begin_partners();
    for (Index i = plastic(); i < N; ++i) draw_row(i);
    begin_streams();
  }

  bool finished() const {
    for (const Stream& s : streams)
      if (s.phase != Stream::idle) return false;
    return true;
  }

  /// Computes the rates r of states.
  Matrix rates(const Matrix& states) const {
    if (network_.nonlinearity == Nonlinearity::relu) return states.cwiseMax(0.0);
    return states.array().tanh();
  }

  /// One step of every stream that is not idle.
  void step() {
    std::vector<Index> learning_streams;
    Matrix F = Matrix::Zero(network_.neurons, run_.streams);
    for (Index b = 0; b < run_.streams; ++b) {
      if (stream(b).phase == Stream::idle) continue;
      if (reset_ != Reset::none && (steps_ == 0 || stream(b).position == 0)) reset(b);
      F.col(b) = advance_target(b);
      advance_network(b);
      respond(b, F.col(b));
      if (learns(b)) learning_streams.push_back(b);
    }
    learn(learning_streams, F);
    samples += static_cast<Index>(learning_streams.size());
    ++steps_;
    if (!modes_fixed_) moments_ += F * F.transpose();
    advance_streams();
    if (!modes_fixed_ && !all_in_init()) fix_modes();
  }

  Matrix x;       ///< [N, B] state of the task-performing network
  Matrix x_D;     ///< [N, B] state of the target-generating network
  Matrix z_rec;   ///< [N, B] learned current of the last step; it stays 0 under FORCE, which has J_D r + u_out z
  Matrix z;       ///< [n_out, B]
  Matrix J;       ///< [N, N]; it stays 0 under FORCE
  Matrix V;       ///< [N, n] target modes, fixed when the first stream ends its init trials; if there are none, V is I
  Matrix w;       ///< [n_out, N]
  Matrix P;       ///< [N, N]
  Matrix J_s;     ///< [N, N] static weights; zero unless features are sparse
  Matrix J_D;     ///< [N, N]
  Matrix u_in;    ///< [N, n_in]
  Matrix u_out;   ///< [N, n_out]
  Matrix u_hint;  ///< [N, n_hint]
  std::vector<Stream> streams;
  Index samples = 0;  ///< number of samples learned from so far

 private:
  Stream& stream(Index b) { return streams[as_size(b)]; }
  const Stream& stream(Index b) const { return streams[as_size(b)]; }
  bool is_force() const { return learning_.rule == Rule::force; }
  bool is_sparse() const { return learning_.features == FeatureKind::sparse; }

  /// The first neurons learn their rows of J, and the others keep random ones.
  Index plastic() const {
    const double share = is_force() ? 1.0 : learning_.plastic_fraction;
    return std::max<Index>(1, std::lround(share * static_cast<double>(network_.neurons)));
  }

  void draw_row(Index i) {
    std::vector<Index> columns;
    for (Index j = 0; j < network_.neurons && !is_sparse(); ++j) columns.push_back(j);
    if (is_sparse()) columns = of_neurons_[as_size(i)].inputs;
    const double deviation = network_.gain / std::sqrt(static_cast<double>(columns.size()));
    const Draws draws(run_.seed, Purpose::recurrent_weights, static_cast<std::uint64_t>(i));
    for (std::size_t k = 0; k < columns.size(); ++k) J(i, columns[k]) = deviation * draws.normal(static_cast<Index>(k));
  }

  /// The inputs of one neuron or output, and the inverse correlation matrix of their rates.
  struct Own {
    std::vector<Index> inputs;
    Matrix P;
  };

  /// Floyd's sample of `count` of the numbers below `candidates`.
  std::vector<Index> sample_of(Index candidates, Index count, Purpose purpose, Index key) const {
    std::set<Index> drawn;
    const Draws draws(run_.seed, purpose, static_cast<std::uint64_t>(key));
    for (Index k = 0; k < count; ++k) {
      const Index last = candidates - count + k;
      const Index number = static_cast<Index>(std::floor(draws.uniform(k) * static_cast<double>(last + 1)));
      drawn.insert(drawn.count(number) ? last : number);
    }
    return {drawn.begin(), drawn.end()};
  }

  Own own_of(Index count, Purpose purpose, Index key) const {
    const Index N = network_.neurons, inputs = std::min(count, N);
    return {sample_of(N, inputs, purpose, key), Matrix::Identity(inputs, inputs) / learning_.alpha};
  }

  void begin_partners() {
    for (Index i = 0; i < network_.neurons && !is_force(); ++i) {
      of_neurons_.push_back(own_of(learning_.plastic_in_degree, Purpose::group_partners, i / learning_.group));
      draw_static_weights(i);
    }
    of_outputs_.assign(as_size(task_->outputs()), own_of(learning_.readout_inputs, Purpose::readout_inputs, 0));
  }

  void draw_static_weights(Index i) {
    const Index degree = network_.static_in_degree;
    const std::vector<Index> others = sample_of(network_.neurons - 1, degree, Purpose::static_columns, i);
    for (Index k = 0; k < degree; ++k)
      J_s(i, others[as_size(k)] < i ? others[as_size(k)] : others[as_size(k)] + 1) =
          network_.static_gain / std::sqrt(static_cast<double>(degree)) *
          Draws(run_.seed, Purpose::static_weights, static_cast<std::uint64_t>(i)).normal(k);
  }

  /// Learns row `row` of `weights` from the errors of the samples r.
  void learn_row(Own& own, const Matrix& r, const Matrix& errors, Index row, Matrix& weights) const {
    const Index d = static_cast<Index>(own.inputs.size());
    Matrix R(d, r.cols());
    for (Index k = 0; k < d; ++k) R.row(k) = r.row(own.inputs[as_size(k)]);
    const Matrix K = own.P * R;
    const Matrix gains = K * (Matrix::Identity(R.cols(), R.cols()) + R.transpose() * K).inverse();
    own.P = ((own.P - gains * K.transpose()) / learning_.forgetting).eval();
    const Vector change = gains * errors.row(row).transpose();
    for (Index k = 0; k < d; ++k) weights(row, own.inputs[as_size(k)]) -= change(k);
  }

  Matrix signal_weights(Index count, double gain, Purpose purpose) const {
    Matrix u(network_.neurons, count);
    for (Index i = 0; i < u.rows(); ++i)
      for (Index c = 0; c < count; ++c)
        u(i, c) = gain * (2.0 * Draws(run_.seed, purpose, static_cast<std::uint64_t>(i)).uniform(c) - 1.0);
    return u;
  }

  /// Returns the neurons that a neuron hears, in ascending order. With a sparse J_D they are Floyd's sample of the
  /// other neurons.
  std::vector<Index> inputs_of(Index neuron) const {
    std::vector<Index> columns;
    if (network_.in_degree == 0) {
      for (Index j = 0; j < network_.neurons; ++j) columns.push_back(j);
      return columns;
    }
    std::set<Index> others;
    const Draws draws(run_.seed, Purpose::target_columns, static_cast<std::uint64_t>(neuron));
    for (Index k = 0; k < network_.in_degree; ++k) {
      const Index last = network_.neurons - 1 - network_.in_degree + k;
      const Index drawn = static_cast<Index>(std::floor(draws.uniform(k) * static_cast<double>(last + 1)));
      others.insert(others.count(drawn) ? last : drawn);
    }
    for (const Index other : others) columns.push_back(other < neuron ? other : other + 1);
    return columns;
  }

  void draw_weights() {
    const Index N = network_.neurons;
    J_D = Matrix::Zero(N, N);
    for (Index i = 0; i < N; ++i) {
      const std::vector<Index> columns = inputs_of(i);
      const double deviation = network_.gain / std::sqrt(static_cast<double>(columns.size()));
      for (std::size_t k = 0; k < columns.size(); ++k)
        J_D(i, columns[k]) =
            deviation *
            Draws(run_.seed, Purpose::target_weights, static_cast<std::uint64_t>(i)).normal(static_cast<Index>(k));
    }
    u_in = signal_weights(task_->inputs(), network_.input_gain, Purpose::input_weights);
    u_out = signal_weights(task_->outputs(), network_.output_gain, Purpose::output_weights);
    u_hint = signal_weights(task_->hints(), network_.hint_gain, Purpose::hint_weights);
  }

  void draw_states() {
    x.resize(network_.neurons, run_.streams);
    x_D.resize(network_.neurons, run_.streams);
    for (Index b = 0; b < run_.streams; ++b) {
      const Draws network(run_.seed, Purpose::network_state, static_cast<std::uint64_t>(b));
      const Draws target(run_.seed, Purpose::target_state, static_cast<std::uint64_t>(b));
      for (Index i = 0; i < network_.neurons; ++i) {
        x(i, b) = network.normal(i);
        x_D(i, b) = target.normal(i);
      }
    }
  }

  /// Begins a trial: both networks are in the same state, and the currents and outputs are those of this state.
  void reset(Index b) {
    const Stream& s = stream(b);
    const std::uint64_t kind = s.phase == Stream::init ? 0 : 1;
    const Draws draws = reset_ == Reset::fixed ? Draws(run_.seed, Purpose::fixed_state)
                                               : Draws(run_.seed, Purpose::trial_state, s.number, kind);
    for (Index i = 0; i < network_.neurons; ++i) x(i, b) = x_D(i, b) = reset_ == Reset::zero ? 0.0 : draws.normal(i);
    const Vector r = rates(x.col(b));
    z_rec.col(b) = (J_s + J) * r;
    z.col(b) = w * r;
  }

  static Vector sample(const std::vector<double>& signal, Index width, Index position) {
    Vector values(width);
    for (Index c = 0; c < width; ++c) values(c) = signal[as_size(position * width + c)];
    return values;
  }
  Vector f_in(Index b) const { return sample(stream(b).trial.inputs, task_->inputs(), stream(b).position); }
  Vector f_out(Index b) const { return sample(stream(b).trial.targets, task_->outputs(), stream(b).position); }
  Vector f_hint(Index b) const { return sample(stream(b).trial.hints, task_->hints(), stream(b).position); }

  /// Whether each output counts in a step.
  Eigen::Array<bool, Eigen::Dynamic, 1> counts(Index b) const {
    Eigen::Array<bool, Eigen::Dynamic, 1> values(task_->outputs());
    const std::vector<std::uint8_t>& masks = stream(b).trial.masks;
    for (Index o = 0; o < values.size(); ++o)
      values(o) = masks.empty() || masks[as_size(stream(b).position * values.size() + o)] == 1;
    return values;
  }

  /// Computes lines 1 and 2, and returns F, which belongs to the state before the step.
  Vector advance_target(Index b) {
    const Vector F = J_D * rates(x_D.col(b)) + u_out * f_out(b) + u_hint * f_hint(b);
    const Vector s = F + u_in * f_in(b);
    x_D.col(b) = s + (x_D.col(b) - s) * std::exp(-network_.dt / network_.tau);
    return F;
  }

  /// Computes line 3 with the currents of the step before. In its first step, FORCE takes r of x(0) and z = 0.
  void advance_network(Index b) {
    const Vector recurrent = is_force() ? Vector(J_D * rates(x.col(b)) + u_out * z.col(b)) : Vector(z_rec.col(b));
    const Vector s = recurrent + u_in * f_in(b);
    const Vector before = x.col(b);
    if (network_.integrator == Integrator::exponential)
      x.col(b) = s + (before - s) * std::exp(-network_.dt / network_.tau);
    else
      x.col(b) = before + (network_.dt / network_.tau) * (s - before);
    add_noise(b);
  }

  void add_noise(Index b) {
    const Stream& s = stream(b);
    const Purpose purpose = s.phase == Stream::init ? Purpose::init_noise : Purpose::training_noise;
    const Draws xi(run_.seed, purpose, s.number, static_cast<std::uint64_t>(s.position));
    const double amplitude = std::sqrt(network_.noise * network_.dt);
    for (Index i = 0; i < network_.neurons; ++i) x(i, b) += amplitude * xi.normal(i);
  }

  /// Computes lines 4 and 5.
  void respond(Index b, const Vector& F) {
    const Vector r = rates(x.col(b));
    const bool forced = stream(b).phase == Stream::init;
    if (!is_force()) z_rec.col(b) = (J_s + J) * r;
    if (!is_force() && forced) z_rec.col(b).head(plastic()) = F.head(plastic());
    z.col(b) = forced ? f_out(b) : Vector(w * r);
  }

  bool learns(Index b) const {
    const Stream& s = stream(b);
    if (s.phase != Stream::training || !counts(b).any()) return false;
    const Draws draws(run_.seed, Purpose::update_draw, s.number, static_cast<std::uint64_t>(s.position));
    return draws.uniform(0) < learning_.update_probability;
  }

  /// Computes line 6. All streams' errors are those of the weights before the step.
  void learn(const std::vector<Index>& learning_streams, const Matrix& F) {
    if (learning_streams.empty()) return;
    const Index count = static_cast<Index>(learning_streams.size());
    Matrix r(network_.neurons, count);
    Matrix e_J(network_.neurons, count);
    Matrix e_w(task_->outputs(), count);
    for (Index k = 0; k < count; ++k) {
      const Index b = learning_streams[as_size(k)];
      r.col(k) = rates(x.col(b));
      e_J.col(k) = z_rec.col(b) - F.col(b);
      e_J.col(k).tail(network_.neurons - plastic()).setZero();
      e_w.col(k) = counts(b).select(z.col(b) - f_out(b), 0.0);
    }
    for (std::size_t i = 0; i < of_neurons_.size(); ++i) learn_row(of_neurons_[i], r, e_J, static_cast<Index>(i), J);
    for (std::size_t o = 0; o < of_outputs_.size(); ++o) learn_row(of_outputs_[o], r, e_w, static_cast<Index>(o), w);
    if (is_sparse()) return;
    const Matrix gains = count == 1 ? rank_one(r) : block(r);
    if (!is_force()) J -= V * (V.transpose() * e_J) * gains.transpose();
    w -= e_w * gains.transpose();
    P /= learning_.forgetting;
  }

  /// Updates P by textbook RLS with one sample, and returns the gain vector k = P r / (1 + r' P r).
  Matrix rank_one(const Vector& r) {
    const Vector Pr = P * r;
    const Vector k = Pr / (1.0 + r.dot(Pr));
    P -= k * Pr.transpose();
    return k;
  }

  /// Does the same with several samples at once. The gain vectors are P R (I + R' P R)^-1.
  Matrix block(const Matrix& R) {
    const Matrix K = P * R;
    const Matrix S = Matrix::Identity(R.cols(), R.cols()) + R.transpose() * K;
    const Matrix gains = K * S.inverse();
    P -= gains * K.transpose();
    return gains;
  }

  bool all_in_init() const {
    for (const Stream& s : streams)
      if (s.phase != Stream::init) return false;
    return true;
  }

  /// Fixes the modes, which are the leading eigenvectors of the second moments of all targets so far.
  void fix_modes() {
    modes_fixed_ = true;
    if (learning_.target_modes == 0) return;
    V = Eigen::SelfAdjointEigenSolver<Matrix>(moments_).eigenvectors().rightCols(learning_.target_modes);
  }

  void begin_streams() {
    streams.resize(as_size(run_.streams));
    for (Index b = 0; b < run_.streams; ++b) {
      begin_trial(b);
      // Streams of one fixed trial would be copies of each other if all began at its first step.
      if (task_->fixed() && stream(b).phase == Stream::init)
        stream(b).position = b * stream(b).trial.length / run_.streams;
    }
  }

  /// Gives a stream its next own init trial, else the next training trial that is not taken yet, else nothing.
  void begin_trial(Index b) {
    Stream& s = stream(b);
    s.position = 0;
    if (s.done < run_.init_trials) {
      s.phase = Stream::init;
      s.number = static_cast<std::uint64_t>(b * run_.init_trials + s.done++);
      task_->make({TrialKind::init, s.number}, s.trial);
    } else if (dealt_ < run_.train_trials) {
      s.phase = Stream::training;
      s.number = static_cast<std::uint64_t>(dealt_++);
      task_->make({TrialKind::training, s.number}, s.trial);
    } else {
      s.phase = Stream::idle;
    }
  }

  void advance_streams() {
    for (Index b = 0; b < run_.streams; ++b)
      if (stream(b).phase != Stream::idle && ++stream(b).position == stream(b).trial.length) begin_trial(b);
  }

  RunOptions run_;
  NetworkOptions network_;
  LearningOptions learning_;
  const Task* task_;
  Reset reset_;
  std::vector<Own> of_neurons_;  ///< with sparse features
  std::vector<Own> of_outputs_;  ///< likewise
  Index steps_ = 0;
  Index dealt_ = 0;  ///< training trials dealt out so far
  Matrix moments_;   ///< sum F F' of the init trials until the modes are fixed
  bool modes_fixed_ = false;
};

}  // namespace fullforce
