#include "feature_space.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "fullforce/io/file_format.hpp"
#include "fullforce/learning/inverse_correlation.hpp"

namespace fullforce {
namespace {

template <class From, class To>
void convert(const VectorsView<const From>& from, Index vectors, Index length, const VectorsView<To>& to) {
  for (Index k = 0; k < length; ++k)
    for (Index b = 0; b < vectors; ++b) to(b, k) = static_cast<To>(from(b, k));
  // Products read whole registers of a vector, so the rest of the last register must be zero. An earlier, longer vector
  // may have left something there.
  if (to.order == VectorOrder::by_vector)
    for (Index b = 0; b < vectors; ++b)
      std::fill(to.data + b * to.stride + length, to.data + (b + 1) * to.stride, To(0));
}

/// What the weights read of P, rounded to the precision of the weights.
template <Real T>
class RoundedPanel {
 public:
  RoundedPanel(Index capacity, Index features, Index streams)
      : products_(capacity, streams), rows_(capacity, features) {}

  /// S^T phi of all streams.
  template <Real F>
  void take_products(const InverseCorrelation<F>& P, Index streams) {
    convert(P.panel_products(), streams, P.pending(), products_.view());
  }
  VectorsView<const T> products() const { return products_.view(); }

  /// The `pending` rows of S^T as it was applied last, of which `features` columns are used.
  template <Real F>
  MatrixView<const T> take_rows(const InverseCorrelation<F>& P, Index pending, Index features) {
    for_each_in_parallel(pending, [&](Index k) {
      const F* const row = P.panel_rows().from(k).data;
      std::transform(row, row + features, rows_.row(k), [](F v) { return static_cast<T>(v); });
    });
    return rows_;
  }

 private:
  Vectors<T> products_;
  RowMatrix<T> rows_;
};

/// Dense features are the rates themselves, phi = r. P has elements of type F, and may be more precise than the
/// weights.
template <Real T, Real F = T>
class DenseFeatures : public FeatureSpace<T> {
  static constexpr bool mixed = !std::is_same_v<T, F>;

 public:
  DenseFeatures(const Layout& layout, const LearningOptions& options, Index streams, double longest, bool learns)
      : layout_(&layout), streams_(streams), alpha_(options.alpha) {
    if (!learns) return;
    P_.emplace(layout, options.alpha, longest, options.panel, streams, options.forgetting);
    if constexpr (std::is_same_v<F, float>)
      if (options.forgetting == 1.0) probe_.emplace(layout, options.alpha, streams);
    if constexpr (mixed) {
      phi_.emplace(layout, 1, streams);
      rounded_.emplace(P_->panel_capacity(), layout.rows(), streams);
    }
  }

  void prepare() override {
    if (P_) P_->prepare();
    if (probe_) probe_->prepare();
    if (phi_) phi_->prepare();
  }
  void begin(const GatheredVectors<T>& rates, std::span<const Index> learning, RegionTimer&) override {
    features_ = rates.group(0);
    mine_ = rates.mine_from(0, 0);
    if (probe_) probe_->begin(features_, learning);
    if (!P_) return;
    if constexpr (mixed) {
      phi_->convert(rates, 0);
      P_->select(*phi_, learning);
    } else {
      P_->select(rates, learning);
    }
  }
  Index parts() const override { return P_ ? P_->parts() : 0; }
  void multiply_part(Index k) override { P_->multiply_part(k); }
  void multiply(RowBlock block) override {
    if (P_) P_->multiply(block);
  }
  void reduce(RegionTimer& timer) override {
    if (!P_) return;
    P_->reduce(timer);
    if constexpr (mixed) rounded_->take_products(*P_, streams_);
  }
  void append(RowBlock block) override {
    P_->append(block);
    if (probe_) probe_->add(block, mine_);
  }
  void advance() override {
    P_->advance();
    if (probe_) probe_->advance();
  }
  MatrixView<const T> flush(RegionTimer& timer) override {
    const Index pending = P_->pending();
    P_->flush(timer);
    if constexpr (mixed)
      return rounded_->take_rows(*P_, pending, layout_->rows());
    else
      return P_->panel_rows();
  }
  bool panel_full() const override { return P_->full(); }
  void examine(RegionTimer& timer) override {
    if (probe_ && probe_->is_due()) probe_->examine(MatrixView<const F>(P_->matrix().from(0)), features_, timer);
  }

  Gain<T> gain() const override {
    if (!P_) return {.features = features_, .count = layout_->rows()};
    if constexpr (mixed)
      return {features_, layout_->rows(), rounded_->products(), P_->inverse_factor(), P_->pending()};
    else
      return {features_, layout_->rows(), P_->panel_products(), P_->inverse_factor(), P_->pending()};
  }
  Index capacity() const override { return layout_->rows(); }
  bool learns() const override { return P_.has_value(); }
  Index indefinite_samples() const override { return P_ ? P_->indefinite_samples() : 0; }
  std::span<const std::byte> matrix() const override { return std::as_bytes(P_->matrix().storage()); }
  double inverse_correlation(Index i, Index j) const override { return static_cast<double>(P_->matrix()(i, j)); }
  const DefinitionProbe* probe() const override { return probe_ ? &*probe_ : nullptr; }

