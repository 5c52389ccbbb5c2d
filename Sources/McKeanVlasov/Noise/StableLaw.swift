import CGSL
import Foundation

/// The symmetric α-stable law SαS(γ), with characteristic function exp(-|γu|^α).
///
/// Nolan's S1(α, 0, γ, 0), which is S0 too since β = 0: the law of GSL's `gsl_ran_levy(r, γ, α)`. At α = 2 it is
/// N(0, 2γ²), at α = 1 Cauchy(γ). docs/noise.md converts to other conventions.
public struct StableLaw: Sendable, Hashable {
  /// The stability index α, in [0.1, 2].
  public let alpha: Double
  /// The scale γ ≥ 0; 0 is the point mass at 0.
  public let scale: Double

  /// The indices that can be drawn in double precision: below 0.1 draws overflow.
  public static let alphas = 0.1...2.0

  /// - Throws: `SimulationError.invalidValue` where GSL would not check: α outside [0.1, 2], a scale that is negative or
  ///   not finite, NaN.
  public init(alpha: Double, scale: Double = 1) throws(SimulationError) {
    guard Self.alphas.contains(alpha) else {
      throw .invalidValue(parameter: "alpha", found: "\(alpha)", allowed: "a number from 0.1 to 2")
    }
    guard scale >= 0, scale.isFinite else {
      throw .invalidValue(parameter: "scale", found: "\(scale)", allowed: "a finite number, 0 or larger")
    }
    (self.alpha, self.scale) = (alpha, scale)
  }

  /// One draw, by `gsl_ran_levy`, from the counter on which the stream stands.
  public func draw(from stream: RandomStream) -> Double { gsl_ran_levy(stream.generator, scale, alpha) }

  /// E exp(iuX) = exp(-|γu|^α), which is real.
  public func characteristicFunction(at u: Double) -> Double { exp(-pow(abs(scale * u), alpha)) }

  /// E|X|^p = 2^p Γ((1+p)/2) Γ(1-p/α) / (√π Γ(1-p/2)) · γ^p for 0 < p < α (any p > 0 at α = 2), infinite above.
  ///
  /// Source: docs/theory.md, section 2.
  public func absoluteMoment(_ p: Double) -> Double {
    precondition(p > 0, "the order of a moment is above 0")
    if alpha == 2 { return pow(2 * scale, p) * tgamma((1 + p) / 2) / Double.pi.squareRoot() }
    guard p < alpha else { return .infinity }
    return pow(2 * scale, p) * tgamma((1 + p) / 2) * tgamma(1 - p / alpha)
      / (Double.pi.squareRoot() * tgamma(1 - p / 2))
  }
}
