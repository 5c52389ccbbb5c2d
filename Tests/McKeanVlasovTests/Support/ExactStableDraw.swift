#if arch(x86_64)
  import Foundation

  /// The draws that belong to two uniforms (k + 1/2) / 2^52, to 64 bits.
  ///
  /// Everything starts from the integers, so that no distance to 0, π/2 or π is the difference of two rounded numbers.
  ///
  /// Source: J. M. Chambers, C. L. Mallows, B. W. Stuck, *A method for simulating stable random variables*, J. Amer.
  /// Statist. Assoc. 71 (1976); M. Kanter, *Stable densities under change of scale and total variation inequalities*,
  /// Ann. Probab. 3 (1975).
  struct ExactStableDraw {
    /// Distances of π u1 to 0, to π/2 and to π.
    private let fromZero, fromHalfPi, fromPi: Float80
    /// W = -ln(1 - u2).
    private let exponential: Float80

    init(k1: UInt64, k2: UInt64) {
      /// (k + 1/2) / 2^52
      func uniform(_ k: UInt64) -> Float80 { Float80(2 * k + 1) * 0x1p-53 }
      let last: UInt64 = 1 << 52 - 1
      fromZero = .pi * uniform(k1)
      fromHalfPi = .pi * abs(Float80(2 * k1 + 1) - 0x1p52) * 0x1p-53
      fromPi = .pi * uniform(last - k1)
      exponential = k2 < last / 2 ? -log1p(-uniform(k2)) : -log(uniform(last - k2))
    }

    /// SαS(1): with V = π(u1 - 1/2), sin(αV) / cos V · (cos((1 - α)V) / (W cos V))^{1/α - 1}.
    func symmetric(alpha: Double) -> Float80 {
      let alpha = Float80(alpha)
      // the distance of |V| to π/2, the nearest zero of the cosine
      let distance = min(fromZero, fromPi)
      let sine =
        alpha * fromHalfPi < .pi / 2 ? sin(alpha * fromHalfPi) : sin((2 - alpha) * .pi / 2 + alpha * distance)
      let part = abs(1 - alpha)
      let cosine = sin((1 - part) * .pi / 2 + part * distance)
      let size = sine / sin(distance) * pow(cosine / (exponential * sin(distance)), (1 - alpha) / alpha)
      return fromPi < fromZero ? size : -size
    }

    /// The positive law with Laplace transform exp(-s^α):
    /// sin(α π u1) / sin(π u1) · (sin((1 - α) π u1) / (W sin(π u1)))^{1/α - 1}.
    func positive(alpha: Double) -> Float80 {
      let alpha = Float80(alpha)
      /// sin(part · π u1)
      func sine(_ part: Float80, _ rest: Float80) -> Float80 {
        part * fromZero < .pi / 2 ? sin(part * fromZero) : sin(rest * .pi + part * fromPi)
      }
      let whole = sin(min(fromZero, fromPi))
      return sine(alpha, 1 - alpha) / whole
        * pow(sine(1 - alpha, alpha) / (exponential * whole), (1 - alpha) / alpha)
    }
  }
#endif
