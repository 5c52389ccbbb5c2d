import COpenBLAS

/// A two-layer network whose neurons are the particles: with output weights a_i, C outputs, N data points (x_j, y_j),
/// activation ψ and loss ℓ,
///
///     f(x) = s Σ_i a_i ψ(⟨θ_i, x⟩),
///     dθ_i = -(1/N) Σ_j ⟨∇_f ℓ(f(x_j), y_j), a_i⟩ ψ'(⟨θ_i, x_j⟩) x_j dt - λ θ_i dt + σ dL^i.
///
/// With s = 1/n one Euler step of size η is one step of gradient descent with learning rate nη, plus noise: arXiv 2306.08125.
/// With s = 1 it is the plain step with learning rate η. A particle has d hidden weights θ_i and C output weights a_i, which
/// stay as they were drawn, or move without noise: da_i = -(1/N) Σ_j ψ(⟨θ_i, x_j⟩) ∇_f ℓ(f(x_j), y_j) dt. The features are
/// the neuron's outputs on every data point, φ(θ_i, a_i) = (a_i ψ(⟨θ_i, x_j⟩))_j, so that the mean field is f/(sn) on the
/// data (C × N).
///
/// A step of n neurons costs two products of N × d and d × n matrices, by OpenBLAS on one thread a block.
/// With minibatches of B data points a step takes the next B rows of the data, in an order that is drawn anew for every pass;
/// the rows that are left over at the end of a pass wait for the next one.
public struct TwoLayerNetwork: SinglePrecisionModel, MinibatchModel {
  /// What becomes of the output weights.
  public enum Output: String, Sendable, CaseIterable {
    case fixed, trained
  }

  /// The output multiplier s.
  public enum OutputScaling: String, Sendable, CaseIterable {
    /// s = 1/n.
    case meanField = "mean-field"
    /// s = 1.
    case standard
  }

  public let name = "two-layer-network"
  /// The training data.
  public let data: LabelledData
  /// ψ.
  public let activation: Activation
  /// ℓ.
  public let loss: Loss
  /// λ ≥ 0.
  public let weightDecay: Double
  /// Whether the output weights are trained.
  public let output: Output
  /// n, which s = 1 needs; nil for s = 1/n, where the network is the same for every n.
  public let neurons: Int?
  /// s.
  public var outputScaling: OutputScaling { neurons == nil ? .meanField : .standard }
  /// B, below N; nil where every step takes all data points.
  public let batchSize: Int?
  public let shape: ModelShape
  /// The laws of d hidden weights, then of C output weights.
  public let initial: [InitialLaw]
  /// The inputs in single precision.
  private let singleInputs: [Float]
  /// The law of the output weights that was asked for.
  private let givenOutputInitial: InitialLaw?

  /// Inputs d, data points of a step N, outputs C.
  var inputs: Int { data.columns }
  var points: Int { batchSize ?? data.rows }
  public let outputs: Int

  /// OpenBLAS is set to one thread, for the whole process.
  ///
  /// - Parameters:
  ///   - data: the training data.
  ///   - neurons: n ≥ 1 of a network with s = 1; nil for one with s = 1/n.
  ///   - batchSize: B from 1 to N; N is nil.
  ///   - initial: the law of each hidden weight at time 0; uniform on ±1/√d by default.
  ///   - outputInitial: the law of each output weight at time 0; by default N(0, 1), and uniform on ±1/√n for s = 1.
  /// - Throws: `SimulationError.invalidValue` for data of one class, the logistic loss with other than two, or a batch of more
  ///   data points than there are.
  public init(
    data: LabelledData, activation: Activation, loss: Loss, weightDecay: Double = 0, output: Output = .fixed,
    neurons: Int? = nil, batchSize: Int? = nil, initial: InitialLaw? = nil, outputInitial: InitialLaw? = nil
  ) throws(SimulationError) {
    guard data.classes > 1 else {
      throw .invalidValue(parameter: "label", found: "data of one class", allowed: "labels of two classes or more")
    }
    guard loss != .logistic || data.classes == 2 else {
      throw .invalidValue(
        parameter: "loss", found: "\"logistic\" with \(data.classes) classes",
        allowed: "\"logistic\" with two classes, \"cross-entropy\" or \"squared\"")
    }
    guard batchSize.map((1...data.rows).contains) ?? true else {
      throw .invalidValue(
        parameter: "batch", found: "\(batchSize!)", allowed: "\"full\" or a whole number from 1 to \(data.rows)")
    }
    self.init(
      unchecked: data, activation: activation, loss: loss, weightDecay: weightDecay, output: output, neurons: neurons,
      batchSize: batchSize, initial: initial, outputInitial: outputInitial)
  }

