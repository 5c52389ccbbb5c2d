import Foundation
import Logging

/// One run of an experiment into a directory: CSV files, states, manifest.
///
/// Tables are written combination by combination, so that what has been computed stays if a later one is interrupted.
public final class ExperimentRun {
  /// What is run.
  public let experiment: Experiment
  /// Where its files are.
  public let directory: String
  /// Results do not depend on it.
  public let threads: Int
  private let logger: Logger
  private var files: [String] = []

  /// What expectation studies have yielded, combination by combination.
  public private(set) var expectations: [(label: CurveLabel, study: ExpectationStudy, result: ExpectationResult)] = []

  /// The surfaces of joint studies, combination by combination.
  public private(set) var surfaces: [(label: CurveLabel, curve: ErrorCurve)] = []

  /// The observables of trajectories at their last time, combination by combination: `[replica][observable]`.
  public private(set) var lastObservables: [(label: CurveLabel, study: TrajectoryStudy, values: [[Double]])] = []

  /// What the replicas of compressibility studies say together: combination by combination, width by width.
  public private(set) var summaries: [CompressionSummary] = []

  /// Replicas over all combinations, for a progress bar; of a stopping rule those of the first batches.
  public var totalReplicas: Int { experiment.combinations.reduce(0) { $0 + $1.study.replicas } }

