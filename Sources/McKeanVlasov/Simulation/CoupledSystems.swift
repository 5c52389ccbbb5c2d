/// The one engine: systems of different size and step, advanced together on the same noise.
///
/// One pass over the finest noise: for each fine step and block of particles the noise is drawn once; every system adds
/// it to its increment and, at the end of a step of its own, takes drift, update and next features while the block is in
/// cache. Particle i has the same noise in every system, and a coarse increment is the sum of fine ones. Block sums are
/// combined in a fixed order, so results do not depend on the number of threads.
public final class CoupledSystems {
  /// One system: how many particles, how many steps to the horizon, and whose mean field they feel.
  public struct System: Sendable, Hashable {
    /// n.
    public let particles: Int
    /// Steps to the horizon, a divisor of the finest number.
    public let steps: Int
    /// Whose mean field the particles feel.
    public let meanField: MeanField
    /// The particle whose noise and initial value the first one has: with 0 a system is nested in every larger one.
    public let firstParticle: Int

    /// - Parameters:
    ///   - particles: n ≥ 1.
    ///   - steps: to the horizon.
    ///   - firstParticle: the particle of the noise that comes first.
    public init(particles: Int, steps: Int, meanField: MeanField = .own, firstParticle: Int = 0) {
      (self.particles, self.steps, self.meanField) = (particles, steps, meanField)
      self.firstParticle = firstParticle
    }

    /// One more than the last particle of the noise that the system takes.
    package var endOfParticles: Int { firstParticle + particles }
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
    /// The index of the system.
    public let system: Int
    /// The particle in that system, from 0.
    public let particle: Int
    /// The step of that system after which it was found, from 1.
    public let step: Int

    /// What a study that leaves the replica out says of it.
    func description(ofReplica replica: UInt32, in systems: [System]) -> String {
      "replica \(replica), particle \(particle) of the system with \(systems[system].particles) particles and "
        + "\(systems[system].steps) steps: not a finite number after step \(step); the replica is left out and counted as "
        + "nonfinite"
    }
  }

  /// The particles' model.
  public let model: any McKeanVlasovModel
  /// What drives them.
  public let noise: LevyNoise
  /// The precision of the states; mean fields are in double precision.
  public let precision: Precision
  /// The finest grid: every system's number of steps divides its own.
  public let grid: TimeGrid
  /// In the order in which they are asked for.
  public let systems: [System]
  /// Particles a block, and blocks of the largest system.
  public let blockSize: Int
  public let blocks: Int

  private let shape: ModelShape
  private let seed: UInt32
  private let coarsestStride: Int
  /// nil where every step takes all data.
  private let minibatchModel: (any MinibatchModel)?
  private var batches: Batches?
  private let states: [SystemState]
  private let workers: [Worker]
  private let fineIncrementScale: Double
  private let largest: Int

  /// - Parameters:
  ///   - horizon: T > 0.
  ///   - systems: at least one; each number of steps divides the largest one.
  ///   - seed: the study's seed.
  ///   - threads: how many blocks are worked on at a time.
  /// - Throws: `SimulationError.invalidValue` for steps that do not divide, an `exact` mean field that is not known, or a
  ///   precision that the model or the noise does not have.
  public init(
    model: any McKeanVlasovModel, noise: LevyNoise, horizon: Double, systems: [System], seed: UInt32, threads: Int = 1,
    precision: Precision = .double
  ) throws(SimulationError) {
    (self.model, self.noise, self.systems, self.precision, self.seed) = (model, noise, systems, precision, seed)
    try precision.require(of: model, noise: noise)
    let finest = systems.map(\.steps).max()!
    grid = try TimeGrid(horizon: horizon, steps: finest)
    shape = model.shape
    precondition(model.initial.count == model.shape.components, "one initial law a component")
    blockSize = model.shape.blockSize
    largest = systems.map(\.endOfParticles).max()!
    blocks = (largest + blockSize - 1) / blockSize
    var states: [SystemState] = []
    for system in systems {
      try SimulationError.requireCount(system.particles, "particles")
      try SimulationError.requireCount(system.endOfParticles, "particles")
      try SimulationError.requireCount(system.steps, "steps")
      guard finest % system.steps == 0 else {
        throw .invalidValue(
          parameter: "steps", found: "\(system.steps)", allowed: "a divisor of the finest number of steps, \(finest)")
      }
      let step = horizon / Double(system.steps)
      var flow: [Double]?
      if system.meanField == .exact {
        flow = model.exactFlow(noise: noise, step: step, steps: system.steps)
        guard flow?.count == system.steps * model.shape.features else { throw .noExactFlow(of: model, noise: noise) }
      }
      states.append(
        SystemState(
          system, model: model, stride: finest / system.steps, step: step, isNoisy: noise.scale > 0, flow: flow,
          precision: precision))
    }
    self.states = states
    coarsestStride = states.map(\.stride).max()!
    minibatchModel = (model as? any MinibatchModel).flatMap { $0.batchSize == nil ? nil : $0 }
    let largestBlock = min(blockSize, largest)
    workers = (0..<max(1, min(threads, blocks))).map { _ in
      Worker(shape: model.shape, largestBlock: largestBlock, seed: seed, precision: precision)
    }
    fineIncrementScale = noise.incrementScale(over: grid.step)
  }

