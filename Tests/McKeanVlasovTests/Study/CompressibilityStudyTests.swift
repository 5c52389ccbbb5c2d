import Foundation
import McKeanVlasov
import Synchronization
import Testing

@Suite struct CompressibilityStudyTests {
  private typealias Study = CompressibilityStudy

  private static func data() throws -> LabelledData { try TestData.generated(rows: 24, columns: 4, classes: 2) }

  private func network(
    _ activation: Activation = .tanh, loss: Loss = .crossEntropy, output: TwoLayerNetwork.Output = .trained,
    batchSize: Int? = nil, initial: InitialLaw? = nil
  ) throws -> TwoLayerNetwork {
    try TwoLayerNetwork(
      data: Self.data(), activation: activation, loss: loss, output: output, batchSize: batchSize, initial: initial)
  }

  private func step(_ step: Double) -> CompressibilityStudy.Step { .init(constant: step) }

  private let heavy = try! LevyNoise(law: .stable(alpha: 1.3), scale: 0.2, shape: .isotropic)

  // MARK: - Steps and stops

  @Test func theStepIsAPowerOfTheWidth() {
    #expect(Study.Step(constant: 0.5, power: .number(0)).value(particles: 16, alpha: 1.5) == 0.5)
    #expect(Study.Step(constant: 0.5, power: .number(-0.5)).value(particles: 16, alpha: 1.5) == 0.125)
    // -1.5/2 - 1 = -7/4
    #expect(Study.Step(constant: 3, power: .theorem).value(particles: 16, alpha: 1.5) == 3 / 128.0)
  }

  @Test func aNumberOfSteps() throws {
    let study = try Study(model: network(), noise: heavy, step: step(0.25), stop: .steps(7), particles: [20])
    let system = try study.run(particles: 20)[0]
    #expect(system.steps == 7 && system.step == 0.25 && system.particles == 20 && system.replica == 0)
  }

  /// The step is the largest that divides the horizon, of those up to the one that is asked for.
  @Test(arguments: [
    (1, 0.25, 4), (1, 0.3, 4), (1, 0.2501, 4), (1, 0.2499, 5), (1, 5, 1), (2.1, 0.3, 7), (9.8, 0.7, 14), (0.3, 0.1, 3),
  ])
  func aHorizon(horizon: Double, asked: Double, steps: Int) throws {
    let study = try Study(model: network(), noise: heavy, step: step(asked), stop: .horizon(horizon), particles: [20])
    let system = try study.run(particles: 20)[0]
    #expect(system.steps == steps && system.step == horizon / Double(steps))
  }

  /// After the first step, noise included, that brings the accuracy up; with minibatches after the first such pass.
  @Test(arguments: [nil, 5], Precision.allCases)
  func aTrainingAccuracy(batchSize: Int?, precision: Precision) throws {
    let (model, particles, most) = (try network(batchSize: batchSize), 30, 40)
    let naive = NaiveNetwork(data: model.data, activation: .tanh, loss: .crossEntropy, outputs: 2)
    func study(_ target: Double) throws -> CompressibilityStudy {
      try CompressibilityStudy(
        model: model, noise: heavy, step: step(0.5), stop: .trainAccuracy(target, maxSteps: most),
        particles: [particles], replicas: 3, seed: 4, precision: precision)
    }
    var stopped: Set<Int> = []
    for replica in 0..<3 {
      let accuracies = try path(
        of: model, noise: heavy, horizon: 0.5 * Double(most), steps: most, particles: particles, seed: 4,
        replica: UInt32(replica), precision: precision
      ).map(naive.accuracy)
      let looks = (1...most).filter { $0 % (batchSize == nil ? 1 : 4) == 0 }
      for target in Set(accuracies) {
        let first = looks.first { accuracies[$0] >= target } ?? most
        let recorded = Records()
        let system = try study(target).run(particles: particles) { recorded.add($0) }[replica]
        #expect(system.steps == first)
        // the control has the noise of the steps that were taken, no more
        let ofSteps = increments(
          heavy, particles: particles, inputs: 4, steps: first, step: 0.5, seed: 4, replica: UInt32(replica))
        let found = try #require(recorded.states[replica]).increments
        #expect(zip(found, ofSteps).allSatisfy { abs($0 - $1) < 1e-4 * (1 + abs($1)) })
        #expect(system.before.train?.accuracy == accuracies[first])
        stopped.insert(first)
      }
    }
    // the control: some are reached on the way, some not at all
    #expect(stopped.count > 2 && stopped.contains(most))
  }

