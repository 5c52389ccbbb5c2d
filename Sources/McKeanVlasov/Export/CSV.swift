import Foundation

/// Rows of a CSV file: doubles in the shortest form that reads back the same, missing values empty.
enum CSV {
  static func field(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  static func field(_ text: String) -> String {
    text.contains { ",\"\n".contains($0) } ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
  }

  static func row(_ fields: [String]) -> String { fields.joined(separator: ",") + "\n" }
}

extension CurveLabel {
  var lawName: String {
    switch noise.law {
    case .stable: "stable"
    case .brownian: "brownian"
    case .none: "none"
    }
  }
  var alpha: Double? { if case .stable(let alpha) = noise.law { alpha } else { nil } }
  /// study,model,law,shape,alpha,scale,setting
  var fields: [String] { [study.rawValue, model] + noiseFields }
  /// law,shape,alpha,scale,setting
  var noiseFields: [String] {
    [
      lawName, noise.law == .none ? "" : noise.shape.rawValue, CSV.field(alpha), CSV.field(noise.scale),
      CSV.field(setting),
    ]
  }
}
