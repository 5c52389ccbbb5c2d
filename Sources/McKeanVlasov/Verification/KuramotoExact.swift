import CGSL
import Foundation

/// What is known of the Kuramoto system in closed form or by quadrature (docs/theory.md, section 11).
package struct KuramotoExact {
  /// K.
  package let coupling: Double
  /// α and σ.
  package let alpha: Double
  package let scale: Double

  package init(coupling: Double, alpha: Double, scale: Double) {
    (self.coupling, self.alpha, self.scale) = (coupling, alpha, scale)
  }

  // MARK: - Stationary order

  /// The stationary order parameter r of oscillators whose frequencies have the given weights, or 0 below the onset: the
  /// solution of r = Σ_ω g(ω) Re R_1(ω, r), R_k = 1/(2(σ^α k^{α-1} - iω)/(Kr) + R_{k+1}).
  package func order(frequencies: [(omega: Double, weight: Double)] = [(0, 1)], lorentzianWidth: Double = 0) -> Double {
    func excess(_ r: Double) -> Double {
      frequencies.reduce(0) { sum, frequency in
        // R = x + iy, from far out inwards: the fraction converges, since Σ k^{α-1} diverges
        var (x, y) = (0.0, 0.0)
        for k in stride(from: 300, through: 1, by: -1) {
          let k = Double(k)
          let real = 2 * (pow(scale, alpha) * pow(k, alpha - 1) + lorentzianWidth) / (coupling * r) + x
          let imaginary = -2 * frequency.omega / (coupling * r) + y
          let square = real * real + imaginary * imaginary
          (x, y) = (real / square, -imaginary / square)
        }
        return sum + frequency.weight * x
      } - r
    }
    guard excess(1e-3) > 0 else { return 0 }
    var (low, high) = (1e-3, 1.0)
    for _ in 0..<50 {
      let middle = (low + high) / 2
      (low, high) = excess(middle) > 0 ? (middle, high) : (low, middle)
    }
    return (low + high) / 2
  }

  /// N(0, s²) at 101 points from -6 s to 6 s.
  package static func normalFrequencies(_ deviation: Double) -> [(omega: Double, weight: Double)] {
    let points = (-50...50).map { 0.12 * Double($0) }
    let total = points.reduce(0) { $0 + exp(-$1 * $1 / 2) }
    return points.map { (deviation * $0, exp(-$0 * $0 / 2) / total) }
  }

  // MARK: - Onset

  /// K_c = 2 / ∫ g(ω) σ^α/(σ^{2α} + ω²) dω for N(0, s²): 2s √(2/π) e^{-c²/2} / erfc(c/√2), c = σ^α/s.
  package static func onset(normalFrequencies deviation: Double, alpha: Double, scale: Double) -> Double {
    let c = pow(scale, alpha) / deviation
    return 2 * deviation * (2 / Double.pi).squareRoot() * exp(-c * c / 2) / erfc(c / 2.0.squareRoot())
  }

  /// The onset of the Euler chain of step η: 1/K_c = (η/2) ∫ g(ω) Re[q/(1 - q)] dω, q = e^{(iω - σ^α)η}.
  package static func chainOnset(
    frequencies: [(omega: Double, weight: Double)], alpha: Double, scale: Double, step: Double
  )
    -> Double
  {
    let modulus = exp(-pow(scale, alpha) * step)
    let sum = frequencies.reduce(0.0) { sum, frequency in
      // Re[q/(1 - q)] = (Re q - |q|²)/|1 - q|²
      let (real, imaginary) = (modulus * cos(frequency.omega * step), modulus * sin(frequency.omega * step))
      let square = (1 - real) * (1 - real) + imaginary * imaginary
      return sum + frequency.weight * (real - modulus * modulus) / square
    }
    return 2 / (step * sum)
  }

  // MARK: - The differential equation

  /// z_1 at the times 0, step, 2 step, … of z_k' = -σ^α k^α z_k + (kK/2)(z_1 z_{k-1} - z_1 z_{k+1}), all z real, as rows
  /// (Re z_1, Im z_1); by the classical Runge–Kutta method on sixteenths of a step.
  package func flowOfTheDifferentialEquation(initial: (Int) -> Double, step: Double, steps: Int) -> [Double] {
    let harmonics = 24
    let decay = (0...harmonics).map { pow(scale * Double($0), alpha) }
    func derivative(_ z: [Double]) -> [Double] {
      [0]
        + (1...harmonics).map { k in
          let above = k < harmonics ? z[k + 1] : 0
          return -decay[k] * z[k] + Double(k) * coupling / 2 * z[1] * (z[k - 1] - above)
        }
    }
    func along(_ z: [Double], _ k: [Double], _ h: Double) -> [Double] { zip(z, k).map { $0 + h * $1 } }
    var z = (0...harmonics).map(initial)
    var flow: [Double] = []
    let pieces = 16
    let h = step / Double(pieces)
    for _ in 0..<steps {
      flow += [z[1], 0]
      for _ in 0..<pieces {
        let k1 = derivative(z), k2 = derivative(along(z, k1, h / 2)), k3 = derivative(along(z, k2, h / 2))
        let k4 = derivative(along(z, k3, h))
        z = z.indices.map { z[$0] + h / 6 * (k1[$0] + 2 * k2[$0] + 2 * k3[$0] + k4[$0]) }
      }
    }
    return flow
  }
}
