import Foundation

/// Errors of computed numbers in units of the last place of the exact ones.
enum Ulps {
  #if arch(x86_64)
    /// The error of a value of a function whose exact value is known to 64 bits.
    ///
    /// Beyond the largest double the unit stays that of the largest, and an infinite value counts as 2^1024. NaN is right
    /// where the exact value is NaN; a zero must have the sign of the exact zero.
    static func error(_ value: Double, exact: Float80) -> Double {
      if exact.isNaN || value.isNaN || exact == 0 {
        return exact.isNaN && value.isNaN || exact == 0 && value == 0 && exact.sign == value.sign ? 0 : .infinity
      }
      let limit = Float80(sign: .plus, exponent: 1024, significand: 1)
      let clamped = min(max(exact, -limit), limit)
      let exponent = max(min(clamped.exponent, 1023), -1022) - 52
      return Double(
        abs(min(max(Float80(value), -limit), limit) - clamped)
          / Float80(sign: .plus, exponent: exponent, significand: 1))
    }
  #endif

  /// The same in single precision, where a double is exact enough.
  static func error(_ value: Float, exact: Double) -> Double {
    if exact.isNaN || value.isNaN || exact == 0 {
      return exact.isNaN && value.isNaN || exact == 0 && value == 0 && exact.sign == value.sign ? 0 : .infinity
    }
    let limit = 0x1p128
    let clamped = min(max(exact, -limit), limit)
    let exponent = max(min(clamped.exponent, 127), -126) - 23
    return abs(min(max(Double(value), -limit), limit) - clamped)
      / Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
