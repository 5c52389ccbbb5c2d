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
  func apply<Scalar: NetworkScalar>(
    to values: UnsafeMutableBufferPointer<Scalar>, derivatives: UnsafeMutableBufferPointer<Scalar>
  ) {
    // in parts that stay in the nearest cache
    for start in stride(from: 0, to: values.count, by: 1024) {
      let part = start..<min(start + 1024, values.count)
      applyToPart(values.extracting(part), derivatives: derivatives.extracting(part))
    }
  }

  private func applyToPart<Scalar: NetworkScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>, derivatives: UnsafeMutableBufferPointer<Scalar>
  ) {
    switch self {
    case .tanh:
      Scalar.tanh(values)
      for i in values.indices { derivatives[i] = 1 - values[i] * values[i] }
    case .sigmoid:
      Scalar.sigmoid(values)
      for i in values.indices { derivatives[i] = values[i] * (1 - values[i]) }
    case .erf:
      for i in values.indices {
        let z = Double(values[i])
        (values[i], derivatives[i]) = (
          Scalar(Foundation.erf(z)), Scalar(2 / Double.pi.squareRoot() * exp(-z * z))
        )
      }
    case .softplus:
      for i in values.indices { derivatives[i] = values[i] }
      Scalar.sigmoid(derivatives)
      for i in values.indices {
        let z = Double(values[i])
        values[i] = Scalar(max(z, 0) + log1p(exp(-abs(z))))
      }
    case .relu:
      for i in values.indices {
        let z = values[i]
        (values[i], derivatives[i]) = (max(z, 0), z > 0 ? 1 : 0)
      }
    }
  }
}
