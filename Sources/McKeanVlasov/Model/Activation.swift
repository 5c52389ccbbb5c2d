import Foundation

/// The activation ψ of the hidden neurons.
public enum Activation: String, Sendable, CaseIterable {
  case tanh, sigmoid, erf, softplus, relu

  /// Bounded activations give bounded features; softplus and ReLU grow linearly.
  public var featureGrowth: FeatureGrowth {
    switch self {
    case .tanh, .sigmoid, .erf: .bounded
    case .softplus, .relu: .linear
    }
  }

  /// Whether ψ' is Lipschitz, so that the drift is.
  public var isSmooth: Bool { self != .relu }

  /// Replaces z by ψ(z) and sets ψ'(z); ReLU'(0) = 0.
  ///
  /// - Parameters:
  ///   - values: z on entry, ψ(z) on return.
  ///   - derivatives: as many numbers, set to ψ'(z).
  func apply(to values: UnsafeMutableBufferPointer<Double>, derivatives: UnsafeMutableBufferPointer<Double>) {
    switch self {
    case .tanh:
      for i in values.indices {
        let value = Foundation.tanh(values[i])
        (values[i], derivatives[i]) = (value, 1 - value * value)
      }
    case .sigmoid:
      for i in values.indices {
        let value = 1 / (1 + exp(-values[i]))
        (values[i], derivatives[i]) = (value, value * (1 - value))
      }
    case .erf:
      for i in values.indices {
        let z = values[i]
        (values[i], derivatives[i]) = (Foundation.erf(z), 2 / Double.pi.squareRoot() * exp(-z * z))
      }
    case .softplus:
      for i in values.indices {
        let z = values[i]
        (values[i], derivatives[i]) = (max(z, 0) + log1p(exp(-abs(z))), 1 / (1 + exp(-z)))
      }
    case .relu:
      for i in values.indices {
        let z = values[i]
        (values[i], derivatives[i]) = (max(z, 0), z > 0 ? 1 : 0)
      }
    }
  }
}
