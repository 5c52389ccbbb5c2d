/// The one engine: systems of different size and step, advanced together on the same noise.
///
/// One pass over the finest noise: for each fine step and block of particles the noise is drawn once; every system adds
/// it to its increment and, at the end of a step of its own, takes drift, update and next features while the block is in
/// cache. Particle i has the same noise in every system, and a coarse increment is the sum of fine ones. Block sums are
/// combined in a fixed order, so results do not depend on the number of threads.
public final class CoupledSystems {
  /// One system: how many particles, how many steps to the horizon, and whose mean field they feel.
  public struct System: Sendable, Hashable {
    public let particles: Int
    public let steps: Int
    public let meanField: MeanField

    public init(particles: Int, steps: Int, meanField: MeanField = .own) {
      (self.particles, self.steps, self.meanField) = (particles, steps, meanField)
    }
  }

  /// The mean field that a system's particles feel.
  public enum MeanField: Sendable, Hashable {
    /// (1/n) Σ φ over the system itself.
    case own
    /// The exact flow of the limit of the Euler chain: independent copies of the limit.
    case exact
  }

  /// Where a state stopped being a finite number.
  public struct NonFiniteState: Sendable, Hashable {
    public let system: Int
    public let particle: Int
    /// The step of that system after which it was found, from 1.
    public let step: Int
  }

  public let model: any McKeanVlasovModel
  public let noise: LevyNoise
  /// The finest grid: every system's number of steps divides its own.
  public let grid: TimeGrid
  public let systems: [System]
  /// Particles a block, and blocks of the largest system.
  public let blockSize: Int
  public let blocks: Int

  private let shape: ModelShape
  private let states: [SystemState]
  private let workers: [Worker]
  private let fineIncrementScale: Double
  private let largest: Int

  /// - Parameters:
  ///   - horizon: T > 0.
  ///   - systems: at least one; each number of steps divides the largest one.
  ///   - seed: the study's seed.
  ///   - threads: how many blocks are worked on at a time.
  /// - Throws: `SimulationError.invalidValue` for steps that do not divide, or an `exact` mean field that is not known.
  public init(
    model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, systems: [System], seed: UInt32, threads: Int = 1
  ) throws(SimulationError) {
    (self.model, self.noise, self.systems) = (model, noise, systems)
    let finest = systems.map(\.steps).max()!
    grid = try TimeGrid(horizon: horizon, steps: finest)
    shape = model.shape
    precondition(model.initial.count == model.shape.components, "one initial law a component")
    blockSize = model.shape.blockSize
    largest = systems.map(\.particles).max()!
    blocks = (largest + blockSize - 1) / blockSize
    var states: [SystemState] = []
    for system in systems {
      try SimulationError.requireCount(system.particles, "particles")
      try SimulationError.requireCount(system.steps, "steps")
      guard finest % system.steps == 0 else {
        throw .invalidValue(
          parameter: "steps", found: "\(system.steps)", allowed: "a divisor of the finest number of steps, \(finest)")
      }
      let step = horizon / Double(system.steps)
      var flow: [Double]?
      if system.meanField == .exact {
        flow = model.exactFlow(noise: noise, step: step, steps: system.steps)
        guard flow?.count == system.steps * model.shape.features else { throw .noExactFlow(of: model) }
      }
      states.append(
        SystemState(
          system, shape: model.shape, stride: finest / system.steps, step: step, isNoisy: noise.scale > 0, flow: flow))
    }
    self.states = states
    let largestBlock = min(blockSize, largest)
    workers = (0..<max(1, min(threads, blocks))).map { _ in
      Worker(shape: model.shape, largestBlock: largestBlock, seed: seed)
    }
    fineIncrementScale = noise.incrementScale(over: grid.step)
  }