  private init(
    unchecked data: LabelledData, activation: Activation, loss: Loss, weightDecay: Double, output: Output,
    neurons: Int?, batchSize: Int?, initial: InitialLaw?, outputInitial: InitialLaw?
  ) {
    (self.data, self.activation, self.loss, self.weightDecay) = (data, activation, loss, weightDecay)
    self.batchSize = batchSize == data.rows ? nil : batchSize
    givenOutputInitial = outputInitial
    let points = batchSize ?? data.rows
    (self.output, self.neurons) = (output, neurons)
    singleInputs = self.batchSize == nil ? data.inputs.map(Float.init) : []
    outputs = loss.outputs(classes: data.classes)
    let isTrained = output == .trained
    shape = ModelShape(
      components: data.columns + outputs, moving: data.columns + (isTrained ? outputs : 0), noisy: data.columns,
      features: outputs * points, prepared: (outputs + 1) * points,
      kept: (activation.setsDerivatives && isTrained ? 2 : 1) * points,
      scratch: points)
    let bound = 1 / Double(data.columns).squareRoot()
    self.initial =
      Array(repeating: initial ?? .uniform(low: -bound, high: bound), count: data.columns)
      + Array(repeating: outputInitial ?? Self.outputInitial(neurons: neurons), count: outputs)
    Self.useOneThreadForEachProduct
  }

  private func copy(on data: LabelledData, neurons: Int?, batchSize: Int?) -> TwoLayerNetwork {
    TwoLayerNetwork(
      unchecked: data, activation: activation, loss: loss, weightDecay: weightDecay, output: output, neurons: neurons,
      batchSize: batchSize, initial: initial[0], outputInitial: givenOutputInitial)
  }

  /// The same network of n neurons; one with s = 1/n is the same for all n.
  public func resized(neurons: Int) -> TwoLayerNetwork {
    outputScaling == .meanField ? self : copy(on: data, neurons: neurons, batchSize: batchSize)
  }

  /// The same network on all of other data, with the same inputs and classes.
  public func evaluated(on data: LabelledData) -> TwoLayerNetwork {
    precondition(data.columns == inputs && data.classes == self.data.classes)
    return copy(on: data, neurons: neurons, batchSize: nil)
  }

  // MARK: - Minibatches

  public var batchesAPass: Int { data.rows / points }

  /// The order of the rows in a pass: sorted by a uniform of the replica, one counter a row and pass.
  public func order(ofPass pass: Int, seed: UInt32, replica: UInt32) -> [Int] {
    LabelledData.randomOrder(of: 0..<data.rows, key: SIMD2(seed, replica), step: UInt32(pass))
  }

  public func batch(_ index: Int, inOrder order: [Int]) -> any SinglePrecisionModel {
    copy(on: data.rows(in: order[index * points..<(index + 1) * points]), neurons: neurons, batchSize: nil)
  }

  // MARK: - Features and drift

