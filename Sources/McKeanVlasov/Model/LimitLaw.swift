import Foundation

/// The law of a particle of the limit (n → ∞): a location plus a symmetric stable variable.
public struct LimitLaw: Sendable, Hashable {
  public let location: Double
  public let stable: StableLaw

  public init(location: Double, stable: StableLaw) { (self.location, self.stable) = (location, stable) }

  /// X_K = A X_0 + `location` + SαS(s), where that is a location plus one stable variable: X_0 a constant, or stable
  /// or normal with the noise's α. nil otherwise.
  ///
  /// - Parameters:
  ///   - factor: A.
  ///   - scalePower: s^α.
  init?(initial: InitialLaw, factor: Double, location: Double, scalePower: Double, alpha: Double) {
    let (center, initialScale): (Double, Double)
    switch initial {
    case .constant(let value): (center, initialScale) = (value, 0)
    // N(μ, σ²) is μ + SαS(σ/√2) at α = 2
    case .normal(let mean, let deviation):
      guard alpha == 2 || deviation == 0 else { return nil }
      (center, initialScale) = (mean, deviation * 0.5.squareRoot())
    case .stable(let law):
      guard law.alpha == alpha || law.scale == 0 else { return nil }
      (center, initialScale) = (0, law.scale)
    case .uniform(let low, let high):
      guard low == high else { return nil }
      (center, initialScale) = (low, 0)
    }
    let power = scalePower + pow(abs(factor) * initialScale, alpha)
    guard power > 0, let stable = try? StableLaw(alpha: alpha, scale: pow(power, 1 / alpha)) else { return nil }
    self.init(location: location + factor * center, stable: stable)
  }

  /// E exp(iuX), as real and imaginary part.
  public func characteristicFunction(at u: Double) -> (real: Double, imaginary: Double) {
    let modulus = stable.characteristicFunction(at: u)
    return (modulus * cos(u * location), modulus * sin(u * location))
  }
}