  /// Bytes that these systems take, for one copy of the engine with so many threads.
  static func bytes(model: any McKeanVlasovModel, noise: LevyNoise, systems: [System], threads: Int = 1) -> Double {
    let shape = model.shape
    let finest = systems.map(\.steps).max()!
    let largestBlock = min(shape.blockSize, systems.map(\.particles).max()!)
    let ofThread = Double(largestBlock) * Double(shape.noisy + shape.moving + shape.scratch)
    return systems.reduce(8 * ofThread * Double(threads)) { total, system in
      let hasIncrement = noise.scale > 0 && system.steps < finest
      let numbers = shape.components + shape.kept + (hasIncrement ? shape.noisy : 0)
      let blocks = (Double(system.particles) / Double(shape.blockSize)).rounded(.up)
      let flow = system.meanField == .exact ? Double(system.steps) : 0
      return total + 8 * (Double(system.particles) * Double(numbers) + (blocks + flow) * Double(shape.features))
    }
  }

  // MARK: - The pass

  /// Simulates one replica from time 0 to the horizon.
  ///
  /// - Parameters:
  ///   - replica: the replica's word of the noise key.
  ///   - stopAtNonFinite: whether to return as soon as a state is not finite.
  ///   - observe: called for each block at fine step 0 and after each fine step, in parallel for different blocks.
  ///   - afterStep: called once all blocks have come to a fine step, from 0 on.
  /// - Throws: only what `afterStep` throws.
  /// - Returns: the first state that is not finite, if any: the earliest fine step, the first system, the smallest index.
  /// - Complexity: O(fine steps × particles of the largest system) draws, O(Σ steps × particles) drifts; no allocation.
  @discardableResult
  public func run(
    replica: UInt32, stopAtNonFinite: Bool = true, observe: (_ block: Int, _ step: Int) -> Void = { _, _ in },
    afterStep: (_ step: Int) throws -> Void = { _ in }
  ) throws -> NonFiniteState? {
    for worker in workers { worker.stream.select(replica: replica) }
    forEachBlock { block, worker in
      self.start(block, worker)
      observe(block, 0)
    }
    for state in states { state.finishStep(0, model: model) }
    try afterStep(0)
    var firstNonFinite: NonFiniteState?
    for step in 1...grid.steps {
      forEachBlock { block, worker in
        self.advance(block, to: step, worker)
        observe(block, step)
      }
      for (index, state) in states.enumerated() where step % state.stride == 0 {
        if firstNonFinite == nil, let particle = state.firstNonFiniteParticle() {
          firstNonFinite = NonFiniteState(system: index, particle: particle, step: step / state.stride)
          if stopAtNonFinite { return firstNonFinite }
        }
        state.finishStep(step / state.stride, model: model)
      }
      try afterStep(step)
    }
    return firstNonFinite
  }

  /// The state of one block of a system: components × count numbers, component-major; empty beyond the system's size.
  public func block(_ block: Int, of system: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(states[system].block(block))
  }

  /// The particles of one block of a system.
  public func particles(ofBlock block: Int, in system: Int) -> Range<Int> { states[system].particles(of: block) }

  /// The mean field that a system feels in its next step, or after the last step its final one.
  public func meanField(of system: Int) -> [Double] { Array(states[system].meanField.buffer) }

  /// Initial values and first features of one block, the same particle in every system.
  private func start(_ block: Int, _ worker: Worker) {
    for state in states where state.particles(of: block).count > 0 {
      let particles = state.particles(of: block)
      let values = state.block(block)
      for (component, law) in model.initial.enumerated() {
        for (i, particle) in particles.enumerated() {
          worker.stream.position(
            particle: UInt32(particle), step: 0, component: UInt32(component), purpose: .initial)
          values[component * particles.count + i] = law.draw(from: worker.stream)
        }
      }
      state.clearIncrement(of: block)
      addFeatures(block, state, worker)
    }
  }