  // MARK: - Control

  private func increments(
    _ noise: LevyNoise, particles: Int, inputs: Int, steps: Int, step: Double, seed: UInt32, replica: UInt32
  ) -> [Double] {
    let stream = RandomStream(seed: seed)
    stream.select(replica: replica)
    var sums = [Double](repeating: 0, count: particles * inputs)
    var block = sums
    for k in 0..<steps {
      noise.fill(
        &block, components: inputs, particles: 0..<particles, step: k, incrementScale: noise.incrementScale(over: step),
        from: stream)
      for i in 0..<particles { for c in 0..<inputs { sums[i * inputs + c] += block[c * particles + i] } }
    }
    return sums
  }

  /// The initial weights plus the sum of the system's own increments, and the increments alone.
  @Test(arguments: NoiseShape.allCases)
  func theControlByHand(shape: NoiseShape) throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.8), scale: 0.1, shape: shape)
    let (particles, steps, seed) = (300, 6, UInt32(8))
    let prunings = [0.01, 0.1, 0.5].map { Study.Pruning(.squaredFrobenius, threshold: $0) }
    let study = try Study(
      model: network(), noise: noise, step: step(0.5), stop: .steps(steps), particles: [particles],
      prunings: prunings + [.init(.ratio, threshold: 0.9)], replicas: 2, seed: seed)
    let recorded = Records()
    let systems = try study.run(particles: particles) { recorded.add($0) }
    for system in systems {
      let states = try #require(recorded.states[system.replica])
      func hidden(_ states: [Double]) -> [Double] {
        (0..<particles).flatMap { Array(states[$0 * 6..<$0 * 6 + 4]) }
      }
      let sums = increments(
        noise, particles: particles, inputs: 4, steps: steps, step: 0.5, seed: seed, replica: UInt32(system.replica))
      let noiseAlone = NetworkPruning(weights: sums, inputs: 4)
      let baseline = NetworkPruning(weights: zip(hidden(states.initial), sums).map(+), inputs: 4)
      let trained = NetworkPruning(weights: hidden(states.final), inputs: 4)
      for (pruning, result) in zip(study.prunings, system.results) {
        func fraction(_ pruned: NetworkPruning) -> Double {
          Double(pruned.dropped(by: pruning)) / Double(particles)
        }
        #expect(result.prunedFraction == fraction(trained))
        #expect(result.baselinePrunedFraction == fraction(baseline))
        #expect(result.noisePrunedFraction == fraction(noiseAlone))
        let dropped = Int(result.prunedFraction * Double(particles) + 0.5)
        #expect(abs(result.relativeError - trained.relativeError(dropping: dropped)) < 1e-14)
        let droppedOfNoise = Int(try #require(result.noisePrunedFraction) * Double(particles) + 0.5)
        let error = try #require(result.noiseRelativeError)
        #expect(abs(error - noiseAlone.relativeError(dropping: droppedOfNoise)) < 1e-12)
      }
      #expect(system.tailIndex == TailIndex.hill(of: trained.norms)?.value)
    }
    // the control: the three are different, and so are the replicas
    let results = systems.flatMap(\.results)
    let fractions = [
      results.map(\.prunedFraction), results.map(\.baselinePrunedFraction), results.map(\.noisePrunedFraction),
    ]
    #expect(Set(fractions).count == 3)
    #expect(systems[0].results.map(\.relativeError) != systems[1].results.map(\.relativeError))
  }

  /// States handed over in parallel.
  private final class Records: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var states: [Int: CompressibilityStudy.States] = [:]
    func add(_ states: CompressibilityStudy.States) { lock.withLock { self.states[states.replica] = states } }
  }

  @Test(arguments: NoiseShape.allCases)
  func withoutADriftTheSystemIsItsControl(shape: NoiseShape) throws {
    let noise = try LevyNoise(law: .stable(alpha: 1.5), shape: shape)
    for initial in [InitialLaw.constant(0), .normal(mean: 0, standardDeviation: 1)] {
      let study = try Study(
        model: OrnsteinUhlenbeck.driftless(dimension: 5, initial: initial), noise: noise, step: step(0.1),
        stop: .steps(5), particles: [500], replicas: 3)
      for system in try study.run(particles: 500) {
        let result = system.results[0]
        #expect(result.prunedFraction == result.baselinePrunedFraction)
        #expect((result.prunedFraction == result.noisePrunedFraction) == (initial == .constant(0)))
        #expect(system.before.train == nil && system.before.test == nil && result.train == nil && result.test == nil)
      }
    }
  }

  // MARK: - Systems that are no longer finite

  /// A weight decay times a step of 1000 multiplies the weights by -999 at each step.
  @Test func aNetworkThatExplodesHasNoResults() throws {
    let run = try TestRun()
    _ = try run(
      text(
        model: "activation = \"tanh\"\nloss = \"squared\"\nweight-decay = [1, 0]", time: "dt = 1000",
        stop: "{ steps = 200 }"))
    let rows = try table(run, "compression.csv")
    #expect(rows.count == 2 * 2 * 2)
    for row in rows {
      let results = [
        "pruned_fraction", "relative_error", "baseline_pruned_fraction", "noise_pruned_fraction",
        "train_accuracy_before", "train_loss_before", "train_loss_after",
      ].map { row[$0]! }
      let explodes = row["setting"]!.hasPrefix("weight-decay=1")
      #expect(results.allSatisfy { $0.isEmpty == explodes }, "\(row)")
      let steps = try #require(Int(row["steps"]!))
      #expect(explodes ? steps < 200 : steps == 200)
    }
    let summaries = try table(run, "compression-summary.csv")
    #expect(summaries.map { $0["nonfinite"]! } == ["2", "2", "0", "0"])
    #expect(summaries.map { $0["pruned_fraction_median"]!.isEmpty } == [true, true, false, false])
  }

  /// Numbers whose squares are beyond all numbers: the squared loss has no value, the cross-entropy has one.
  @Test(arguments: [Loss.squared, .crossEntropy])
  func weightsThatAreFiniteButHuge(loss: Loss) throws {
    let model = try network(.relu, loss: loss, output: .fixed, initial: .uniform(low: 0, high: 1e200))
    let study = try Study(
      model: model, noise: LevyNoise(law: .none), step: step(1e-3), stop: .steps(1), particles: [50],
      prunings: [0, 0.1].map { .init(.squaredFrobenius, threshold: $0) })
    let system = try study.run(particles: 50)[0]
    #expect(system.results.isEmpty == (loss == .squared))
    guard loss == .crossEntropy else { return }
    #expect(system.results[0].prunedFraction == 0 && system.results[0].relativeError == 0)
    #expect((0.1..<0.9).contains(system.results[1].prunedFraction))
    #expect((0.2...0.1.squareRoot()).contains(system.results[1].relativeError))
  }

  /// A loss on the test data that is no number leaves no results either.
  @Test(arguments: [1.0, 1e300])
  func aTestLossThatIsNotFinite(input: Double) throws {
    let model = try network(.relu, loss: .squared, output: .fixed, initial: .constant(1))
    let study = try Study(
      model: model, testData: LabelledData(inputs: [[input, 1, 1, 1], [1, 1, 1, 1]], labels: [0, 1]),
      noise: LevyNoise(law: .none), step: step(1e-3), stop: .steps(1), particles: [50])
    #expect(try study.run(particles: 50)[0].results.isEmpty == (input > 1))
  }

  // MARK: - Experiments

  private func text(
    model: String = "activation = \"tanh\"\nloss = \"cross-entropy\"\noutput = \"trained\"",
    noise: String = "law = \"stable\"\nalpha = 1.3\nscale = 0.2", time: String = "dt = 0.5",
    stop: String = "{ steps = 5 }",
    study: String = "particles = 40\nreplicas = 2\ncriterion = \"ratio\"\nthreshold = [0.2, 0.7]"
  ) throws -> String {
    """
    [data]
    name = "digits"
    rows = 60
    test-fraction = 0.4
    scaling = "unit-interval"
    [model]
    name = "two-layer-network"
    \(model)
    [noise]
    \(noise)
    [time]
    \(time)
    [study]
    kind = "compressibility"
    stop = \(stop)
    \(study)
    """
  }

  private func table(_ run: TestRun, _ name: String) throws -> [[String: String]] {
    let lines = try run.contents(name).split(separator: "\n")
    let names = lines[0].split(separator: ",").map(String.init)
    return lines.dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Dictionary(uniqueKeysWithValues: zip(names, fields))
    }
  }

  /// Everything that varies: widths, noise, batches, controls, both criteria.
  private func everything(replicas: Int) throws -> String {
    try text(
      model: """
        activation = "tanh"
        loss = "cross-entropy"
        output = "trained"
        batch = ["full", 7]
        output-scaling = "standard"
        """,
      noise: "law = [\"stable\", \"none\"]\nalpha = 1.2\nscale = 0.2\nshape = [\"isotropic\", \"shared\"]",
      time: "dt = { constant = 2, power = -1 }",
      study: """
        particles = [30, 400]
        replicas = \(replicas)
        criterion = ["ratio", "squared-frobenius"]
        threshold = 0.4
        save-weights = true
        """ + (replicas < 8 ? "" : "\nnoise-draws = 3"))
  }

  @Test(arguments: [2, 3, 20])
  func bytesDoNotDependOnThreads(threads: Int) throws {
    let (one, other) = (try TestRun(), try TestRun())
    _ = try one(everything(replicas: 8), threads: 1)
    _ = try other(everything(replicas: 8), threads: threads)
    let files = try one.files()
    #expect(files == (try other.files()))
    #expect(files.isSuperset(of: ["compression.csv", "compression-summary.csv", "curve.csv", "rates.csv"]))
    // 6 settings (no noise has no shape), 2 widths, 8 replicas, five files each; inputs and labels of both data sets
    #expect(files.count { $0.hasSuffix(".npy") } == 6 * 2 * 8 * 5 + 4)
    for name in files where name != "manifest.json" {
      func bytes(_ run: TestRun) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: run.out + "/" + name)) }
      #expect(try bytes(one) == bytes(other), "\(name)")
    }
  }

  /// A replica's rows are the same in a run of more.
  /// Files are numbered where there are several networks, and controls are none.
  @Test func theFilesOfOneNetworkHaveNoNumbers() throws {
    let run = try TestRun()
    _ = try run(text(study: "particles = 20\nsave-weights = true"))
    #expect(
      try run.files().isSuperset(of: [
        "weights-initial.npy", "weights.npy", "increments.npy", "output-initial.npy", "output.npy",
      ]))
  }

  @Test func progressEndsAtItsTotal() throws {
    let directory = try TemporaryDirectory()
    let run = try ExperimentRun(Experiment(everything(replicas: 8)), directory: directory.path + "/out", threads: 2)
    let last = Mutex((done: 0, total: 0))
    _ = try run.run(
      progress: ReplicaProgress(total: run.totalReplicas) { done, total, _ in
        last.withLock { $0 = (done, total) }
      })
    #expect(last.withLock { $0 } == (6 * 2 * 8, 6 * 2 * 8))
  }

  @Test func replicasDoNotDependOnTheirNumber() throws {
    let (few, many) = (try TestRun(), try TestRun())
    _ = try few(everything(replicas: 2), threads: 2)
    _ = try many(everything(replicas: 5), threads: 1)
    let rows = try table(many, "compression.csv").filter { Int($0["replica"]!)! < 2 }
    #expect(try table(few, "compression.csv") == rows)
    #expect(rows.count == 6 * 2 * 2 * 2)
    // a network of 400 neurons has a tail index; without noise there is nothing to prune of it
    #expect(rows.allSatisfy { $0["tail_index"]!.isEmpty == ($0["n"] == "30") })
    #expect(rows.allSatisfy { $0["noise_pruned_fraction"]!.isEmpty == ($0["law"] == "none") })
    // the control: replicas differ
    #expect(Set(rows.map { $0["train_loss_before"]! }).count == 6 * 2 * 2)
  }

  /// A combination's rows do not depend on what else a list holds.
  @Test func rowsOfTheTable() throws {
    let run = try TestRun()
    _ = try run(text(study: "particles = [40, 25]\nreplicas = 2\ncriterion = [\"ratio\", \"squared-frobenius\"]"))
    let rows = try table(run, "compression.csv")
    let thresholds = (0...10).map { $0 == 0 ? "0" : $0 == 10 ? "1" : "0.\($0)" }
    #expect(
      rows.map { "\($0["n"]!) \($0["replica"]!) \($0["criterion"]!) \($0["threshold"]!)" }
        == ["40", "25"].flatMap { n in
          ["0", "1"].flatMap { replica in
            thresholds.map { "\(n) \(replica) ratio \($0)" } + ["\(n) \(replica) squared-frobenius 0.1"]
          }
        })
    for row in rows {
      #expect(
        row["dt"] == "0.5" && row["batch"] == "full"
          && row["data"] == "digits rows=60 test-fraction=0.4 scaling=unit-interval seed=1"
          && row["steps"] == "5")
      #expect(row["law"] == "stable" && row["alpha"] == "1.3" && row["scale"] == "0.2" && row["tail_index"] == "")
      guard row["threshold"] == "0" else { continue }
      #expect(row["pruned_fraction"] == "0" && row["relative_error"] == "0")
      for part in ["train", "test"] {
        for number in ["accuracy", "loss"] {
          #expect(row["\(part)_\(number)_before"] == row["\(part)_\(number)_after"])
        }
      }
    }
    #expect(try !run.files().contains("rates.csv"))
  }

  /// A number of steps does not change the step that is asked for.
  @Test func theTableHasTheStepThatWasAskedFor() throws {
    let run = try TestRun()
    // 3 · 0.1 / 3 is above 0.1
    _ = try run(text(time: "dt = 0.1", stop: "{ steps = 3 }"))
    #expect(try Set(table(run, "compression.csv").map { $0["dt"]! }) == ["0.1"])
  }

  // MARK: - Summary

  private func experiment(_ text: String) throws -> [(label: CurveLabel, study: CompressibilityStudy)] {
    try Experiment(text).combinations.map { combination in
      guard case .compressibility(let study) = combination.study else { fatalError("another study") }
      return (combination.label, study)
    }
  }

  @Test(arguments: [4, 5])
  func summariesByHand(replicas: Int) throws {
    let (label, study) = try experiment(
      text(
        noise: "law = \"stable\"\nalpha = 0.6\nscale = 1",
        study: """
          particles = 200
          replicas = \(replicas)
          criterion = ["squared-frobenius", "ratio"]
          threshold = [0.1, 0.95]
          """))[0]
    let systems = try study.run(particles: 200)
    let summaries = CompressionSummary.ofPrunings(study, label, systems)
    #expect(summaries.count == 4)
    func median(_ numbers: [Double]) -> Double {
      let sorted = numbers.sorted()
      return replicas % 2 == 1 ? sorted[replicas / 2] : (sorted[replicas / 2 - 1] + sorted[replicas / 2]) / 2
    }
    for (index, summary) in summaries.enumerated() {
      let fractions = systems.map { $0.results[index].prunedFraction }
      let spread = try #require(summary.prunedFraction)
      let mean = fractions.reduce(0, +) / Double(replicas)
      let variance = fractions.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(replicas - 1)
      #expect(summary.prunedFractions == fractions && summary.replicas == replicas && summary.nonFinite == 0)
      #expect(abs(spread.median - median(fractions)) < 1e-15)
      #expect(spread.smallest == fractions.min() && spread.largest == fractions.max())
      #expect(abs(spread.mean - mean) < 1e-14)
      #expect(abs(try #require(spread.deviation) - variance.squareRoot()) < 1e-14)
      #expect(summary.baselineMedian == median(systems.map { $0.results[index].baselinePrunedFraction }))
      #expect(summary.noiseMedian == median(systems.map { $0.results[index].noisePrunedFraction! }))
      #expect(summary.baselinePrunedFractions == systems.map { $0.results[index].baselinePrunedFraction })
      #expect(summary.stepsMedian == 5)
      #expect(summary.trainAccuracyBeforeMedian == median(systems.map { $0.before.train!.accuracy }))
      #expect(summary.trainAccuracyAfterMedian == median(systems.map { $0.results[index].train!.accuracy }))
      #expect(summary.relativeErrorMedian == median(systems.map { $0.results[index].relativeError }))
      #expect(summary.testAccuracyBeforeMedian == median(systems.map { $0.before.test!.accuracy }))
      #expect(summary.testAccuracyAfterMedian == median(systems.map { $0.results[index].test!.accuracy }))
      let beyond = fractions.count { $0 > 0.9 }
      #expect(summary.collapsed == (summary.pruning.criterion == .ratio ? 0 : beyond))
    }
    // the control: heavy tails make some collapse
    #expect(summaries[0].collapsed > 0 && summaries[2].prunedFractions[0] == 0.1)
  }

  @Test func oneReplicaHasNoDeviation() throws {
    let (label, study) = try experiment(text(study: "particles = 20"))[0]
    let summary = CompressionSummary.ofPrunings(study, label, try study.run(particles: 20))[0]
    let spread = try #require(summary.prunedFraction)
    #expect(spread.deviation == nil && spread.median == spread.mean)
  }

  @Test func orderedReplicas() throws {
    let settings = try experiment(
      text(
        noise: "law = [\"stable\", \"none\"]\nalpha = [1.3, 1.5]\nscale = 0.5",
        study: "particles = 60\nreplicas = 24"))
    #expect(settings.count == 3)
    let summaries = try settings.map { label, study in
      CompressionSummary.ofPrunings(study, label, try study.run(particles: 60))[0]
    }
    let byHand = (0..<24).count { replica in
      let fractions = summaries.map { $0.prunedFractions[replica]! }
      return fractions[0] > fractions[1] && fractions[1] > fractions[2]
    }
    #expect(CompressionSummary.ordered(summaries) == byHand)
    let ofControl = (0..<24).count { replica in
      let fractions = summaries.map { $0.baselinePrunedFractions[replica]! }
      return fractions[0] > fractions[1] && fractions[1] > fractions[2]
    }
    #expect(CompressionSummary.ordered(summaries, by: \.baselinePrunedFractions) == ofControl)
    #expect((1..<24).contains(byHand))
    #expect(CompressionSummary.ordered([summaries[0], summaries[0]]) == 0)
  }

  // MARK: - Refusals

  @Test func widthsAndAccuraciesAreChecked() throws {
    func refusal(_ make: () throws -> CompressibilityStudy) -> String? {
      do {
        _ = try make()
        return nil
      } catch SimulationError.invalidValue(let parameter, _, _) { return parameter } catch { return "another error" }
    }
    let step = step(0.1)
    let flat = OrnsteinUhlenbeck.driftless()
    #expect(refusal { try Study(model: flat, noise: heavy, step: step, stop: .steps(1), particles: []) } == "particles")
    #expect(
      refusal { try Study(model: flat, noise: heavy, step: step, stop: .steps(1), particles: [3, 3]) } == "particles")
    #expect(
      refusal {
        try Study(model: flat, noise: heavy, step: step, stop: .trainAccuracy(0.5, maxSteps: 3), particles: [3])
      } == "stop")
    #expect(
      refusal {
        try Study(
          model: network(), noise: heavy, step: step, stop: .trainAccuracy(0.5, maxSteps: 3), particles: [3],
          noiseDraws: 2)
      } == "noise-draws")
    #expect(
      refusal { try Study(model: flat, noise: heavy, step: step, stop: .horizon(1e10), particles: [3]) } == "dt")
    #expect(
      refusal {
        try Study(
          model: flat, noise: heavy, step: .init(constant: 1, power: .number(-400)), stop: .steps(1), particles: [3000])
      } == "dt")
    for thresholds in [[], [0.1, 0.1], [1.5], [.nan]] {
      let prunings = thresholds.map { Study.Pruning(.ratio, threshold: $0) }
      #expect(
        refusal {
          try Study(model: flat, noise: heavy, step: step, stop: .steps(1), particles: [3], prunings: prunings)
        } == "threshold")
    }
    #expect(refusal { try Study(model: flat, noise: heavy, step: step, stop: .steps(1), particles: [3]) } == nil)
  }
}
