import Foundation

/// The loss ℓ(f, y) of one data point with outputs f and class y.
public enum Loss: String, Sendable, CaseIterable {
  /// ½|f - onehot(y)|².
  case squared
  /// -log softmax(f)_y.
  case crossEntropy = "cross-entropy"
  /// log(1 + e^{-yf}) on one output, y = ±1; the smaller label is -1.
  case logistic

  /// Outputs that the loss needs for so many classes.
  public func outputs(classes: Int) -> Int { self == .logistic ? 1 : classes }

  /// The loss of one data point, and its gradient in f.
  ///
  /// - Parameters:
  ///   - outputs: f.
  ///   - label: the class, from 0.
  ///   - gradient: as many numbers as f has, set to ∇_f ℓ.
  func value(of outputs: UnsafeBufferPointer<Double>, label: Int, gradient: UnsafeMutableBufferPointer<Double>)
    -> Double
  {
    switch self {
    case .squared:
      var sum = 0.0
      for c in outputs.indices {
        gradient[c] = outputs[c] - (c == label ? 1 : 0)
        sum += gradient[c] * gradient[c]
      }
      return sum / 2
    case .crossEntropy:
      let largest = outputs.max()!
      var sum = 0.0
      for c in outputs.indices {
        gradient[c] = exp(outputs[c] - largest)
        sum += gradient[c]
      }
      for c in outputs.indices { gradient[c] = gradient[c] / sum - (c == label ? 1 : 0) }
      return largest + log(sum) - outputs[label]
    case .logistic:
      let sign = label == 0 ? -1.0 : 1.0
      let margin = sign * outputs[0]
      gradient[0] = -sign / (1 + exp(margin))
      return max(-margin, 0) + log1p(exp(-abs(margin)))
    }
  }

  /// The class that the outputs stand for: the largest, or the sign.
  func predictedLabel(of outputs: UnsafeBufferPointer<Double>) -> Int {
    self == .logistic ? (outputs[0] > 0 ? 1 : 0) : outputs.indices.max { outputs[$0] < outputs[$1] }!
  }
}
