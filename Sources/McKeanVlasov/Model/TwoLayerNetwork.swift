import CGSL
import COpenBLAS

/// A two-layer network whose neurons are the particles: with output weights a_i, C outputs, N data points (x_j, y_j),
/// activation ψ and loss ℓ,
///
///     f(x) = (1/n) Σ_i a_i ψ(⟨θ_i, x⟩),
///     dθ_i = -(1/N) Σ_j ⟨∇_f ℓ(f(x_j), y_j), a_i⟩ ψ'(⟨θ_i, x_j⟩) x_j dt - λ θ_i dt + σ dL^i.
///
/// One Euler step of size η is one step of gradient descent with learning rate nη, plus noise: arXiv 2306.08125. A particle
/// has d hidden weights θ_i, which move, and C output weights a_i, which stay as they were drawn. The features are the
/// neuron's outputs on every data point, φ(θ_i, a_i) = (a_i ψ(⟨θ_i, x_j⟩))_j, so that the mean field is f on the data.
///
/// A step of n neurons costs two products of N × d and d × n matrices, by OpenBLAS on one thread a block.
public struct TwoLayerNetwork: McKeanVlasovModel {
  public let name = "two-layer-network"
  public let data: LabelledData
  public let activation: Activation
  public let loss: Loss
  /// λ ≥ 0.
  public let weightDecay: Double
  public let shape: ModelShape
  public let initial: [InitialLaw]

  /// Inputs d, data points N, outputs C.
  var inputs: Int { data.columns }
  var points: Int { data.rows }
  public let outputs: Int

  /// - Parameters:
  ///   - data: the training data.
  ///   - initial: the law of each hidden weight at time 0; uniform on ±1/√d by default.
  ///   - outputInitial: the law of each output weight; N(0, 1) by default.
  /// - Throws: `SimulationError.invalidValue` for data of one class, or the logistic loss with other than two.
  public init(
    data: LabelledData, activation: Activation, loss: Loss, weightDecay: Double = 0, initial: InitialLaw? = nil,
    outputInitial: InitialLaw = .normal(mean: 0, standardDeviation: 1)
  ) throws(SimulationError) {
    guard data.classes > 1 else {
      throw .invalidValue(parameter: "label", found: "data of one class", allowed: "labels of two classes or more")
    }
    guard loss != .logistic || data.classes == 2 else {
      throw .invalidValue(
        parameter: "loss", found: "\"logistic\" with \(data.classes) classes",
        allowed: "\"logistic\" with two classes, \"cross-entropy\" or \"squared\"")
    }
    (self.data, self.activation, self.loss, self.weightDecay) = (data, activation, loss, weightDecay)
    outputs = loss.outputs(classes: data.classes)
    shape = ModelShape(
      components: data.columns + outputs, moving: data.columns, features: data.rows * outputs, kept: data.rows,
      scratch: data.rows)
    let bound = 1 / Double(data.columns).squareRoot()
    self.initial =
      Array(repeating: initial ?? .uniform(low: -bound, high: bound), count: data.columns)
      + Array(repeating: outputInitial, count: outputs)
    Self.useOneThreadForEachProduct
  }

  /// Blocks run in parallel, so each product takes one thread; its bits then do not depend on the number of threads.
  private static let useOneThreadForEachProduct: Void = openblas_set_num_threads(1)

  /// φ = a ψ is bounded only up to the output weights: with a power tail of theirs it has no variance, or no mean.
  public var featureGrowth: FeatureGrowth { outputTailIndex == nil ? activation.featureGrowth : .linear }

  /// The tail index of the output weights, nil where all their moments are finite.
  private var outputTailIndex: Double? { initial.last!.tailIndex }