  /// Bytes that these systems take, for one copy of the engine with so many threads.
  static func bytes(
    model: any McKeanVlasovModel, noise: LevyNoise, systems: [System], threads: Int = 1, precision: Precision
  ) -> Double {
    let shape = model.shape
    let number = Double(precision.bytes)
    let finest = systems.map(\.steps).max()!
    let largestBlock = min(shape.blockSize, systems.map(\.endOfParticles).max()!)
    let ofThread = Double(largestBlock) * Double(shape.noisy + shape.moving + shape.scratch)
    return systems.reduce(number * ofThread * Double(threads)) { total, system in
      let hasIncrement = noise.scale > 0 && system.steps < finest
      let numbers = shape.components + shape.kept + (hasIncrement ? shape.noisy : 0)
      let blocks = (Double(system.endOfParticles) / Double(shape.blockSize)).rounded(.up)
      let flow = system.meanField == .exact ? Double(system.steps) : 0
      return total + number * Double(system.particles) * Double(numbers) + 8 * (blocks + flow) * Double(shape.features)
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
    switch precision {
    case .double: try run(as: Double.self, replica, stopAtNonFinite, observe, afterStep)
    case .single: try run(as: Float.self, replica, stopAtNonFinite, observe, afterStep)
    }
  }

  /// The batch of the next step of the coarsest system, where the model has batches.
  private func takeBatch(_ index: Int, _ replica: UInt32) {
    guard let minibatchModel else { return }
    if index == 0 { batches = Batches(minibatchModel, seed: seed, replica: replica) }
    let model = batches!.model(ofStep: index)
    for state in states { state.nextModel = PrecisionModel(model, step: state.step) }
  }

  private func run<Scalar: StateScalar>(
    as _: Scalar.Type, _ replica: UInt32, _ stopAtNonFinite: Bool, _ observe: (_ block: Int, _ step: Int) -> Void,
    _ afterStep: (_ step: Int) throws -> Void
  ) throws -> NonFiniteState? {
    for worker in workers { worker.stream.select(replica: replica) }
    takeBatch(0, replica)
    forEachBlock { block, worker in
      self.start(block, worker, as: Scalar.self)
      observe(block, 0)
    }
    for state in states { state.finishStep(0, as: Scalar.self) }
    try afterStep(0)
    var firstNonFinite: NonFiniteState?
    for step in 1...grid.steps {
      if minibatchModel != nil {
        for state in states { state.model = state.nextModel }
        if step % coarsestStride == 0 { takeBatch(step / coarsestStride, replica) }
      }
      forEachBlock { block, worker in
        self.advance(block, to: step, worker, as: Scalar.self)
        observe(block, step)
      }
      for (index, state) in states.enumerated() where step % state.stride == 0 {
        if firstNonFinite == nil, let particle = state.firstNonFiniteParticle(as: Scalar.self) {
          firstNonFinite = NonFiniteState(system: index, particle: particle, step: step / state.stride)
          if stopAtNonFinite { return firstNonFinite }
        }
        state.finishStep(step / state.stride, as: Scalar.self)
      }
      try afterStep(step)
    }
    return firstNonFinite
  }

  /// The state of one block of a system in double precision: components × count numbers, component-major; empty beyond
  /// the system's size.
  public func block(_ block: Int, of system: Int) -> UnsafeBufferPointer<Double> {
    self.block(block, of: system, as: Double.self)
  }

  /// The same in the precision of the systems.
  func block<Scalar: StateScalar>(_ block: Int, of system: Int, as _: Scalar.Type) -> UnsafeBufferPointer<Scalar> {
    precondition(Scalar.precision == precision, "the state is in \(precision.rawValue) precision")
    return UnsafeBufferPointer(states[system].block(block))
  }

  /// The states of a system in either precision: particles × components, row-major.
  public func states(of system: Int) -> [Double] {
    switch precision {
    case .double: states(of: system, as: Double.self)
    case .single: states(of: system, as: Float.self)
    }
  }

  private func states<Scalar: StateScalar>(of system: Int, as _: Scalar.Type) -> [Double] {
    let (particles, components) = (systems[system].particles, shape.components)
    return [Double](unsafeUninitializedCapacity: particles * components) { states, initialized in
      for block in 0..<blocks {
        let values = self.block(block, of: system, as: Scalar.self)
        let range = self.particles(ofBlock: block, in: system)
        for (i, particle) in range.enumerated() {
          for component in 0..<components {
            states[particle * components + component] = Double(values[component * range.count + i])
          }
        }
      }
      initialized = particles * components
    }
  }

  /// The particles of one block of a system, numbered from 0 within the system.
  public func particles(ofBlock block: Int, in system: Int) -> Range<Int> { states[system].particles(of: block) }

  /// The mean field that a system feels in its next step, or after the last step its final one.
  public func meanField(of system: Int) -> [Double] { Array(states[system].meanField.as(Double.self)) }

  /// Initial values and first features of one block, the same particle in every system.
  private func start<Scalar: StateScalar>(_ block: Int, _ worker: Worker, as _: Scalar.Type) {
    let particles = block * blockSize..<min((block + 1) * blockSize, largest)
    var draws = InlineArray<512, Double>(repeating: 0)
    var drawsSpan = draws.mutableSpan
    drawsSpan.withUnsafeMutableBufferPointer { draws in
      for (component, law) in model.initial.enumerated() {
        for start in stride(from: 0, to: particles.count, by: draws.count) {
          let part = draws.extracting(0..<min(draws.count, particles.count - start))
          law.draw(
            part, firstParticle: particles.lowerBound + start, component: component, sampler: noise.sampler,
            from: worker.stream)
          for state in states {
            let (count, offset) = (state.particles(of: block).count, state.offset(in: block))
            let own = max(start, offset)..<max(start, offset, min(start + part.count, offset + count))
            let row: UnsafeMutableBufferPointer<Scalar> = state.block(block)
            for i in own { row[component * count + i - offset] = Scalar(part[i - start]) }
          }
        }
      }
    }
    for state in states where state.particles(of: block).count > 0 {
      state.clearIncrement(of: block, as: Scalar.self)
      addFeatures(block, state, worker, as: Scalar.self)
    }
  }

  /// One fine step of one block: the noise once, then every system.
  private func advance<Scalar: StateScalar>(_ block: Int, to step: Int, _ worker: Worker, as _: Scalar.Type) {
    let particles = block * blockSize..<min((block + 1) * blockSize, largest)
    let fineIncrement: UnsafeMutablePointer<Scalar> = worker.noise.as(Scalar.self).baseAddress!
    if noise.scale > 0 {
      noise.fillBlock(
        fineIncrement, components: shape.noisy, particles: particles, step: step - 1,
        incrementScale: fineIncrementScale, from: worker.stream)
    }
    for state in states where state.particles(of: block).count > 0 {
      let count = state.particles(of: block).count
      var increment = UnsafePointer(fineIncrement) + state.offset(in: block)
      var incrementStride = particles.count
      if let sum: UnsafeMutablePointer<Scalar> = state.increment(of: block) {
        for component in 0..<shape.noisy {
          for i in 0..<count { sum[component * count + i] += increment[component * incrementStride + i] }
        }
        (increment, incrementStride) = (UnsafePointer(sum), count)
      }
      guard step % state.stride == 0 else { continue }
      takeStep(block, state, increment: increment, incrementStride: incrementStride, worker)
      state.clearIncrement(of: block, as: Scalar.self)
      addFeatures(block, state, worker, as: Scalar.self)
    }
  }

  /// Euler's scheme: X ← X + b(X, m) Δt + σ ΔL on the noisy components, without ΔL on the other moving ones; or the model's
  /// own map, X ← F(X, m) + σ ΔL.
  private func takeStep<Scalar: StateScalar>(
    _ block: Int, _ state: SystemState, increment: UnsafePointer<Scalar>, incrementStride: Int, _ worker: Worker
  ) {
    let values: UnsafeMutableBufferPointer<Scalar> = state.block(block)
    let count = state.particles(of: block).count
    let drift = worker.drift.as(Scalar.self).extracting(0..<shape.moving * count)
    var driftSpan = drift.mutableSpan
    var scratch = worker.scratch.as(Scalar.self).extracting(0..<shape.scratch * count).mutableSpan
    let keptNumbers: UnsafeMutableBufferPointer<Scalar> = state.kept(of: block)
    let (blockSpan, kept) = (UnsafeBufferPointer(values).span, UnsafeBufferPointer(keptNumbers).span)
    let prepared = UnsafeBufferPointer(state.prepared.as(Scalar.self)).span
    let isMoved = Scalar.move(
      state.model, of: blockSpan, prepared: prepared, kept: kept, scratch: &scratch, into: &driftSpan)
    if !isMoved {
      Scalar.drift(state.model, of: blockSpan, prepared: prepared, kept: kept, scratch: &scratch, into: &driftSpan)
    }
    let step = Scalar(state.step)
    for component in 0..<shape.moving {
      let row = values.baseAddress! + component * count
      let driftRow = drift.baseAddress! + component * count
      let noiseRow = increment + component * incrementStride
      switch (isMoved, component < shape.noisy && noise.scale > 0) {
      case (false, true): for i in 0..<count { row[i] += driftRow[i] * step + noiseRow[i] }
      case (false, false): for i in 0..<count { row[i] += driftRow[i] * step }
      case (true, true): for i in 0..<count { row[i] = driftRow[i] + noiseRow[i] }
      case (true, false): for i in 0..<count { row[i] = driftRow[i] }
      }
    }
    state.isFinite[block] = Scalar.areFinite(UnsafeBufferPointer(values.extracting(0..<shape.moving * count)))
  }

  private func addFeatures<Scalar: StateScalar>(
    _ block: Int, _ state: SystemState, _ worker: Worker, as _: Scalar.Type
  ) {
    let values: UnsafeMutableBufferPointer<Scalar> = state.block(block)
    let sums = state.sums(of: block)
    sums.update(repeating: 0)
    var sumsSpan = sums.mutableSpan
    let keptNumbers: UnsafeMutableBufferPointer<Scalar> = state.kept(of: block)
    var kept = keptNumbers.mutableSpan
    let count = state.particles(of: block).count
    var scratch = worker.scratch.as(Scalar.self).extracting(0..<shape.scratch * count).mutableSpan
    Scalar.addFeatures(
      state.nextModel, of: UnsafeBufferPointer(values).span, to: &sumsSpan, keeping: &kept, scratch: &scratch)
  }

  private func forEachBlock(_ body: (_ block: Int, _ worker: Worker) -> Void) {
    deal(blocks, to: workers.count) { block, thread in body(block, workers[thread]) }
  }
}

// MARK: - Storage

/// Numbers of one precision at a fixed address, so that blocks can be worked on in parallel.
final class NumberBuffer {
  private let bytes: UnsafeMutableRawBufferPointer
  private let precision: Precision