  /// One fine step of one block: the noise once, then every system.
  private func advance(_ block: Int, to step: Int, _ worker: Worker) {
    let particles = block * blockSize..<min((block + 1) * blockSize, largest)
    if noise.scale > 0 {
      noise.fill(
        worker.noise.pointer, components: shape.noisy, particles: particles, step: step - 1,
        incrementScale: fineIncrementScale, from: worker.stream)
    }
    for state in states where state.particles(of: block).count > 0 {
      let count = state.particles(of: block).count
      var increment = UnsafePointer(worker.noise.pointer)
      var incrementStride = particles.count
      if let sum = state.increment(of: block) {
        for component in 0..<shape.noisy {
          for i in 0..<count { sum[component * count + i] += increment[component * incrementStride + i] }
        }
        (increment, incrementStride) = (UnsafePointer(sum), count)
      }
      guard step % state.stride == 0 else { continue }
      eulerStep(block, state, increment: increment, incrementStride: incrementStride, worker)
      state.clearIncrement(of: block)
      addFeatures(block, state, worker)
    }
  }

  /// Euler's scheme: X ← X + b(X, m) Δt + σ ΔL on the noisy components, without ΔL on the other moving ones.
  private func eulerStep(
    _ block: Int, _ state: SystemState, increment: UnsafePointer<Double>, incrementStride: Int, _ worker: Worker
  ) {
    let values = state.block(block)
    let count = state.particles(of: block).count
    let drift = worker.drift.prefix(shape.moving * count)
    var driftSpan = drift.mutableSpan
    var scratch = worker.scratch.prefix(shape.scratch * count).mutableSpan
    model.drift(
      of: UnsafeBufferPointer(values).span, prepared: UnsafeBufferPointer(state.prepared.buffer).span,
      kept: UnsafeBufferPointer(state.kept(of: block)).span, scratch: &scratch, into: &driftSpan)
    let step = state.step
    var poison = 0.0  // 0 · x is NaN for a state that is not finite
    for component in 0..<shape.moving {
      let row = values.baseAddress! + component * count
      let driftRow = drift.baseAddress! + component * count
      if component < shape.noisy, noise.scale > 0 {
        let noiseRow = increment + component * incrementStride
        for i in 0..<count {
          row[i] += driftRow[i] * step + noiseRow[i]
          poison += 0 * row[i]
        }
      } else {
        for i in 0..<count {
          row[i] += driftRow[i] * step
          poison += 0 * row[i]
        }
      }
    }
    state.isFinite[block] = poison == 0
  }

  private func addFeatures(_ block: Int, _ state: SystemState, _ worker: Worker) {
    let count = state.particles(of: block).count
    let sums = state.sums(of: block)
    sums.update(repeating: 0)
    var sumsSpan = sums.mutableSpan
    var kept = state.kept(of: block).mutableSpan
    var scratch = worker.scratch.prefix(shape.scratch * count).mutableSpan
    model.addFeatures(
      of: UnsafeBufferPointer(state.block(block)).span, to: &sumsSpan, keeping: &kept, scratch: &scratch)
  }

  private func forEachBlock(_ body: (_ block: Int, _ worker: Worker) -> Void) {
    deal(blocks, to: workers.count) { block, thread in body(block, workers[thread]) }
  }
}

// MARK: - Storage

/// Doubles at a fixed address, so that blocks can be worked on in parallel.
final class DoubleBuffer {
  let buffer: UnsafeMutableBufferPointer<Double>
  var pointer: UnsafeMutablePointer<Double> { buffer.baseAddress! }

  init(count: Int) {
    buffer = .allocate(capacity: max(count, 1))
    buffer.initialize(repeating: 0)
  }

  deinit { buffer.deallocate() }

  func prefix(_ count: Int) -> UnsafeMutableBufferPointer<Double> { buffer.extracting(0..<count) }
}

/// What one thread needs for a block.
private final class Worker {
  let stream: RandomStream
  let noise, drift, scratch: DoubleBuffer

  init(shape: ModelShape, largestBlock: Int, seed: UInt32) {
    stream = RandomStream(seed: seed)
    noise = DoubleBuffer(count: shape.noisy * largestBlock)
    drift = DoubleBuffer(count: shape.moving * largestBlock)
    scratch = DoubleBuffer(count: shape.scratch * largestBlock)
  }
}

