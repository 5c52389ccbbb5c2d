import Foundation
import McKeanVlasov
import Testing

/// Networks that take a part of the data at each step.
@Suite struct MinibatchTests {
  private static let withoutNoise = try! LevyNoise(law: .none)
  private static let seed = UInt32(5)
  private static let particles = 6

  private func network(
    rows: Int = 11, batchSize: Int? = 3, output: TwoLayerNetwork.Output = .trained, neurons: Int? = nil
  ) throws -> TwoLayerNetwork {
    try TwoLayerNetwork(
      data: TestData.generated(rows: rows, columns: 4, classes: 3), activation: .tanh, loss: .crossEntropy,
      output: output, neurons: neurons, batchSize: batchSize, initial: .normal(mean: 0, standardDeviation: 1))
  }

  @Test func anOrderHoldsEveryRowOnce() throws {
    let model = try network()
    #expect(model.batchesAPass == 3)
    var orders: Set<[Int]> = []
    for pass in 0..<4 {
      for (seed, replica) in [(1, 0), (1, 1), (2, 0)] {
        let order = model.order(ofPass: pass, seed: UInt32(seed), replica: UInt32(replica))
        #expect(order.sorted() == Array(0..<11))
        orders.insert(order)
      }
    }
    #expect(orders.count == 12)
  }

  /// Each row stands at each place as often: the χ² of 11 × 11 counts of 2,200 passes, at level 2e-3.
  @Test func ordersAreUniform() throws {
    let (model, passes) = (try network(), 2200)
    var counts = [Double](repeating: 0, count: 121)
    for pass in 0..<passes {
      for (place, row) in model.order(ofPass: pass, seed: 3, replica: 0).enumerated() { counts[11 * place + row] += 1 }
    }
    let expected = Double(passes) / 11
    let statistic = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    // of random permutations 10/11 of the statistic is χ² of 100 degrees of freedom; its quantiles of 1e-3 and 1 - 1e-3
    #expect((61.9...149.4).contains(statistic * 10 / 11), "\(statistic)")
  }

  @Test func aBatchIsItsRows() throws {
    let model = try network()
    let order = model.order(ofPass: 2, seed: 1, replica: 0)
    for index in 0..<3 {
      let batch = try #require(model.batch(index, inOrder: order) as? TwoLayerNetwork)
      let rows = order[3 * index..<3 * index + 3]
      #expect(batch.data.labels == rows.map { model.data.labels[$0] })
      #expect(batch.data.inputs == rows.flatMap { Array(model.data.inputs[4 * $0..<4 * $0 + 4]) })
      #expect(batch.shape == model.shape && batch.outputs == 3 && batch.batchSize == nil)
    }
  }

  /// A loop over steps in plain arrays, on the batch of each.
  ///
  /// - Parameter stride: steps that share a batch.
  private func states(
    of model: TwoLayerNetwork, from start: [[Double]], horizon: Double, steps: Int, stride: Int = 1, replica: UInt32
  ) -> [[[Double]]] {
    let (columns, size) = (model.data.columns, model.batchSize!)
    var path = [start]
    for step in 0..<steps {
      let index = step / stride
      let order = model.order(ofPass: index / model.batchesAPass, seed: Self.seed, replica: replica)
      let rows = order[index % model.batchesAPass * size..<(index % model.batchesAPass + 1) * size]
      let batch = LabelledData(
        inputs: rows.map { Array(model.data.inputs[columns * $0..<columns * ($0 + 1)]) },
        labels: rows.map { model.data.labels[$0] })
      let naive = NaiveNetwork(
        data: batch, activation: model.activation, loss: model.loss, outputs: model.outputs,
        isStandard: model.neurons != nil)
      let neurons = path.last!
      let drift = naive.drift(neurons)
      path.append(
        neurons.indices.map { i in
          neurons[i].indices.map {
            neurons[i][$0] + ($0 < model.shape.moving ? horizon / Double(steps) * drift[i][$0] : 0)
          }
        })
    }
    return path
  }

  private func largestDifference(_ a: [[[Double]]], _ b: [[[Double]]]) -> Double {
    zip(a.joined().joined(), b.joined().joined()).map { abs($0 - $1) }.max()!
  }

