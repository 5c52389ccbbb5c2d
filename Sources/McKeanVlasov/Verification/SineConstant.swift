import CGSL
import Foundation

/// The variance V of the limit of √n e(T) for the sine system dX^i = (-aX^i + κ mean(sin X)) dt + σ dL^i from X_0 = 0
/// (docs/theory.md, section 6), for the equation and for its Euler chain.
///
/// The errors of all particles are the same number e; with ξ_t = √n (mean(sin X̄_t) - E sin X̄_t) over the limit's copies,
/// √n e' = (-a + κ E cos X̄) √n e + κ ξ to leading order.
package struct SineConstant {
  package let a: Double
  package let coupling: Double
  package let alpha: Double
  package let sigma: Double
  package let horizon: Double
  /// Whether the particles respond to each other's errors, the term κ E cos X̄; only a wrong theory leaves it out.
  package var hasResponse: Bool

  package init(a: Double, coupling: Double, alpha: Double, sigma: Double, horizon: Double, hasResponse: Bool = true) {
    (self.a, self.coupling, self.alpha, self.sigma) = (a, coupling, alpha, sigma)
    (self.horizon, self.hasResponse) = (horizon, hasResponse)
  }

  private var response: Double { hasResponse ? coupling : 0 }

  /// g(u): a path of the limit that starts at 0 is SαS(g(u)^{1/α}) at time u.
  private func scalePower(_ u: Double) -> Double {
    a == 0 ? pow(sigma, alpha) * u : pow(sigma, alpha) * (1 - exp(-alpha * a * u)) / (alpha * a)
  }

  /// Cov(sin X_s, sin X_r), where X_s = ρ X_r + Z with independent Z, from the powers of the scales of Z and X_r.
  private func covariance(ofInnovation innovation: Double, ofState state: Double, correlation rho: Double) -> Double {
    let (difference, sum) = (pow(abs(1 - rho), alpha), pow(abs(1 + rho), alpha))
    return 0.5 * exp(-innovation) * (exp(-difference * state) - exp(-sum * state))
  }

  /// V = κ² ∬ Ψ(s) Ψ(r) Cov(s, r) ds dr over [0, T]², twice the triangle r ≤ s.
  ///
  /// Gauss–Legendre in s and in w = √((s - r)/s): the covariance bends like (s - r)^α at s = r.
  package var ofEquation: Double {
    let horizon = horizon
    func sensitivity(_ s: Double) -> Double {
      exp(-a * (horizon - s) + response * gauss(from: s, to: horizon) { exp(-scalePower($0)) })
    }
    let triangle = gauss(from: 0, to: horizon) { s in
      sensitivity(s)
        * gauss(from: 0, to: 1) { w in
          let u = s * w * w
          return 2 * s * w * sensitivity(s - u)
            * covariance(ofInnovation: scalePower(u), ofState: scalePower(s - u), correlation: exp(-a * u))
        }
    }
    return 2 * coupling * coupling * triangle
  }

  private func gauss(from low: Double, to high: Double, _ integrand: (Double) -> Double) -> Double {
    Self.rule.reduce(0) { $0 + $1.weight * (high - low) * integrand(low + (high - low) * $1.node) }
  }

  /// Nodes and weights on [0, 1].
  private static let rule: [(node: Double, weight: Double)] = {
    let count = 48
    let table = gsl_integration_glfixed_table_alloc(count)
    defer { gsl_integration_glfixed_table_free(table) }
    return (0..<count).map { i in
      var (node, weight) = (0.0, 0.0)
      gsl_integration_glfixed_point(0, 1, i, &node, &weight, table)
      return (node, weight)
    }
  }()

  /// The same for Euler's scheme of so many steps: e_{k+1} = (1 - aη + ηκ E cos X_k) e_k + ηκ ξ_k.
  package func ofChain(steps: Int) -> Double {
    let eta = horizon / Double(steps)
    let q = 1 - a * eta
    // scalePowers[k]: of X_k from 0
    let scalePowers = (0..<steps).reduce(into: [0.0]) { powers, _ in
      powers.append(pow(abs(q), alpha) * powers.last! + pow(sigma, alpha) * eta)
    }
    // sensitivities[k]: of e_K to ηκ ξ_k
    var sensitivities = [Double](repeating: 1, count: steps)
    for k in (0..<steps - 1).reversed() {
      sensitivities[k] = sensitivities[k + 1] * (q + eta * response * exp(-scalePowers[k + 1]))
    }
    var sum = 0.0
    for j in 0..<steps {
      for k in 0..<steps {
        let (early, late) = (min(j, k), max(j, k))
        sum +=
          sensitivities[j] * sensitivities[k]
          * covariance(
            ofInnovation: scalePowers[late - early], ofState: scalePowers[early],
            correlation: pow(q, Double(late - early)))
      }
    }
    return eta * eta * coupling * coupling * sum
  }
}