  /// Σ_i a_i ψ(⟨θ_i, x_j⟩) for every j; keeps ψ'(⟨θ_i, x_j⟩).
  public func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    let count = block.count / shape.components
    block.withUnsafeBufferPointer { weights in
      scratch.withUnsafeMutableBufferPointer { activations in
        kept.withUnsafeMutableBufferPointer { derivatives in
          sums.withUnsafeMutableBufferPointer { sums in
            multiply(
              data.inputs, weights.baseAddress!, rows: points, inner: inputs, columns: count, into: activations)
            activation.apply(to: activations, derivatives: derivatives)
            // sums (N × C) += ψ (N × count) · aᵀ (count × C)
            cblas_dgemm(
              CblasRowMajor, CblasNoTrans, CblasTrans, Int32(points), Int32(outputs), Int32(count), 1,
              activations.baseAddress!, Int32(count), weights.baseAddress! + inputs * count, Int32(count), 1,
              sums.baseAddress!, Int32(outputs))
          }
        }
      }
    }
  }

  /// -(1/N) ∇_f ℓ(f(x_j), y_j), once a step: the softmax and the residuals.
  public func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Double>) {
    meanField.withUnsafeBufferPointer { f in
      prepared.withUnsafeMutableBufferPointer { residuals in
        for (j, label) in data.labels.enumerated() {
          let range = j * outputs..<(j + 1) * outputs
          let gradient = residuals.extracting(range)
          _ = loss.value(of: f.extracting(range), label: label, gradient: gradient)
          for c in gradient.indices { gradient[c] *= -1 / Double(points) }
        }
      }
    }
  }

  /// b(θ_i) = Σ_j ⟨prepared_j, a_i⟩ ψ'(⟨θ_i, x_j⟩) x_j - λ θ_i.
  public func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    let count = block.count / shape.components
    block.withUnsafeBufferPointer { weights in
      scratch.withUnsafeMutableBufferPointer { gradients in
        // gradients (N × count) = prepared (N × C) · a (C × count), then times ψ'
        prepared.withUnsafeBufferPointer {
          multiply(
            $0, weights.baseAddress! + inputs * count, rows: points, inner: outputs, columns: count, into: gradients)
        }
        kept.withUnsafeBufferPointer { derivatives in
          for i in gradients.indices { gradients[i] *= derivatives[i] }
        }
        drift.withUnsafeMutableBufferPointer { drift in
          data.inputs.withUnsafeBufferPointer { x in
            // drift (d × count) = xᵀ (d × N) · gradients (N × count)
            cblas_dgemm(
              CblasRowMajor, CblasTrans, CblasNoTrans, Int32(inputs), Int32(count), Int32(points), 1, x.baseAddress!,
              Int32(inputs), gradients.baseAddress!, Int32(count), 0, drift.baseAddress!, Int32(count))
          }
          if weightDecay != 0 {
            for i in drift.indices { drift[i] -= weightDecay * weights[i] }
          }
        }
      }
    }
  }

  /// product (rows × columns) = left (rows × inner) · right (inner × columns).
  private func multiply(
    _ left: UnsafeBufferPointer<Double>, _ right: UnsafePointer<Double>, rows: Int, inner: Int, columns: Int,
    into product: UnsafeMutableBufferPointer<Double>
  ) {
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, left.baseAddress!,
      Int32(inner), right, Int32(columns), 0, product.baseAddress!, Int32(columns))
  }

  private func multiply(
    _ left: [Double], _ right: UnsafePointer<Double>, rows: Int, inner: Int, columns: Int,
    into product: UnsafeMutableBufferPointer<Double>
  ) {
    left.withUnsafeBufferPointer {
      multiply($0, right, rows: rows, inner: inner, columns: columns, into: product)
    }
  }

  /// The mean loss (1/N) Σ_j ℓ(f(x_j), y_j) and the fraction of data points whose class is met, from the outputs f on
  /// the data (N × C): the mean field.
  public func performance(ofOutputs f: [Double]) -> (loss: Double, accuracy: Double) {
    precondition(f.count == shape.features)
    return f.withUnsafeBufferPointer { f in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: outputs) { gradient in
        var (loss, hits) = (0.0, 0)
        for (j, label) in data.labels.enumerated() {
          let output = UnsafeBufferPointer(rebasing: f[j * outputs..<(j + 1) * outputs])
          loss += self.loss.value(of: output, label: label, gradient: gradient)
          hits += self.loss.predictedLabel(of: output) == label ? 1 : 0
        }
        return (loss / Double(points), Double(hits) / Double(points))
      }
    }
  }

  /// A network's rates: those of bounded or of linear features, and Euler's where the drift is smooth.
  ///
  /// None is known for output weights with a power tail: the drift's Lipschitz constant grows with them.
  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    guard outputTailIndex == nil else { return nil }
    return switch variable {
    case .n:
      .chaos(
        featureGrowth: featureGrowth, tailIndex: tailIndex(with: noise),
        linearSource: activation.isSmooth && loss != .squared
          ? "mean of variables with tail index α; docs/theory.md 3.2"
          : "measured, no theorem known; docs/theory.md 3.2")
    case .dt: activation.isSmooth ? .strongEuler(on: metric, noise: noise) : nil
    }
  }

  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? {
    let index =
      featureGrowth == .linear || (variable == .dt && weightDecay != 0) ? tailIndex(with: noise) : nil
    guard loss == .squared, let outputTailIndex else { return index }
    // f contains a_i ψ / n and the gradient of the squared loss is linear in f: the drift contains a_i².
    return [index, outputTailIndex / 2].compactMap { $0 }.min()
  }
}
