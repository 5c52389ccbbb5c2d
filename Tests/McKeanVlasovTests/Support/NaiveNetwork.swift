import Foundation
import McKeanVlasov

/// The two-layer network written out neuron by neuron and data point by data point, to compare with.
struct NaiveNetwork {
  let data: LabelledData
  let activation: Activation
  let loss: Loss
  let outputs: Int
  /// Whether the output is the sum over neurons, in place of their mean.
  var isStandard = false

  func psi(_ z: Double) -> Double {
    switch activation {
    case .tanh: (exp(z) - exp(-z)) / (exp(z) + exp(-z))
    case .sigmoid: 1 / (1 + exp(-z))
    case .erf: erf(z)
    case .softplus: log(1 + exp(z))
    case .relu: z > 0 ? z : 0
    }
  }

  func slope(_ z: Double) -> Double {
    switch activation {
    case .tanh: 1 / (cosh(z) * cosh(z))
    case .sigmoid: exp(-z) / pow(1 + exp(-z), 2)
    case .erf: 2 / Double.pi.squareRoot() * exp(-z * z)
    case .softplus: 1 / (1 + exp(-z))
    case .relu: z > 0 ? 1 : 0
    }
  }

  private func preactivation(_ neuron: [Double], _ j: Int) -> Double {
    (0..<data.columns).reduce(0.0) { $0 + neuron[$1] * data.inputs[j * data.columns + $1] }
  }

  /// f(x_j) for every data point: s Σ_i a_i ψ(⟨θ_i, x_j⟩), s = 1/n or 1.
  ///
  /// - Parameter neurons: hidden weights, then output weights, of each.
  func output(_ neurons: [[Double]]) -> [[Double]] {
    (0..<data.rows).map { j in
      (0..<outputs).map { c in
        neurons.reduce(0.0) { total, neuron in
          total + neuron[data.columns + c] * psi(preactivation(neuron, j))
        } / (isStandard ? 1 : Double(neurons.count))
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

  /// ∇_f ℓ.
  private func lossGradient(_ f: [Double], _ y: Int) -> [Double] {
    switch loss {
    case .squared: return f.indices.map { f[$0] - ($0 == y ? 1 : 0) }
    case .crossEntropy:
      let sum = f.reduce(0.0) { $0 + exp($1) }
      return f.indices.map { exp(f[$0]) / sum - ($0 == y ? 1 : 0) }
    case .logistic:
      let sign = y == 1 ? 1.0 : -1.0
      return [-sign / (1 + exp(sign * f[0]))]
    }
  }

  /// The drift of each neuron's hidden weights, then of its output weights as if they were trained.
  func drift(_ neurons: [[Double]], weightDecay: Double = 0) -> [[Double]] {
    let gradients = zip(output(neurons), data.labels).map { lossGradient($0, $1) }
    return neurons.map { neuron in
      var drift = (0..<data.columns).map { -weightDecay * neuron[$0] } + [Double](repeating: 0, count: outputs)
      for (j, gradient) in gradients.enumerated() {
        let z = preactivation(neuron, j)
        for c in 0..<outputs {
          let residual = -gradient[c] / Double(data.rows)
          drift[data.columns + c] += residual * psi(z)
          for k in 0..<data.columns {
            drift[k] += residual * neuron[data.columns + c] * slope(z) * data.inputs[j * data.columns + k]
          }
        }
      }
      return drift
    }
  }
}
