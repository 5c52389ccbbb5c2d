/// The growth of a model's features φ.
public enum FeatureGrowth: Sendable {
  /// The particles do not interact.
  case none
  /// Bounded and Lipschitz: tanh, sigmoid, erf, sin, cos.
  case bounded
  /// Of linear growth: the mean of X, ReLU, softplus.
  case linear
}
