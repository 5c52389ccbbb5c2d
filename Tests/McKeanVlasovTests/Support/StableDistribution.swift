import Foundation

/// The distribution function of SαS(1) by numerical integration, independent of the sampler that it judges.
///
/// Zolotarev's integral in Nolan's form: for x > 0 and α ≠ 1, with
/// V(θ) = (cos θ / sin αθ)^{α/(α-1)} cos((α-1)θ) / cos θ,
///
///     P(X > x) = (1/π) ∫_0^{π/2} exp(-x^{α/(α-1)} V(θ)) dθ          for α > 1,
///     P(X > x) = (1/π) ∫_0^{π/2} 1 - exp(-x^{α/(α-1)} V(θ)) dθ      for α < 1.
///
/// Source: J. P. Nolan, *Numerical calculation of stable densities and distribution functions*, Stoch. Models 13 (1997).
struct StableDistribution {
  let alpha: Double

  /// P(X > x) for x > 0.
  func upperTail(_ x: Double) -> Double {
    if alpha == 1 { return atan2(1, x) / .pi }
    if alpha == 2 { return erfc(x / 2) / 2 }
    return integratedUpperTail(x)
  }

  /// The integral itself, also where a closed form is known.
  func integratedUpperTail(_ x: Double) -> Double {
    let exponent = alpha / (alpha - 1)
    let factor = exponent * log(x)
    func integrand(_ theta: Double, _ fromRight: Double) -> Double {
      let cosine = sin(fromRight)
      let logV = exponent * (log(cosine) - log(sin(alpha * theta))) + log(cos((alpha - 1) * theta)) - log(cosine)
      let power = exp(factor + logV)
      return alpha > 1 ? exp(-power) : -expm1(-power)
    }
    // The integrand changes within a small part of an end of the interval: θ = s⁴ · π/4 from either end spreads it out.
    let quarter = Double.pi / 4
    func half(_ at: (_ distance: Double) -> Double) -> Double {
      Integral.of({ s in at(quarter * s * s * s * s) * 4 * quarter * s * s * s }, from: 0, to: 1)
    }
    let left = half { integrand($0, .pi / 2 - $0) }
    let right = half { integrand(.pi / 2 - $0, $0) }
    return (left + right) / .pi
  }

  /// P(X ≤ x).
  func distribution(_ x: Double) -> Double {
    x == 0 ? 0.5 : x > 0 ? 1 - upperTail(x) : upperTail(-x)
  }

  /// The x > 0 with P(X > x) = q < 1/2, by bisection in log x.
  func quantile(upperTail q: Double) -> Double {
    var (low, high) = (-30.0, 60.0)
    while high - low > 1e-12 {
      let middle = (low + high) / 2
      if upperTail(exp(middle)) > q { low = middle } else { high = middle }
    }
    return exp(low)
  }

  /// P(X ≤ x) from the characteristic function, by the theorem of Gil-Pelaez:
  /// ½ + (1/π) ∫_0^∞ sin(ux) exp(-u^α) / u du.
  static func inverted(alpha: Double, at x: Double) -> Double {
    let near = Integral.of({ u in u == 0 ? x : sin(u * x) / u * exp(-pow(u, alpha)) }, from: 0, to: 1)
    let far = Integral.sine({ u in exp(-pow(u, alpha)) / u }, from: 1, frequency: x)
    return 0.5 + (near + far) / .pi
  }
}