  /// Checks that everything fits the machine's memory, then makes the directory.
  ///
  /// - Parameters:
  ///   - directory: must not exist yet.
  ///   - force: whether to replace the run that is in the directory: the files that its manifest lists.
  /// - Throws: `SimulationError.tooMuchMemory`, `.outputExists`, `.unwritable`.
  public init(
    _ experiment: Experiment, directory: String, force: Bool = false,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, logger: Logger = Logger(label: "mckean")
  ) throws(SimulationError) {
    (self.experiment, self.directory, self.threads, self.logger) = (experiment, directory, threads, logger)
    try experiment.requireMemory(threads: threads)
    let manager = FileManager.default
    var isDirectory: ObjCBool = false
    if manager.fileExists(atPath: directory, isDirectory: &isDirectory) {
      guard force else { throw .outputExists(path: directory) }
      guard isDirectory.boolValue else { throw .unwritable(path: directory, problem: "it is not a directory") }
      for file in Manifest.files(ofRunIn: directory) { try? manager.removeItem(atPath: directory + "/" + file) }
    }
    do {
      try manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: directory, because: error)
    }
    guard manager.isWritableFile(atPath: directory) else {
      throw .unwritable(path: directory, problem: "permission denied")
    }
  }

  /// Runs every combination and writes its files.
  ///
  /// - Returns: the fitted curves, in the order of `rates.csv`; empty for trajectories and expectations.
  /// - Throws: `SimulationError.unwritable`.
  public func run(progress: ReplicaProgress? = nil) throws -> [RateResult] {
    let start = ContinuousClock.now
    let results =
      switch experiment.kind {
      case .trajectory: try runTrajectories(progress)
      case .expectation: try runExpectations(progress)
      case .compressibility: try runCompressibility(progress)
      case .chaos, .strong, .joint, .law: try runErrorStudies(progress)
      }
    try writeManifest(seconds: (ContinuousClock.now - start) / .seconds(1))
    return results
  }

  private func runErrorStudies(_ progress: ReplicaProgress?) throws -> [RateResult] {
    try write(CurveTable.header, to: "curve.csv")
    if experiment.kind == .joint { try write(CurveTable.header, to: "surface.csv") }
    try write(RateTable.header, to: "rates.csv")
    try write(SlopeTable.header, to: "slopes.csv")
    try write(ReplicaTable.header, to: "replicas.csv")
    try write(TailTable.header, to: "tails.csv")
    var results: [RateResult] = []
    for combination in experiment.combinations {
      let curves: [ErrorCurve]
      switch combination.study {
      case .error(let study):
        curves = try study.run(until: experiment.stopping, threads: threads, progress: progress, logger: logger)
      case .law(let study):
        curves = try study.run(until: experiment.stopping, threads: threads, progress: progress, logger: logger)
      case .trajectory, .expectation, .compressibility: continue
      }
      let (label, ofSurface) = (combination.label, curves.filter { $0.sweep == .joint })
      let fitted = try fit(curves.filter { $0.sweep != .joint }, of: combination)
      if !ofSurface.isEmpty { try append(ofSurface.map { CurveTable.rows($0, label) }.joined(), to: "surface.csv") }
      try append(fitted.map(SlopeTable.rows).joined(), to: "slopes.csv")
      try append(ReplicaTable.rows(curves, label), to: "replicas.csv")
      try append(TailTable.rows(curves, label), to: "tails.csv")
      results += fitted
      surfaces += ofSurface.map { (label, $0) }
    }
    return results
  }

  /// Fits the curves of a combination, and writes them and their rates.
  private func fit(_ curves: [ErrorCurve], of combination: Experiment.Combination) throws -> [RateResult] {
    let label = combination.label
    let fitted = curves.map { RateResult($0, label: label, claim: experiment.claim(on: $0, of: combination)) }
    try append(fitted.map { CurveTable.rows($0.curve, label) }.joined(), to: "curve.csv")
    try append(fitted.map(RateTable.row).joined(), to: "rates.csv")
    return fitted
  }

  private func runTrajectories(_ progress: ReplicaProgress?) throws -> [RateResult] {
    let several = experiment.combinations.count > 1
    var combinationRows = CSV.row(["index", "model"] + ["law", "shape", "alpha", "scale", "setting"])
    for (index, combination) in experiment.combinations.enumerated() {
      guard case .trajectory(let study) = combination.study else { continue }
      if index == 0, !study.observables.isEmpty { try write(ObservableTable.header, to: "observables.csv") }
      let values = try study.run(
        threads: threads, progress: progress, logger: logger,
        record: study.writesStates ? try stateWriter(study, suffix: several ? "-\(index)" : "") : nil)
      if !study.observables.isEmpty {
        try append(ObservableTable.rows(values, of: study, combination.label), to: "observables.csv")
        lastObservables.append((combination.label, study, values.map { $0.last! }))
      }
      guard study.writesStates else { continue }
      combinationRows += CSV.row(["\(index)", combination.label.model] + combination.label.noiseFields)
      if index == 0 {
        try write("time\n" + study.times.map { CSV.row([CSV.field($0)]) }.joined(), to: "times.csv")
      }
    }
    if several, files.contains("times.csv") { try write(combinationRows, to: "combinations.csv") }
    return []
  }

  private func runExpectations(_ progress: ReplicaProgress?) throws -> [RateResult] {
    try write(ExpectationTable.header, to: "expectation.csv")
    try write(LevelTable.header, to: "levels.csv")
    try write(RateTable.header, to: "rates.csv")
    for combination in experiment.combinations {
      guard case .expectation(let study) = combination.study else { continue }
      let label = combination.label
      do {
        let result = try study.run(threads: threads, progress: progress, logger: logger) { part in
          try append(part.estimates.map { ExpectationTable.row($0, of: study, label) }.joined(), to: "expectation.csv")
          try append(part.levels.map { LevelTable.row($0, label) }.joined(), to: "levels.csv")
          try append(part.rates.map { RateTable.row($0, of: study, label) }.joined(), to: "rates.csv")
        }
        expectations.append((label, study, result))
      } catch let error as SimulationError where error.parameter == "tolerance" {
        throw SimulationError.located(place: experiment.placeOfTolerance, error)
      }
    }
    return []
  }

  private func runCompressibility(_ progress: ReplicaProgress?) throws -> [RateResult] {
    let data = experiment.data?.name ?? ""
    if let train = experiment.data?.train, case let absent = train.classesWithoutRows, !absent.isEmpty {
      logger.warning(
        "no training row has the label \(absent.joined(separator: ", ")); with shuffle = true all classes are mixed before rows takes its part"
      )
    }
    try write(CompressionTable.header, to: "compression.csv")
    try write(CompressionSummaryTable.header, to: "compression-summary.csv")
    let hasRates = experiment.combinations.contains { !$0.study.curves.isEmpty }
    if hasRates {
      try write(CurveTable.header, to: "curve.csv")
      try write(RateTable.header, to: "rates.csv")
    }
    if experiment.combinations.contains(where: \.study.savesWeights), let data = experiment.data {
      try write(data.train, as: "train")
      if let test = data.test { try write(test, as: "test") }
    }
    var (results, firstNetwork) = ([RateResult](), 0)
    for combination in experiment.combinations {
      guard case .compressibility(let study) = combination.study else { continue }
      let label = combination.label
      var ofWidths: [[CompressibilityStudy.PrunedSystem]] = []
      for particles in study.particles {
        let systems = try study.run(
          particles: particles, threads: threads, progress: progress, logger: logger,
          record: study.savesWeights ? try weightsWriter(study, particles: particles, first: firstNetwork) : nil)
        try append(CompressionTable.rows(systems, of: study, label, data: data), to: "compression.csv")
        let ofPrunings = CompressionSummary.ofPrunings(study, label, systems)
        try append(
          ofPrunings.map { CompressionSummaryTable.row($0, data: data) }.joined(), to: "compression-summary.csv")
        summaries += ofPrunings
        ofWidths.append(systems)
        firstNetwork += study.replicas
      }
      if hasRates { results += try fit(study.curves(of: ofWidths), of: combination) }
    }
    return results
  }

  /// The rows of a data set as they are used: chosen, in order, scaled; labels by the number of their class.
  private func write(_ data: LabelledData, as name: String) throws {
    for (part, numbers, shape) in [
      ("inputs", data.inputs, [data.rows, data.columns]), ("labels", data.labels.map(Double.init), [data.rows]),
    ] {
      let file = "\(name)-\(part).npy"
      try note([file])
      try NumPyFile(path: path(file), shape: shape).write(numbers, at: 0)
    }
  }

  /// Makes the files of the weights of one width's systems, and returns what writes those of one.
  ///
  /// - Parameter first: the number of the first system in the order of the table.
  private func weightsWriter(_ study: CompressibilityStudy, particles: Int, first: Int) throws
    -> @Sendable (CompressibilityStudy.States) throws -> Void
  {
    let shape = study.model.shape
    let several = totalReplicas > 1
    let outputs = shape.components - shape.noisy
    func files(_ name: String, _ columns: Int) throws -> [NumPyFile] {
      let names = (0..<study.replicas).map { "\(name)\(several ? "-\(first + $0)" : "").npy" }
      try note(names)
      return try names.map { try NumPyFile(path: path($0), shape: [particles, columns]) }
    }
    let weights = (try files("weights-initial", shape.noisy), try files("weights", shape.noisy))
    let increments = try files("increments", shape.noisy)
    let outputWeights = outputs > 0 ? (try files("output-initial", outputs), try files("output", outputs)) : ([], [])
    return { states in
      func write(_ range: Range<Int>, _ files: (initial: [NumPyFile], final: [NumPyFile])) throws {
        guard !files.initial.isEmpty else { return }
        for (file, states) in [
          (files.initial[states.replica], states.initial), (files.final[states.replica], states.final),
        ] {
          try file.write(states.columns(range, of: shape.components), at: 0)
        }
      }
      try write(0..<shape.noisy, weights)
      try increments[states.replica].write(states.increments, at: 0)
      try write(shape.noisy..<shape.components, outputWeights)
    }
  }

  /// Makes the files of a trajectory's states, and returns what writes a snapshot to them.
  private func stateWriter(_ study: TrajectoryStudy, suffix: String) throws
    -> @Sendable (_ replica: Int, _ snapshot: Int, _ states: [Double]) throws -> Void
  {
    let shape = study.model.shape
    let states = try NumPyFile(
      path: path(try file("states\(suffix).npy")),
      shape: [study.replicas, study.snapshots, study.particles, shape.noisy])
    let constants = shape.components - shape.noisy
    // The numbers without noise, once a replica, as they are at the beginning: a network's output weights.
    let outputs =
      study.model is TwoLayerNetwork
      ? try NumPyFile(
        path: path(try file("output-weights\(suffix).npy")), shape: [study.replicas, study.particles, constants])
      : nil
    return { replica, snapshot, values in
      let perSnapshot = study.particles * shape.noisy
      try states.write(
        values.columns(0..<shape.noisy, of: shape.components), at: (replica * study.snapshots + snapshot) * perSnapshot)
      if snapshot == 0 {
        try outputs?.write(
          values.columns(shape.noisy..<shape.components, of: shape.components),
          at: replica * study.particles * constants)
      }
    }
  }

  // MARK: - Files

  private func path(_ file: String) -> String { directory + "/" + file }

  /// Notes files of the run before they are made, so that a run that is killed can still be told and replaced.
  private func note(_ names: [String]) throws(SimulationError) {
    files += names
    try writeManifest(seconds: nil)
  }

  private func file(_ name: String) throws(SimulationError) -> String {
    try note([name])
    return name
  }

  /// - Parameter seconds: nil until the run is done.
  private func writeManifest(seconds: Double?) throws(SimulationError) {
    let path = path(Manifest.name)
    do {
      let manifest = try Manifest(experiment, threads: threads, seconds: seconds, directory: directory, files: files)
      try Data(try manifest.json().utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .unwritable(path: path, because: error)
    }
  }

  private func write(_ text: String, to name: String) throws(SimulationError) {
    let path = path(try file(name))
    do { try text.write(toFile: path, atomically: false, encoding: .utf8) } catch {
      throw .unwritable(path: path, because: error)
    }
  }

  private func append(_ text: String, to name: String) throws(SimulationError) {
    do {
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    } catch {
      throw .unwritable(path: path(name), because: error)
    }
  }
}