  /// The law of an output weight where none is given.
  static func outputInitial(neurons: Int?) -> InitialLaw {
    guard let neurons else { return .normal(mean: 0, standardDeviation: 1) }
    let bound = 1 / Double(neurons).squareRoot()
    return .uniform(low: -bound, high: bound)
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

  /// Σ_i a_i ψ(⟨θ_i, x_j⟩) for every j; keeps ψ(⟨θ_i, x_j⟩), and ψ'(⟨θ_i, x_j⟩) where that does not follow from it: then ψ
  /// only for trained output weights, and after ψ'.
  private func addOutputs<Scalar: NetworkScalar>(
    of block: Span<Scalar>, inputs x: [Scalar], to sums: inout MutableSpan<Double>,
    keeping kept: inout MutableSpan<Scalar>, scratch: inout MutableSpan<Scalar>
  ) {
    let count = block.count / shape.components
    block.withUnsafeBufferPointer { weights in
      scratch.withUnsafeMutableBufferPointer { scratch in
        kept.withUnsafeMutableBufferPointer { kept in
          let derivatives = kept.extracting(0..<(activation.setsDerivatives ? points * count : 0))
          let keepsActivations = output == .trained || !activation.setsDerivatives
          let activations = keepsActivations ? kept.extracting(derivatives.count..<kept.count) : scratch
          sums.withUnsafeMutableBufferPointer { sums in
            x.withUnsafeBufferPointer { x in
              // activations (count × N) = θᵀ (count × d) · xᵀ (d × N)
              Scalar.multiply(
                weights.baseAddress!, isTransposed: true, x.baseAddress!, isRightTransposed: true, rows: count,
                inner: inputs, columns: points, into: activations.baseAddress!)
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
  private func setResiduals<Scalar: NetworkScalar>(
    _ meanField: Span<Double>, into residuals: inout MutableSpan<Scalar>
  ) {
    withOutputs(ofMeanField: meanField) { f in
      residuals.withUnsafeMutableBufferPointer { residuals in
        loss.setGradients(of: f, labels: data.labels, into: residuals)
        let factor = -1 / Scalar(points)
        for k in f.indices { residuals[k] *= factor }
      }
    }
  }

  /// f = sn m on the data; of s = 1/n the mean field itself.
  private func withOutputs<Result>(
    ofMeanField meanField: Span<Double>, _ body: (UnsafeBufferPointer<Double>) -> Result
  ) -> Result {
    meanField.withUnsafeBufferPointer { meanField in
      guard let neurons else { return body(meanField) }
      return withUnsafeTemporaryAllocation(of: Double.self, capacity: meanField.count) { f in
        for k in meanField.indices { f[k] = Double(neurons) * meanField[k] }
        return body(UnsafeBufferPointer(f))
      }
    }
  }

  public func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>
  ) {
    setDrift(of: block, inputs: data.inputs, residuals: prepared, kept: kept, scratch: &scratch, into: &drift)
  }

  public func drift(
    of block: Span<Float>, prepared: Span<Float>, kept: Span<Float>, scratch: inout MutableSpan<Float>,
    into drift: inout MutableSpan<Float>
  ) {
    setDrift(of: block, inputs: singleInputs, residuals: prepared, kept: kept, scratch: &scratch, into: &drift)
  }

  /// b(θ_i) = Σ_j ⟨residual_j, a_i⟩ ψ'(⟨θ_i, x_j⟩) x_j - λ θ_i, and where the output weights are trained
  /// b(a_i) = Σ_j ψ(⟨θ_i, x_j⟩) residual_j.
  private func setDrift<Scalar: NetworkScalar>(
    of block: Span<Scalar>, inputs x: [Scalar], residuals: Span<Scalar>, kept: Span<Scalar>,
    scratch: inout MutableSpan<Scalar>, into drift: inout MutableSpan<Scalar>
  ) {
    let count = block.count / shape.components
    block.withUnsafeBufferPointer { weights in
      scratch.withUnsafeMutableBufferPointer { gradients in
        // gradients (count × N) = (aᵀ (count × C) · residuals (C × N)) ∘ ψ'
        residuals.withUnsafeBufferPointer { residuals in
          kept.withUnsafeBufferPointer { kept in
            drift.withUnsafeMutableBufferPointer { drift in
              Scalar.setGradients(
                gradients.baseAddress!, weights: weights.baseAddress! + inputs * count,
                residuals: residuals.baseAddress!, kept: kept.baseAddress!, activation.derivative, neurons: count,
                outputs: outputs, points: points)
              x.withUnsafeBufferPointer { x in
                // drift (d × count) = xᵀ (d × N) · gradientsᵀ (N × count)
                Scalar.multiply(
                  x.baseAddress!, isTransposed: true, gradients.baseAddress!, isRightTransposed: true, rows: inputs,
                  inner: points, columns: count, into: drift.baseAddress!)
              }
              if weightDecay != 0 {
                let weightDecay = Scalar(weightDecay)
                for i in 0..<inputs * count { drift[i] -= weightDecay * weights[i] }
              }
              if output == .trained {
                // drift (C × count) = residuals (C × N) · ψᵀ (N × count)
                Scalar.multiply(
                  residuals.baseAddress!, isTransposed: false, kept.baseAddress! + (kept.count - points * count),
                  isRightTransposed: true, rows: outputs, inner: points, columns: count,
                  into: drift.baseAddress! + inputs * count)
              }
            }
          }
        }
      }
    }
  }

  /// f on the data from the mean field: s n times it.
  public func outputs(ofMeanField meanField: [Double]) -> [Double] {
    withOutputs(ofMeanField: meanField.span) { Array($0) }
  }

  /// The mean loss (1/N) Σ_j ℓ(f(x_j), y_j) and the fraction of data points whose class is met, from the outputs f on
  /// the data (C × N, output c of data point j at c · N + j).
  public func performance(ofOutputs f: [Double]) -> (loss: Double, accuracy: Double) {
    precondition(f.count == outputs * data.rows, "the outputs on all data")
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: outputs) { outputsOfPoint in
      let output = UnsafeBufferPointer(outputsOfPoint)
      var (loss, hits) = (0.0, 0)
      for (j, label) in data.labels.enumerated() {
        for c in 0..<outputs { outputsOfPoint[c] = f[c * data.rows + j] }
        loss += self.loss.value(of: output, label: label)
        hits += self.loss.predictedLabel(of: output) == label ? 1 : 0
      }
      return (loss / Double(data.rows), Double(hits) / Double(data.rows))
    }
  }

  /// A network's rates: those of bounded or of linear features, and Euler's where the drift is smooth.
  ///
  /// None is known for output weights with a power tail, since the drift's Lipschitz constant grows with them, nor for
  /// trained ones, nor for s = 1, which has no limit.
  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? {
    guard outputTailIndex == nil, output == .fixed, outputScaling == .meanField else { return nil }
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
