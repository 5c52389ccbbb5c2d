import CGSL
import CStableKernels
import Foundation

/// The law of one number of a particle at time 0.
public enum InitialLaw: Sendable, Hashable {
  case constant(Double)
  case normal(mean: Double, standardDeviation: Double)
  case uniform(low: Double, high: Double)
  /// Symmetric about 0.
  case stable(StableLaw)

  /// The values of one component for successive particles, one counter each; a constant takes none.
  func draw(
    _ values: UnsafeMutableBufferPointer<Double>, firstParticle: Int, component: Int, sampler: Sampler,
    from stream: RandomStream
  ) {
    // N(0, 1) = SαS(1/√2) at α = 2: one counter a draw, where `gsl_ran_gaussian` rejects and would need more.
    let (alpha, scale) =
      switch self {
      case .stable(let law): (law.alpha, law.scale)
      default: (2.0, 0.5.squareRoot())
      }
    let counter = stream.counter(
      particle: UInt32(firstParticle), step: 0, component: UInt32(component), purpose: .initial)
    switch (self, sampler) {
    case (.constant(let value), _): values.update(repeating: value)
    case (.uniform(let low, let high), .vector):
      mckean_first_uniform_double(values.baseAddress!, values.count, counter)
      for i in values.indices { values[i] = low * (1 - values[i]) + high * values[i] }
    case (_, .vector):
      mckean_symmetric_stable_double(values.baseAddress!, values.count, counter, alpha, scale)
    case (_, .gsl):
      for i in values.indices {
        stream.position(
          particle: UInt32(firstParticle + i), step: 0, component: UInt32(component), purpose: .initial)
        if case .uniform(let low, let high) = self {
          values[i] = gsl_ran_flat(stream.generator, low, high)
        } else {
          values[i] = gsl_ran_levy(stream.generator, scale, alpha)
        }
      }
    }
    if case .normal(let mean, let standardDeviation) = self {
      for i in values.indices { values[i] = mean + standardDeviation * values[i] }
    }
  }

  /// The value of a law that has but one, whatever its kind; nil for all others.
  var onlyValue: Double? {
    switch self {
    case .constant(let value): value
    case .normal(let mean, let deviation): deviation == 0 ? mean : nil
    case .uniform(let low, let high): low == high ? low : nil
    case .stable(let law): law.scale == 0 ? 0 : nil
    }
  }

  /// The index of the law's power tail, or nil where every moment is finite.
  public var tailIndex: Double? {
    if case .stable(let law) = self, law.alpha < 2, law.scale > 0 { law.alpha } else { nil }
  }

  /// Where the law is symmetric about.
  var center: Double {
    switch self {
    case .constant(let value): value
    case .normal(let mean, _): mean
    case .uniform(let low, let high): (low + high) / 2
    case .stable: 0
    }
  }

  /// The mean, or nil where there is none.
  public var mean: Double? {
    if case .stable(let law) = self, law.alpha <= 1, law.scale > 0 { nil } else { center }
  }

  /// E exp(iu(X - center)), a real number.
  func centeredCharacteristicFunction(at u: Double) -> Double {
    switch self {
    case .constant: 1
    case .normal(_, let deviation): exp(-0.5 * (deviation * u) * (deviation * u))
    case .uniform(let low, let high):
      u == 0 || low == high ? 1 : sin(u * (high - low) / 2) / (u * (high - low) / 2)
    case .stable(let law): law.characteristicFunction(at: u)
    }
  }

  /// E exp(iuX), as real and imaginary part.
  public func characteristicFunction(at u: Double) -> (real: Double, imaginary: Double) {
    let modulus = centeredCharacteristicFunction(at: u)
    return (modulus * cos(u * center), modulus * sin(u * center))
  }
}
