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

  /// The loss of one data point with outputs f.
  ///
  /// - Parameter label: the class, from 0.
  func value(of outputs: UnsafeBufferPointer<Double>, label: Int) -> Double {
    switch self {
    case .squared:
      return outputs.indices.reduce(0) { sum, c in
        let difference = outputs[c] - (c == label ? 1 : 0)
        return sum + difference * difference
      } / 2
    case .crossEntropy:
      let largest = outputs.max()!
      return largest + log(outputs.reduce(0) { $0 + exp($1 - largest) }) - outputs[label]
    case .logistic:
      let margin = label == 0 ? -outputs[0] : outputs[0]
      return max(-margin, 0) + log1p(exp(-abs(margin)))
    }
  }

  /// ∇_f ℓ of every data point: f - onehot(y), softmax(f) - onehot(y) or -y/(1 + e^{yf}).
  ///
  /// - Parameters:
  ///   - outputs: f, C × N, data points side by side.
  ///   - labels: the N classes, from 0.
  ///   - gradients: C × N numbers to set, and N of working space.
  func setGradients<Scalar: NetworkScalar>(
    of outputs: UnsafeBufferPointer<Double>, labels: [Int], into gradients: UnsafeMutableBufferPointer<Scalar>
  ) {
    let points = labels.count
    let values = gradients.extracting(0..<outputs.count)
    let rows = stride(from: 0, to: outputs.count, by: points)
    switch self {
    case .squared:
      for k in values.indices { values[k] = Scalar(outputs[k]) }
      for (j, label) in labels.enumerated() {
        values[label * points + j] = Scalar(outputs[label * points + j] - 1)
      }
    case .crossEntropy:
      let perPoint = gradients.extracting(outputs.count..<outputs.count + points)
      for k in values.indices { values[k] = Scalar(outputs[k]) }
      // the largest output, rounded like the others, is taken off first, so that no exponential overflows
      for j in 0..<points { perPoint[j] = -.infinity }
      for row in rows {
        for j in 0..<points { perPoint[j] = values[row + j] > perPoint[j] ? values[row + j] : perPoint[j] }
      }
      for row in rows { for j in 0..<points { values[row + j] -= perPoint[j] } }
      Scalar.exp(values)
      for j in 0..<points { perPoint[j] = 0 }
      for row in rows { for j in 0..<points { perPoint[j] += values[row + j] } }
      for row in rows { for j in 0..<points { values[row + j] /= perPoint[j] } }
      for (j, label) in labels.enumerated() { values[label * points + j] -= 1 }
    case .logistic:
      for j in 0..<points { values[j] = Scalar(labels[j] == 0 ? outputs[j] : -outputs[j]) }
      Scalar.sigmoid(values)
      for j in 0..<points where labels[j] != 0 { values[j] = -values[j] }
    }
  }

  /// The class that the outputs stand for: the largest, or the sign.
  func predictedLabel(of outputs: UnsafeBufferPointer<Double>) -> Int {
    self == .logistic ? (outputs[0] > 0 ? 1 : 0) : outputs.indices.max { outputs[$0] < outputs[$1] }!
  }
}
