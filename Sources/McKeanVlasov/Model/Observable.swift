/// A number that one looks at in a system of n particles at one time: a mean over the particles, or a function of means.
///
/// X runs over the components that take noise, of every particle.
public enum Observable: Sendable, Hashable {
  /// The mean of X.
  case mean
  /// The mean of cos(uX), the real part of the empirical characteristic function at u.
  case cosine(frequency: Double)
  /// |mean of e^{iX}|, Kuramoto's order parameter: 1 where all phases agree.
  case orderParameter
  /// The quantile of X of an order in [0, 1], linear between neighbours.
  case quantile(order: Double)
  /// The fraction of X above a level.
  case probabilityBeyond(level: Double)
  /// (1/n) Σ_i φ_k(X^i), one of the means through which the particles interact; k from 0.
  case featureMean(index: Int)
  /// The mean loss of a network on its training data.
  case loss
  /// The fraction of its training data that a network classifies rightly.
  case accuracy

  /// The observables without a parameter, by the word that stands for them in files and tables.
  static let words: [String: Observable] = [
    "mean": .mean, "order-parameter": .orderParameter, "loss": .loss, "accuracy": .accuracy,
  ]

  /// What tables call it: the word of the experiment file, with the parameter in brackets, as `cosine(1)`.
  public var name: String {
    func number(_ value: Double) -> String {
      value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    }
    return switch self {
    case .mean, .orderParameter, .loss, .accuracy: Self.words.first { $0.value == self }!.key
    case .cosine(let frequency): "cosine(\(number(frequency)))"
    case .quantile(let order): "quantile(\(number(order)))"
    case .probabilityBeyond(let level): "probability-beyond(\(number(level)))"
    case .featureMean(let index): "feature-mean(\(index))"
    }
  }

  /// Checks that a model has the observable.
  ///
  /// - Throws: `SimulationError.invalidValue` for a feature beyond the last, or the loss of what is no network.
  package func require(of model: any McKeanVlasovModel) throws(SimulationError) {
    switch self {
    case .featureMean(let index) where index >= model.shape.features:
      throw .invalidValue(
        parameter: "observables", found: "\(name) of a model with \(model.shape.features) feature(s)",
        allowed: "an index from 0 to \(model.shape.features - 1)")
    case .loss, .accuracy:
      guard let network = model as? TwoLayerNetwork, network.batchSize == nil else {
        throw .invalidValue(
          parameter: "observables",
          found: "\"\(name)\" of \(model is TwoLayerNetwork ? "a network with minibatches" : model.name)",
          allowed: "\"\(name)\" of a two-layer-network with batch = \"full\" only")
      }
    default: return
    }
  }

  /// The least that an observable that counts can change by, of so many particles; 0 for those that do not count.
  package func leastChange(of model: any McKeanVlasovModel, particles: Int) -> Double {
    switch self {
    case .probabilityBeyond: 1 / Double(particles * model.shape.noisy)
    case .accuracy: (model as? TwoLayerNetwork).map { 1 / Double($0.data.rows) } ?? 0
    case .mean, .cosine, .orderParameter, .quantile, .featureMean, .loss: 0
    }
  }

  /// The tail index of the observable of so many particles: its moments of that order and above are infinite. nil where
  /// all of them are finite (docs/theory.md, section 13.1).
  package func tailIndex(of model: any McKeanVlasovModel, noise: LevyNoise, particles: Int) -> Double? {
    guard let index = model.tailIndex(with: noise) else { return nil }
    switch self {
    case .cosine, .orderParameter, .probabilityBeyond, .accuracy: return nil
    case .mean: return index
    case .quantile(let order):
      // it lies far out only where so many numbers do, which are those of `jumps` particles at least
      let numbers = particles * model.shape.noisy
      let position = order * Double(numbers - 1)
      let beyond = min(Int(position) + 1, numbers - Int(position.rounded(.up)))
      let jumps = (beyond + model.shape.noisy - 1) / model.shape.noisy
      return index * Double(jumps)
    case .featureMean: return model.featureGrowth == .bounded ? nil : index
    case .loss:
      guard model.featureGrowth != .bounded else { return nil }
      return (model as? TwoLayerNetwork)?.loss == .squared ? index / 2 : index
    }
  }
}