  init(count: Int, precision: Precision = .double) {
    self.precision = precision
    bytes = .allocate(byteCount: max(count, 1) * precision.bytes, alignment: 64)
    switch precision {
    case .double: bytes.initializeMemory(as: Double.self, repeating: 0)
    case .single: bytes.initializeMemory(as: Float.self, repeating: 0)
    }
  }

  deinit { bytes.deallocate() }

  /// The numbers, in the buffer's own precision.
  func `as`<Scalar: ParticleScalar>(_: Scalar.Type) -> UnsafeMutableBufferPointer<Scalar> {
    precondition(Scalar.precision == precision)
    return bytes.assumingMemoryBound(to: Scalar.self)
  }
}

/// What one thread needs for a block.
private final class Worker {
  let stream: RandomStream
  let noise, drift, scratch: NumberBuffer

  init(shape: ModelShape, largestBlock: Int, seed: UInt32, precision: Precision) {
    stream = RandomStream(seed: seed)
    noise = NumberBuffer(count: shape.noisy * largestBlock, precision: precision)
    drift = NumberBuffer(count: shape.moving * largestBlock, precision: precision)
    scratch = NumberBuffer(count: shape.scratch * largestBlock, precision: precision)
  }
}

/// The numbers of one system.
private final class SystemState {
  let system: CoupledSystems.System
  /// The model of the step that is taken, and of the next one, whose features follow it: they differ by the batch.
  var model, nextModel: PrecisionModel
  /// Fine steps in one step of the system.
  let stride: Int
  /// The system's step size.
  let step: Double
  /// m, in double precision, and what `prepare` makes of it.
  let meanField, prepared: NumberBuffer
  /// Whether each block was finite after the last step.
  let isFinite: UnsafeMutableBufferPointer<Bool>

