import CGSL
import Foundation

/// The law of one number of a particle at time 0.
public enum InitialLaw: Sendable, Hashable {
  case constant(Double)
  case normal(mean: Double, standardDeviation: Double)
  case uniform(low: Double, high: Double)
  /// Symmetric about 0.
  case stable(StableLaw)

  /// One draw from the counter on which the stream stands; a constant takes none.
  func draw(from stream: RandomStream) -> Double {
    switch self {
    case .constant(let value): value
    case .normal(let mean, let standardDeviation): mean + standardDeviation * standardNormal(from: stream)
    case .uniform(let low, let high): gsl_ran_flat(stream.generator, low, high)
    case .stable(let law): law.draw(from: stream)
    }
  }

  /// The index of the law's power tail, or nil where every moment is finite.
  public var tailIndex: Double? {
    if case .stable(let law) = self, law.alpha < 2, law.scale > 0 { law.alpha } else { nil }
  }

  /// The mean, or nil where there is none.
  public var mean: Double? {
    switch self {
    case .constant(let value): value
    case .normal(let mean, _): mean
    case .uniform(let low, let high): (low + high) / 2
    case .stable(let law): law.alpha > 1 || law.scale == 0 ? 0 : nil
    }
  }

  /// E exp(iuX), as real and imaginary part.
  public func characteristicFunction(at u: Double) -> (real: Double, imaginary: Double) {
    let (modulus, center): (Double, Double) =
      switch self {
      case .constant(let value): (1, value)
      case .normal(let mean, let deviation): (exp(-0.5 * (deviation * u) * (deviation * u)), mean)
      case .uniform(let low, let high):
        (u == 0 || low == high ? 1 : sin(u * (high - low) / 2) / (u * (high - low) / 2), (low + high) / 2)
      case .stable(let law): (law.characteristicFunction(at: u), 0)
      }
    return (modulus * cos(u * center), modulus * sin(u * center))
  }
}
