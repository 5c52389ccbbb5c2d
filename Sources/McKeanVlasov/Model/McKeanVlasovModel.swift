/// A system of particles that interact only through the mean of some features:
///
///     dX^i = b(X^i, m) dt + σ dL^i,   m = (1/n) Σ_j φ(X^j),   φ: R^components → R^features.
///
/// A model is one struct: it says how many numbers a particle has, where they start, and what φ and b are. It is called
/// once for each block of particles and step. A block is a matrix components × count, component-major: component c of
/// the block's particle i stands at c · count + i, with count = block.count / components.
///
///     struct Attraction: McKeanVlasovModel {
///       let name = "attraction", shape = ModelShape(components: 1, features: 1), initial = [InitialLaw.constant(1)]
///       let featureGrowth = FeatureGrowth.linear
///       func addFeatures(of block: Span<Double>, to sums: inout MutableSpan<Double>,
///                        keeping: inout MutableSpan<Double>, scratch: inout MutableSpan<Double>) {
///         sums[0] += BlockMath.sum(block)
///       }
///       func drift(of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>,
///                  scratch: inout MutableSpan<Double>, into drift: inout MutableSpan<Double>) {
///         for i in block.indices { drift[i] = prepared[0] - block[i] }
///       }
///     }
public protocol McKeanVlasovModel: Sendable {
  /// The name in the CSV files.
  var name: String { get }
  /// How many numbers of each kind a particle has.
  var shape: ModelShape { get }
  /// The law of each component at time 0, independent between components and particles.
  var initial: [InitialLaw] { get }
  /// How φ grows; it decides whether a limit exists and which moments of an error do.
  var featureGrowth: FeatureGrowth { get }

  /// Adds Σ φ over the block's particles to the K sums.
  ///
  /// - Parameters:
  ///   - block: the states, components × count.
  ///   - sums: `shape.features` numbers to add to.
  ///   - kept: `shape.kept` × count numbers, to be handed to `drift` of the same block and step.
  ///   - scratch: `shape.scratch` × count numbers of working space.
  func addFeatures(
    of block: Span<Double>, to sums: inout MutableSpan<Double>, keeping kept: inout MutableSpan<Double>,
    scratch: inout MutableSpan<Double>)

  /// Turns the mean field into what `drift` needs, once a step. By default a copy.
  ///
  /// - Parameters:
  ///   - meanField: m, `shape.features` numbers.
  ///   - prepared: `shape.prepared` numbers.
  func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Double>)

  /// The drift b of each particle of the block.
  ///
  /// - Parameters:
  ///   - block: the states, components × count.
  ///   - prepared: what `prepare` made of the mean field.
  ///   - kept: what `addFeatures` kept for these states.
  ///   - scratch: `shape.scratch` × count numbers of working space.
  ///   - drift: moving × count numbers to set, component-major.
  func drift(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into drift: inout MutableSpan<Double>)

  /// What theory says of the error's rate, or nil where nothing is known. By default nil.
  func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim?

  /// The tail index of the error in this variable, so that its moments of that order and above are infinite, or grow without
  /// bound when divided by its rate; nil where there are none, because the noise of two systems that share it cancels in
  /// their difference. By default `tailIndex(with:)`, as for an error that is linear in the noise.
  func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double?

  /// The mean field of the limit (n → ∞) of the Euler chain itself, where it is known: `steps` rows of
  /// `shape.features` numbers, row k for time k · step. By default nil.
  ///
  /// The flow of the differential equation would not do: it differs from the chain's by the order of the step.
  func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]?

  /// The law of a particle of the limit of the Euler chain after so many steps, where it is known. By default nil.
  func exactLaw(noise: LevyNoise, step: Double, steps: Int) -> LimitLaw?
}

extension McKeanVlasovModel {
  public func prepare(meanField: Span<Double>, into prepared: inout MutableSpan<Double>) {
    for k in meanField.indices { prepared[k] = meanField[k] }
  }
  public func claim(on metric: Metric, in variable: ConvergenceVariable, noise: LevyNoise) -> Claim? { nil }
  public func errorTailIndex(in variable: ConvergenceVariable, noise: LevyNoise) -> Double? { tailIndex(with: noise) }
  public func exactFlow(noise: LevyNoise, step: Double, steps: Int) -> [Double]? { nil }
  public func exactLaw(noise: LevyNoise, step: Double, steps: Int) -> LimitLaw? { nil }

  /// The smallest tail index among the noise and the initial laws, or nil where all moments are finite: the tail index
  /// of an error that is linear in them.
  public func tailIndex(with noise: LevyNoise) -> Double? {
    (initial.map(\.tailIndex) + [noise.tailIndex]).compactMap { $0 }.min()
  }
}

/// A model that moves its particles by a map of its own, X ← F(X, m) + σ ΔL, in place of Euler's X + b(X, m) Δt + σ ΔL.
///
/// For drifts of superlinear growth, where Euler's scheme explodes.
public protocol OneStepModel: McKeanVlasovModel {
  /// The model for steps of this size: its features and `move` may depend on it.
  func discretised(step: Double) -> any OneStepModel

  /// F(X, m) of each particle of the block; the parameters are those of `drift`.
  ///
  /// - Parameter moved: moving × count numbers to set, component-major.
  func move(
    of block: Span<Double>, prepared: Span<Double>, kept: Span<Double>, scratch: inout MutableSpan<Double>,
    into moved: inout MutableSpan<Double>)
}