  private let shape: ModelShape
  private let blockSize: Int
  private let values, keptNumbers, blockSums: NumberBuffer
  private let increments: NumberBuffer?
  private let flow: [Double]?

  init(
    _ system: CoupledSystems.System, model: any McKeanVlasovModel, stride: Int, step: Double, isNoisy: Bool,
    flow: [Double]?,
    precision: Precision
  ) {
    (self.system, self.stride, self.step, self.flow) = (system, stride, step, flow)
    self.model = PrecisionModel(model, step: step)
    nextModel = self.model
    shape = model.shape
    blockSize = shape.blockSize
    values = NumberBuffer(count: system.particles * shape.components, precision: precision)
    keptNumbers = NumberBuffer(count: system.particles * shape.kept, precision: precision)
    increments =
      isNoisy && stride > 1 ? NumberBuffer(count: system.particles * shape.noisy, precision: precision) : nil
    let blocks = (system.endOfParticles + blockSize - 1) / blockSize
    blockSums = NumberBuffer(count: blocks * shape.features)
    meanField = NumberBuffer(count: shape.features)
    prepared = NumberBuffer(count: shape.prepared, precision: precision)
    isFinite = .allocate(capacity: blocks)
    isFinite.initialize(repeating: true)
  }

  deinit { isFinite.deallocate() }

