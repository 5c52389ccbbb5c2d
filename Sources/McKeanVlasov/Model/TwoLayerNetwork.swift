import COpenBLAS

/// A two-layer network whose neurons are the particles: with output weights a_i, C outputs, N data points (x_j, y_j),
/// activation ψ and loss ℓ,
///
///     f(x) = (1/n) Σ_i a_i ψ(⟨θ_i, x⟩),
///     dθ_i = -(1/N) Σ_j ⟨∇_f ℓ(f(x_j), y_j), a_i⟩ ψ'(⟨θ_i, x_j⟩) x_j dt - λ θ_i dt + σ dL^i.
///
/// One Euler step of size η is one step of gradient descent with learning rate nη, plus noise: arXiv 2306.08125. A particle
/// has d hidden weights θ_i, which move, and C output weights a_i, which stay as they were drawn. The features are the
/// neuron's outputs on every data point, φ(θ_i, a_i) = (a_i ψ(⟨θ_i, x_j⟩))_j, so that the mean field is f on the data (C × N).
///
/// A step of n neurons costs two products of N × d and d × n matrices, by OpenBLAS on one thread a block.
public struct TwoLayerNetwork: SinglePrecisionModel {
  public let name = "two-layer-network"
  /// The training data.
  public let data: LabelledData
  /// ψ.
  public let activation: Activation
  /// ℓ.
  public let loss: Loss
  /// λ ≥ 0.
  public let weightDecay: Double
  public let shape: ModelShape
  /// The laws of d hidden weights, then of C output weights.
  public let initial: [InitialLaw]
  /// The inputs in single precision.
  private let singleInputs: [Float]

  /// Inputs d, data points N, outputs C.
  var inputs: Int { data.columns }
  var points: Int { data.rows }
  public let outputs: Int

  /// OpenBLAS is set to one thread, for the whole process.
  ///
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
    singleInputs = data.inputs.map(Float.init)
    outputs = loss.outputs(classes: data.classes)
    shape = ModelShape(
      components: data.columns + outputs, moving: data.columns, features: outputs * data.rows,
      prepared: (outputs + 1) * data.rows, kept: data.rows, scratch: data.rows)
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

  public func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>
  ) {
    addOutputs(of: block, inputs: data.inputs, to: &sums, keeping: &kept, scratch: &scratch)
  }

  public func addFeatures(
    of block: Span<Float>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Float>,
    scratch: inout MutableSpan<Float>
  ) {
    addOutputs(of: block, inputs: singleInputs, to: &sums, keeping: &kept, scratch: &scratch)
  }

  /// Σ_i a_i ψ(⟨θ_i, x_j⟩) for every j; keeps ψ'(⟨θ_i, x_j⟩).
  private func addOutputs<Scalar: NetworkScalar>(
    of block: Span<Scalar>, inputs x: [Scalar], to sums: inout MutableSpan<Double>,
    keeping kept: inout MutableSpan<Scalar>, scratch: inout MutableSpan<Scalar>
  ) {
    let count = block.count / shape.components
    block.withUnsafeBufferPointer { weights in
      scratch.withUnsafeMutableBufferPointer { activations in
        kept.withUnsafeMutableBufferPointer { derivatives in
          sums.withUnsafeMutableBufferPointer { sums in
            x.withUnsafeBufferPointer { x in
              // activations (count × N) = θᵀ (count × d) · xᵀ (d × N)
              Scalar.multiply(
                transposed: weights.baseAddress!, x.baseAddress!, isTransposed: true, rows: count, inner: inputs,
                columns: points, into: activations.baseAddress!)
            }
            activation.apply(to: activations, derivatives: derivatives)
            // sums (C × N) += a (C × count) · ψ (count × N)
            Scalar.addProducts(
              weights.baseAddress! + inputs * count, activations.baseAddress!, rows: outputs, inner: count,
              columns: points, to: sums.baseAddress!)
          }
        }
      }
    }
  }

  public func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Double>) {
    setResiduals(meanField, into: &prepared)
  }

  public func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Float>) {
    setResiduals(meanField, into: &prepared)
  }

  /// -(1/N) ∇_f ℓ(f(x_j), y_j), once a step: the softmax and the residuals.
  private func setResiduals<Scalar: NetworkScalar>(_ f: Span<Double>, into residuals: inout MutableSpan<Scalar>) {
    f.withUnsafeBufferPointer { f in
      residuals.withUnsafeMutableBufferPointer { residuals in
        loss.setGradients(of: f, labels: data.labels, into: residuals)
        let factor = -1 / Scalar(points)
        for k in f.indices { residuals[k] *= factor }
      }
    }
  }

  public func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    setDrift(of: block, inputs: data.inputs, residuals: prepared, derivatives: kept, scratch: &scratch, into: &drift)
  }

  public func drift(
    of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
    into drift: inout MutableSpan<Float>
  ) {
    setDrift(of: block, inputs: singleInputs, residuals: prepared, derivatives: kept, scratch: &scratch, into: &drift)
  }

  /// b(θ_i) = Σ_j ⟨residual_j, a_i⟩ ψ'(⟨θ_i, x_j⟩) x_j - λ θ_i.
  private func setDrift<Scalar: NetworkScalar>(
    of block: Span<Scalar>, inputs x: [Scalar], residuals: Span<Scalar>, derivatives: Span<Scalar>,
    scratch: inout MutableSpan<Scalar>, into drift: inout MutableSpan<Scalar>
  ) {
    let count = block.count / shape.components
    block.withUnsafeBufferPointer { weights in
      scratch.withUnsafeMutableBufferPointer { gradients in
        // gradients (count × N) = aᵀ (count × C) · residuals (C × N), then times ψ'
        residuals.withUnsafeBufferPointer {
          Scalar.multiply(
            transposed: weights.baseAddress! + inputs * count, $0.baseAddress!, isTransposed: false, rows: count,
            inner: outputs, columns: points, into: gradients.baseAddress!)
        }
        derivatives.withUnsafeBufferPointer { derivatives in
          for i in gradients.indices { gradients[i] *= derivatives[i] }
        }
        drift.withUnsafeMutableBufferPointer { drift in
          x.withUnsafeBufferPointer { x in
            // drift (d × count) = xᵀ (d × N) · gradientsᵀ (N × count)
            Scalar.multiply(
              transposed: x.baseAddress!, gradients.baseAddress!, isTransposed: true, rows: inputs, inner: points,
              columns: count, into: drift.baseAddress!)
          }
          if weightDecay != 0 {
            let weightDecay = Scalar(weightDecay)
            for i in drift.indices { drift[i] -= weightDecay * weights[i] }
          }
        }
      }
    }
  }

  /// The mean loss (1/N) Σ_j ℓ(f(x_j), y_j) and the fraction of data points whose class is met, from the outputs f on
  /// the data (C × N, output c of data point j at c · N + j): the mean field.
  public func performance(ofOutputs f: [Double]) -> (loss: Double, accuracy: Double) {
    precondition(f.count == shape.features)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: outputs) { outputsOfPoint in
      let output = UnsafeBufferPointer(outputsOfPoint)
      var (loss, hits) = (0.0, 0)
      for (j, label) in data.labels.enumerated() {
        for c in 0..<outputs { outputsOfPoint[c] = f[c * points + j] }
        loss += self.loss.value(of: output, label: label)
        hits += self.loss.predictedLabel(of: output) == label ? 1 : 0
      }
      return (loss / Double(points), Double(hits) / Double(points))
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
        on: metric, featureGrowth: featureGrowth, tailIndex: tailIndex(with: noise),
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