  void persist(Archive& archive) override {
    if (P_) P_->persist(archive);
    if (probe_) probe_->persist(archive);
  }
  void load_panel(Archive& archive) override { P_->persist_panel(archive); }
  void forget() override {
    P_->forget();
    if (probe_) probe_.emplace(*layout_, alpha_, streams_);
  }

 private:
  const Layout* layout_;
  Index streams_;
  double alpha_;
  std::optional<InverseCorrelation<F>> P_;
  std::optional<DefinitionProbe> probe_;  ///< only if P is in single precision and nothing is forgotten
  MatrixView<const T> mine_;              ///< this rank's rows of the rates
  VectorsView<const T> features_;
  std::optional<GatheredVectors<F>> phi_;   ///< the rates in the precision of P; only if that is another one
  std::optional<RoundedPanel<T>> rounded_;  ///< likewise
};

/// Low-rank features are phi = U^T r. P has a row for each feature that there may ever be. Features that are not there
/// yet are zero, so that P is 1/alpha on their diagonal. The first sample that has these features must find it so.
template <Real T>
class LowRankFeatures : public FeatureSpace<T> {
 public:
  LowRankFeatures(const Layout& layout, const LearningOptions& options, Index streams, double longest, bool learns)
      : streams_(streams),
        longest_(std::sqrt(longest)),
        basis_(layout, options.max_rank, options.rank_tolerance, streams),
        features_(basis_.max_dimension(), streams) {
    if (!learns) return;
    P_.emplace(basis_.features(), options.alpha, longest, options.panel, streams, options.forgetting);
    rounded_.emplace(P_->panel_capacity(), basis_.max_dimension(), streams);
  }

  void begin(const GatheredVectors<T>& rates, std::span<const Index> learning, RegionTimer& timer) override {
    const MatrixView<const T> mine = rates.mine_from(0, 0);
    basis_.project(mine, longest_, timer);
    basis_.grow(mine, learning, timer);
    convert(basis_.coordinates().group(0), streams_, basis_.dimension(), features_.view());
    if (!P_) return;
    P_->use(basis_.dimension());
    P_->select(basis_.coordinates(), learning);
    basis_.features().for_each_block([&](RowBlock block) { P_->multiply(block); });
    P_->reduce(timer);
    rounded_->take_products(*P_, streams_);
  }
  void advance() override {
    basis_.features().for_each_block([&](RowBlock block) { P_->append(block); });
    P_->advance();
  }
  MatrixView<const T> flush(RegionTimer& timer) override {
    const Index pending = P_->pending();
    P_->flush(timer);
    return rounded_->take_rows(*P_, pending, basis_.dimension());
  }
  bool panel_full() const override { return P_->full(); }

  Gain<T> gain() const override {
    if (!P_) return {.features = features_.view(), .count = basis_.dimension()};
    return {features_.view(), basis_.dimension(), rounded_->products(), P_->inverse_factor(), P_->pending()};
  }
  Index capacity() const override { return basis_.max_dimension(); }
  bool learns() const override { return P_.has_value(); }
  Index indefinite_samples() const override { return P_ ? P_->indefinite_samples() : 0; }
  std::span<const std::byte> matrix() const override { return std::as_bytes(basis_.matrix().storage()); }
  double inverse_correlation(Index i, Index j) const override { return P_->matrix()(i, j); }
  const Basis<T>* basis() const override { return &basis_; }

  void persist(Archive& archive) override {
    basis_.persist(archive, format::network::group);
    if (!P_) return;
    P_->persist_whole(archive, basis_.dimension());
    P_->use(basis_.dimension());
  }
  void load_panel(Archive& archive) override {
    basis_.persist(archive, format::network::group);
    P_->use(basis_.dimension());
    P_->persist_whole_panel(archive, basis_.dimension());
  }
  void forget() override {
    P_->forget();
    basis_.forget_energy();
  }

 private:
  Index streams_;
  double longest_;  ///< no vector of rates has a larger squared length
  Basis<T> basis_;
  std::optional<InverseCorrelation<double>> P_;
  Vectors<T> features_;  ///< a, rounded for the products with the weights
  std::optional<RoundedPanel<T>> rounded_;
};

}  // namespace

template <Real T>
std::unique_ptr<FeatureSpace<T>> make_feature_space(const Layout& layout, const LearningOptions& options, Index streams,
                                                    double longest, bool learns) {
  if (options.features == FeatureKind::low_rank)
    return std::make_unique<LowRankFeatures<T>>(layout, options, streams, longest, learns);
  return with_scalar_of_P(options.precision, [&](auto scalar) -> std::unique_ptr<FeatureSpace<T>> {
    using F = decltype(scalar);
    if constexpr (sizeof(F) >= sizeof(T))
      return std::make_unique<DenseFeatures<T, F>>(layout, options, streams, longest, learns);
    else
      throw std::logic_error("P is never less precise than the weights");
  });
}

template std::unique_ptr<FeatureSpace<float>> make_feature_space(const Layout&, const LearningOptions&, Index, double,
                                                                 bool);
template std::unique_ptr<FeatureSpace<double>> make_feature_space(const Layout&, const LearningOptions&, Index, double,
                                                                  bool);

}  // namespace fullforce