  /// The system's particles of a block, numbered within the system.
  func particles(of block: Int) -> Range<Int> {
    let start = block * blockSize - system.firstParticle
    return min(max(start, 0), system.particles)..<min(max(start + blockSize, 0), system.particles)
  }

  /// Where in a block the system's first particle of it stands.
  func offset(in block: Int) -> Int { max(system.firstParticle - block * blockSize, 0) }

  private func slice<Scalar: ParticleScalar>(_ numbers: NumberBuffer, of block: Int, width: Int)
    -> UnsafeMutableBufferPointer<Scalar>
  {
    let particles = particles(of: block)
    return numbers.as(Scalar.self).extracting(particles.lowerBound * width..<particles.upperBound * width)
  }

  func block<Scalar: ParticleScalar>(_ block: Int) -> UnsafeMutableBufferPointer<Scalar> {
    slice(values, of: block, width: shape.components)
  }

  func kept<Scalar: ParticleScalar>(of block: Int) -> UnsafeMutableBufferPointer<Scalar> {
    slice(keptNumbers, of: block, width: shape.kept)
  }

  func increment<Scalar: ParticleScalar>(of block: Int) -> UnsafeMutablePointer<Scalar>? {
    increments.map { slice($0, of: block, width: shape.noisy).baseAddress! }
  }

  func clearIncrement<Scalar: ParticleScalar>(of block: Int, as _: Scalar.Type) {
    guard let increments else { return }
    let increment: UnsafeMutableBufferPointer<Scalar> = slice(increments, of: block, width: shape.noisy)
    increment.update(repeating: 0)
  }

  func sums(of block: Int) -> UnsafeMutableBufferPointer<Double> {
    blockSums.as(Double.self).extracting(block * shape.features..<(block + 1) * shape.features)
  }

  /// The mean field after step k, from the block sums in order or from the flow, prepared for the next drift.
  func finishStep<Scalar: StateScalar>(_ k: Int, as _: Scalar.Type) {
    let mean = meanField.as(Double.self)
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
    var preparedSpan = prepared.as(Scalar.self).extracting(0..<shape.prepared).mutableSpan
    Scalar.prepare(nextModel, meanField: UnsafeBufferPointer(mean).span, into: &preparedSpan)
  }

  func firstNonFiniteParticle<Scalar: StateScalar>(as _: Scalar.Type) -> Int? {
    for block in isFinite.indices where !isFinite[block] {
      let values: UnsafeMutableBufferPointer<Scalar> = self.block(block)
      let particles = particles(of: block)
      for (i, particle) in particles.enumerated() {
        for component in 0..<shape.moving where !values[component * particles.count + i].isFinite { return particle }
      }
    }
    return nil
  }
}