/// The numbers of one system.
private final class SystemState {
  let system: CoupledSystems.System
  /// Fine steps in one step of the system.
  let stride: Int
  /// The system's step size.
  let step: Double
  let meanField, prepared: DoubleBuffer
  /// Whether each block was finite after the last step.
  let isFinite: UnsafeMutableBufferPointer<Bool>

  private let shape: ModelShape
  private let blockSize: Int
  private let values, keptNumbers, blockSums: DoubleBuffer
  private let increments: DoubleBuffer?
  private let flow: [Double]?

  init(
    _ system: CoupledSystems.System, shape: ModelShape, stride: Int, step: Double, isNoisy: Bool, flow: [Double]?
  ) {
    (self.system, self.shape, self.stride, self.step, self.flow) = (system, shape, stride, step, flow)
    blockSize = shape.blockSize
    values = DoubleBuffer(count: system.particles * shape.components)
    keptNumbers = DoubleBuffer(count: system.particles * shape.kept)
    increments = isNoisy && stride > 1 ? DoubleBuffer(count: system.particles * shape.noisy) : nil
    let blocks = (system.particles + blockSize - 1) / blockSize
    blockSums = DoubleBuffer(count: blocks * shape.features)
    meanField = DoubleBuffer(count: shape.features)
    prepared = DoubleBuffer(count: shape.prepared)
    isFinite = .allocate(capacity: blocks)
    isFinite.initialize(repeating: true)
  }

  deinit { isFinite.deallocate() }

  func particles(of block: Int) -> Range<Int> {
    let start = min(block * blockSize, system.particles)
    return start..<min(start + blockSize, system.particles)
  }

  private func slice(_ numbers: DoubleBuffer, of block: Int, width: Int) -> UnsafeMutableBufferPointer<Double> {
    let particles = particles(of: block)
    return numbers.buffer.extracting(particles.lowerBound * width..<particles.upperBound * width)
  }

  func block(_ block: Int) -> UnsafeMutableBufferPointer<Double> {
    slice(values, of: block, width: shape.components)
  }

  func kept(of block: Int) -> UnsafeMutableBufferPointer<Double> { slice(keptNumbers, of: block, width: shape.kept) }

  func increment(of block: Int) -> UnsafeMutablePointer<Double>? {
    increments.map { slice($0, of: block, width: shape.noisy).baseAddress! }
  }

  func clearIncrement(of block: Int) {
    if let increments { slice(increments, of: block, width: shape.noisy).update(repeating: 0) }
  }

  func sums(of block: Int) -> UnsafeMutableBufferPointer<Double> {
    blockSums.buffer.extracting(block * shape.features..<(block + 1) * shape.features)
  }

  /// The mean field after step k, from the block sums in order or from the flow, prepared for the next drift.
  func finishStep(_ k: Int, model: any McKeanVlasovModel) {
    let mean = meanField.prefix(shape.features)
    if let flow {
      guard k < system.steps else { return }
      for feature in mean.indices { mean[feature] = flow[k * shape.features + feature] }
    } else {
      mean.update(repeating: 0)
      for block in isFinite.indices {
        let sums = sums(of: block)
        for feature in mean.indices { mean[feature] += sums[feature] }
      }
      let count = Double(system.particles)
      for feature in mean.indices { mean[feature] /= count }
    }
    var preparedSpan = prepared.prefix(shape.prepared).mutableSpan
    model.prepare(meanField: UnsafeBufferPointer(mean).span, into: &preparedSpan)
  }

  func firstNonFiniteParticle() -> Int? {
    for block in isFinite.indices where !isFinite[block] {
      let values = self.block(block)
      let particles = particles(of: block)
      for (i, particle) in particles.enumerated() {
        for component in 0..<shape.moving where !values[component * particles.count + i].isFinite { return particle }
      }
    }
    return nil
  }
}
