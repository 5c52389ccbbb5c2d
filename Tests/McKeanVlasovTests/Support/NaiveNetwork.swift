import Foundation
import McKeanVlasov

/// The two-layer network written out neuron by neuron and data point by data point, to compare with.
struct NaiveNetwork {
  let data: LabelledData
  let activation: Activation
  let loss: Loss
  let outputs: Int

  func psi(_ z: Double) -> Double {
    switch activation {
    case .tanh: (exp(z) - exp(-z)) / (exp(z) + exp(-z))
    case .sigmoid: 1 / (1 + exp(-z))
    case .erf: erf(z)
    case .softplus: log(1 + exp(z))
    case .relu: z > 0 ? z : 0
    }
  }

  /// f(x_j) for every data point: (1/n) Σ_i a_i ψ(⟨θ_i, x_j⟩).
  ///
  /// - Parameter neurons: hidden weights, then output weights, of each.
  func output(_ neurons: [[Double]]) -> [[Double]] {
    (0..<data.rows).map { j in
      (0..<outputs).map { c in
        neurons.reduce(0.0) { total, neuron in
          let z = (0..<data.columns).reduce(0.0) { $0 + neuron[$1] * data.inputs[j * data.columns + $1] }
          return total + neuron[data.columns + c] * psi(z)
        } / Double(neurons.count)
      }
    }
  }

  /// (1/N) Σ_j ℓ(f(x_j), y_j).
  func meanLoss(_ neurons: [[Double]]) -> Double {
    let losses = zip(output(neurons), data.labels).map { f, y -> Double in
      switch loss {
      case .squared: f.indices.reduce(0.0) { $0 + pow(f[$1] - ($1 == y ? 1 : 0), 2) } / 2
      case .crossEntropy: -log(exp(f[y]) / f.reduce(0.0) { $0 + exp($1) })
      case .logistic: log(1 + exp(y == 1 ? -f[0] : f[0]))
      }
    }
    return losses.reduce(0, +) / Double(losses.count)
  }

  /// The fraction of data points whose class has the largest output, or the output's sign.
  func accuracy(_ neurons: [[Double]]) -> Double {
    let hits = zip(output(neurons), data.labels).count { f, y in
      outputs == 1 ? (f[0] > 0) == (y == 1) : f.indices.allSatisfy { $0 == y || f[$0] < f[y] }
    }
    return Double(hits) / Double(data.rows)
  }
}
