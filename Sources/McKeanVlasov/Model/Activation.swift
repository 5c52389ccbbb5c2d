import CStableKernels
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

  /// ψ' as a function of ψ, where it is an elementary one; else ψ' is what is kept of a neuron.
  var derivative: mckean_derivative {
    switch self {
    case .tanh: mckean_derivative_of_tanh
    case .sigmoid: mckean_derivative_of_sigmoid
    case .relu: mckean_derivative_of_relu
    case .erf, .softplus: mckean_derivative_is_value
    }
  }

  /// Whether ψ' is computed with ψ, because ψ alone does not tell it.
  var setsDerivatives: Bool { derivative == mckean_derivative_is_value }

  /// Replaces z by ψ(z) and, where ψ does not tell them, sets the ψ'(z); ReLU'(0) = 0.
  ///
  /// - Parameters:
  ///   - values: z on entry, ψ(z) on return.
  ///   - derivatives: as many numbers, set to ψ'(z); none for an activation that does not set them.
  func apply<Scalar: NetworkScalar>(
    to values: UnsafeMutableBufferPointer<Scalar>, derivatives: UnsafeMutableBufferPointer<Scalar>
  ) {
    switch self {
    case .tanh: Scalar.tanh(values)
    case .sigmoid: Scalar.sigmoid(values)
    case .relu: Scalar.relu(values)
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
    }
  }
}