  @Test(arguments: TwoLayerNetwork.Output.allCases, [nil, Self.particles])
  func statesAreThoseOfALoopOverBatches(output: TwoLayerNetwork.Output, neurons: Int?) throws {
    let model = try network(output: output, neurons: neurons)
    for replica in [UInt32(0), 2] {
      let found = try path(
        of: model, noise: Self.withoutNoise, horizon: 4, steps: 10, particles: Self.particles, seed: Self.seed,
        replica: replica)
      let expected = states(of: model, from: found[0], horizon: 4, steps: 10, replica: replica)
      #expect(largestDifference(found, expected) < 1e-12)
      // Negative control: the batches of another replica.
      let others = states(of: model, from: found[0], horizon: 4, steps: 10, replica: replica + 1)
      #expect(largestDifference(found, others) > 1e-3)
    }
  }

  /// Both systems have the batches of the coarse steps, whatever stands first.
  @Test(arguments: [[4, 12], [12, 4]])
  func coarseAndFineSystemsSeeTheSameBatch(steps: [Int]) throws {
    let model = try network()
    let engine = try CoupledSystems(
      model: model, noise: Self.withoutNoise, horizon: 4,
      systems: steps.map { .init(particles: Self.particles, steps: $0) }, seed: Self.seed)
    for (index, steps) in steps.enumerated() {
      let found = try engine.path(of: index, replica: 1)
      let stride = steps / 4
      let expected = states(of: model, from: found[0], horizon: 4, steps: steps, stride: stride, replica: 1)
      #expect(largestDifference(steps == 12 ? found : [0, 3, 6, 9, 12].map { found[$0] }, expected) < 1e-12)
      guard stride > 1 else { continue }
      // Negative control: a new batch at each fine step.
      let finer = states(of: model, from: found[0], horizon: 4, steps: steps, replica: 1)
      #expect(largestDifference(found, finer) > 1e-3)
    }
  }

  @Test(arguments: Precision.allCases)
  func threadsChangeNothing(precision: Precision) throws {
    let model = try network()
    let noise = try LevyNoise(law: .stable(alpha: 1.5), scale: 0.1)
    func states(threads: Int) throws -> [[[Double]]] {
      try path(
        of: model, noise: noise, horizon: 1, steps: 7, particles: 2 * model.shape.blockSize + 40, seed: Self.seed,
        precision: precision, threads: threads)
    }
    #expect(try states(threads: 1) == states(threads: 2))
  }

  @Test func singlePrecisionIsDoublePrecisionToRounding() throws {
    let model = try network()
    func states(_ precision: Precision) throws -> [[[Double]]] {
      try path(
        of: model, noise: Self.withoutNoise, horizon: 4, steps: 10, particles: Self.particles, seed: Self.seed,
        precision: precision)
    }
    #expect(relativeDifference(try states(.single), try states(.double)) < 0x1p-19)
  }

  @Test func aBatchOfAllRowsIsTheFullBatch() throws {
    func states(_ batchSize: Int?) throws -> [[[Double]]] {
      let model = try network(batchSize: batchSize)
      if batchSize == 11 { #expect(model.batchSize == nil) }
      return try path(
        of: model, noise: Self.withoutNoise, horizon: 4, steps: 5, particles: Self.particles, seed: Self.seed)
    }
    #expect(try states(11) == states(nil))
    #expect(try states(10) != states(nil))
  }

  @Test(arguments: [0, 12])
  func aBatchHoldsNoMoreThanTheData(batchSize: Int) throws {
    #expect(
      throws: SimulationError.invalidValue(
        parameter: "batch", found: "\(batchSize)", allowed: "\"full\" or a whole number from 1 to 11")
    ) { try network(batchSize: batchSize) }
  }

  @Test func thePerformanceIsThatOnAllData() throws {
    let model = try network()
    let all = model.evaluated(on: model.data)
    #expect(all.batchSize == nil && all.data.rows == 11 && all.shape.features == 33)
    #expect(model.resized(neurons: 3).batchSize == 3)
  }
}
