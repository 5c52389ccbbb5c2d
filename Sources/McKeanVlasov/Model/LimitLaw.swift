import Foundation

/// The law of a particle of the limit (n → ∞): a location plus a symmetric stable variable.
public struct LimitLaw: Sendable, Hashable {
  /// The centre of the law.
  public let location: Double
  /// What is left without it, symmetric about 0.
  public let stable: StableLaw

  /// location + SαS.
  public init(location: Double, stable: StableLaw) { (self.location, self.stable) = (location, stable) }

  /// X_K = A X_0 + `location` + SαS(s), where that is a location plus one stable variable: X_0 a constant, or stable
  /// or normal with the noise's α. nil otherwise.
  ///
  /// - Parameters:
  ///   - factor: A.
  ///   - scalePower: s^α.
  init?(initial: InitialLaw, factor: Double, location: Double, scalePower: Double, alpha: Double) {
    let (center, initialScale): (Double, Double)
    switch (initial.onlyValue, initial) {
    case (let value?, _): (center, initialScale) = (value, 0)
    // N(μ, σ²) is μ + SαS(σ/√2) at α = 2
    case (_, .normal(let mean, let deviation)) where alpha == 2:
      (center, initialScale) = (mean, deviation * 0.5.squareRoot())
    case (_, .stable(let law)) where law.alpha == alpha: (center, initialScale) = (0, law.scale)
    default: return nil
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
