import Foundation

/// The laws of the linear mean-field Ornstein–Uhlenbeck system and of its errors, written from the formulas of
/// docs/theory.md, section 5, in one dimension and without any code of the simulator.
///
/// Every law is SαS about its mean. Euler's scheme with step η has A_j = (1-aη)^j, B_j = (1-θη)^j, a = θ + κ.
package struct OrnsteinUhlenbeckExact {
  package let theta: Double
  package let coupling: Double
  package let alpha: Double
  /// σ: an increment over a time δ is SαS(σ δ^{1/α}).
  package let sigma: Double
  package let horizon: Double

  package init(_ model: OrnsteinUhlenbeck, _ noise: LevyNoise, horizon: Double) {
    (theta, coupling, self.horizon) = (model.theta, model.coupling, horizon)
    switch noise.law {
    case .stable(let alpha): (self.alpha, sigma) = (alpha, noise.scale)
    // N(0, σ²δ) = SαS(σ √(δ/2)) at α = 2
    case .brownian, .none: (alpha, sigma) = (2, noise.scale / 2.0.squareRoot())
    }
  }

  private var a: Double { theta + coupling }
  private func step(_ steps: Int) -> Double { horizon / Double(steps) }

  /// The factor by which `count` steps of size h with rate c multiply a value.
  private func contraction(_ c: Double, _ h: Double, _ count: Int) -> Double { pow(1 - c * h, Double(count)) }

  /// Σ over the coefficients x_k of independent increments of n particles: of the own one and of the n-1 others, where
  /// the mean of the particles moves by `mean` and the departure from it by `departure`.
  private func powerSum(departure: Double, mean: Double, particles n: Int) -> Double {
    let ofOthers = (mean - departure) / Double(n)
    return pow(abs(departure + ofOthers), alpha) + Double(n - 1) * pow(abs(ofOthers), alpha)
  }

  // MARK: - Laws of the states

  /// The scale of the limit's Euler law after K steps.
  package func limitScale(steps: Int) -> Double {
    let eta = step(steps)
    let q = abs(1 - a * eta)
    let sum = q == 1 ? Double(steps) : (1 - pow(q, alpha * Double(steps))) / (1 - pow(q, alpha))
    return sigma * pow(eta * sum, 1 / alpha)
  }

  /// The scale of one particle of n after K steps of Euler's scheme.
  package func scale(particles n: Int, steps: Int) -> Double {
    let eta = step(steps)
    let sum = (0..<steps).reduce(0.0) {
      $0 + powerSum(departure: contraction(a, eta, $1), mean: contraction(theta, eta, $1), particles: n)
    }
    return sigma * pow(eta * sum, 1 / alpha)
  }

  /// The scale of the mean of n particles after K steps: the mean field is a chain of its own, X̄ ← (1-θη) X̄ + ΔL̄.
  package func scaleOfMean(particles n: Int, steps: Int) -> Double {
    let eta = step(steps)
    let sum = (0..<steps).reduce(0.0) { $0 + pow(abs(contraction(theta, eta, $1)), alpha) }
    return sigma * pow(eta * sum, 1 / alpha) * pow(Double(n), 1 / alpha - 1)
  }

  /// E X_K for particles that start at x0.
  package func mean(from x0: Double, steps: Int) -> Double { contraction(theta, step(steps), steps) * x0 }

  // MARK: - Laws of the terminal errors

  /// The scale of the n-particle system's error against a system of N that holds the same particles, or against the
  /// limit where N is nil.
  package func chaosErrorScale(particles n: Int, reference: Int?, steps: Int) -> Double {
    let eta = step(steps)
    let sum = (0..<steps).reduce(0.0) {
      $0 + pow(abs(contraction(theta, eta, $1) - contraction(a, eta, $1)), alpha)
    }
    let small = Double(n)
    let factor: Double
    if let reference {
      let large = Double(reference)
      factor = pow(small * pow(1 / small - 1 / large, alpha) + (large - small) * pow(large, -alpha), 1 / alpha)
    } else {
      factor = pow(small, 1 / alpha - 1)
    }
    return sigma * pow(eta * sum, 1 / alpha) * factor
  }

  /// The scale of the error of K steps against m K steps, any κ and n, X_0 = 0, at the horizon or, with `offGrid`, half
  /// a coarse step before it, where the coarse path still stands where it stood one coarse step before the horizon.
  package func strongErrorScale(particles n: Int, steps: Int, referenceSteps: Int, offGrid: Bool = false) -> Double {
    let (h, r) = (step(steps), step(referenceSteps))
    let m = referenceSteps / steps
    // Counted back from the time of the error, the coarse path has not seen the first `missed` fine increments.
    let missed = offGrid ? m / 2 : 0
    func difference(_ c: Double, _ k: Int) -> Double {
      (k < missed ? 0 : contraction(c, h, (k - missed) / m)) - contraction(c, r, k)
    }
    let sum = (0..<referenceSteps - missed).reduce(0.0) {
      $0 + powerSum(departure: difference(a, $1), mean: difference(theta, $1), particles: n)
    }
    return sigma * pow(r * sum, 1 / alpha)
  }
}
