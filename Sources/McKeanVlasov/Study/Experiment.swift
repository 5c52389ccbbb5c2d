import Foundation

/// An experiment, read from its file and resolved: every combination of its lists is a study, checked before any runs.
public struct Experiment: Sendable {
  /// What one combination runs.
  public enum Study: Sendable {
    case error(ErrorStudy)
    case trajectory(TrajectoryStudy)
    case expectation(ExpectationStudy)
    case law(LawStudy)
    case compressibility(CompressibilityStudy)

    /// Bytes of states on so many threads, with the replicas that the rule allows.
    func bytes(threads: Int, until rule: StoppingRule?) -> Double {
      switch self {
      case .error(let study): study.bytes(replicas: rule?.maxReplicas ?? study.replicas, threads: threads)
      case .trajectory(let study): study.bytes(threads: threads)
      case .expectation(let study): study.bytes(threads: threads)
      case .law(let study): study.bytes(replicas: rule?.maxReplicas ?? study.replicas, threads: threads)
      case .compressibility(let study): study.particles.map { study.bytes(particles: $0, threads: threads) }.max()!
      }
    }

    /// The model, the systems that are simulated together, and how often; of an expectation the convergence test,
    /// of a compressibility study the most steps.
    var parts: (model: any McKeanVlasovModel, runs: [(systems: [CoupledSystems.System], replicas: Int)]) {
      switch self {
      case .error(let study): (study.model, [(study.systems, study.replicas)])
      case .trajectory(let study): (study.model, [([study.system], study.replicas)])
      case .expectation(let study): (study.model, study.testedLevels.map { ($0.systems, study.replicas) })
      case .law(let study): (study.model, [(study.systems, study.replicas)])
      case .compressibility(let study): (study.model, study.runs)
      }
    }

    /// Whether weights and data are written as well.
    var savesWeights: Bool { if case .compressibility(let study) = self { study.savesWeights } else { false } }

    var precision: Precision {
      switch self {
      case .error(let study): study.precision
      case .trajectory(let study): study.precision
      case .expectation(let study): study.precision
      case .law(let study): study.precision
      case .compressibility(let study): study.precision
      }
    }

    /// The curves that the study fits rates to.
    var curves: [(metric: Metric, p: Double?, variable: ConvergenceVariable)] {
      switch self {
      case .error(let study): study.fittedCurves
      case .law(let study): study.curveNames.map { ($0.metric, $0.p, .n) }
      case .compressibility(let study): study.fittedMetrics.map { ($0, nil, .n) }
      case .trajectory, .expectation: []
      }
    }

    /// Replicas of all runs; those that are known beforehand of an expectation, and of a study with a stopping rule; of a
    /// compressibility study its systems, without their controls.
    public var replicas: Int {
      if case .compressibility(let study) = self {
        study.particles.count * study.replicas
      } else {
        parts.runs.reduce(0) { $0 + $1.replicas }
      }
    }
  }

  /// One value of every list.
  public struct Combination: Sendable {
    /// What tells it from the others.
    public let label: CurveLabel
    /// What it runs.
    public let study: Study
  }

  /// The kinds of study that a file can ask for.
  public enum Kind: String, Sendable, CaseIterable {
    case strong, chaos, joint, trajectory, expectation, law, compressibility
  }

  /// The name of the built-in experiment, or of the file without its ending.
  public let name: String
  /// What every combination runs.
  public let kind: Kind
  /// Of the noise of all combinations.
  public let seed: UInt32
  /// When a chaos, strong, joint or law study has replicas enough; nil for those of the file.
  public let stopping: StoppingRule?
  /// In the file's order: the first list varies slowest.
  public let combinations: [Combination]
  /// Every table with its defaults.
  public let resolved: [String: ExperimentValue]
  /// What `[data]` names; nil without it.
  public let data: LabelledDataSplit?
  private let claims: [StatedClaim]
  /// Where the number of particles stands, as a message begins.
  private let placeOfParticles: String
  /// Where the most replicas stand, or would.
  private let placeOfMaxReplicas: String
  /// Where the tolerance of an expectation stands: what it takes is known in the run alone.
  let placeOfTolerance: String

  /// Checks that the largest combination fits the machine's memory on so many threads.
  ///
  /// - Throws: `SimulationError.tooMuchMemory`; `.invalidValue` where it is the most replicas of a stopping rule alone that do
  ///   not fit.
  public func requireMemory(threads: Int) throws(SimulationError) {
    func bytes(until rule: StoppingRule?) -> Double {
      combinations.map { $0.study.bytes(threads: threads, until: rule) }.max()!
    }
    do { try SimulationError.requireMemory(bytes(until: nil)) } catch {
      throw .located(place: placeOfParticles, error)
    }
    guard let stopping else { return }
    do { try SimulationError.requireMemory(bytes(until: stopping)) } catch {
      guard case .tooMuchMemory(let needed, let available) = error else { throw error }
      throw .located(
        place: placeOfMaxReplicas,
        .invalidValue(
          parameter: "max-replicas",
          found:
            "\(stopping.maxReplicas), whose tables take \(needed >> 20) MiB of this machine's \(available >> 20) MiB "
            + "of memory", allowed: "fewer"))
    }
  }

  /// The claim on a curve: the one that the file states, or else the model's own.
  public func claim(on curve: ErrorCurve, of combination: Combination) -> Claim? {
    let stated = claims.first { $0.applies(to: (curve.metric, curve.p, curve.variable, combination.label)) }
    if let stated { return stated.claim }
    return switch combination.study {
    case .error(let study): study.model.claim(on: curve.metric, in: curve.variable, noise: study.noise)
    case .law(let study): .law(curve.metric, of: study.model, noise: study.noise)
    case .compressibility(let study): .pruning(of: curve.metric, noise: study.noise)
    case .trajectory, .expectation: nil
    }
  }

  /// What the experiment takes: draws and particle steps over all combinations, and bytes of the largest one. Of an
  /// expectation the convergence test alone is known, and with a stopping rule the draws and steps of the first batch.
  public func cost(threads: Int) -> (draws: Int, particleSteps: Int, bytes: Int) {
    // in floating point: the product of three counts may be too large for an integer
    var (draws, particleSteps, bytes) = (0.0, 0.0, 0.0)
    for combination in combinations {
      let (model, runs) = combination.study.parts
      let drawsAStep = combination.label.noise.draws(components: model.shape.noisy)
      for (systems, replicas) in runs {
        let (largest, finest) = (systems.map(\.endOfParticles).max()!, systems.map(\.steps).max()!)
        draws += Double(replicas) * Double(largest) * Double(finest) * Double(drawsAStep)
        particleSteps += Double(replicas) * systems.reduce(0) { $0 + Double($1.particles) * Double($1.steps) }
      }
      bytes = max(bytes, combination.study.bytes(threads: threads, until: stopping))
    }
    func whole(_ number: Double) -> Int { Int(min(number, 0x1p62)) }
    return (whole(draws), whole(particleSteps), whole(bytes))
  }

  // MARK: - Reading

  /// The names of the built-in experiments.
  public static var builtIn: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: BundledFiles.path("Experiments"))) ?? []
    return files.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// The text of a built-in experiment, or nil where there is none of that name.
  public static func text(ofBuiltIn name: String) -> String? {
    guard builtIn.contains(name) else { return nil }
    return try? String(contentsOfFile: BundledFiles.path("Experiments/\(name).toml"), encoding: .utf8)
  }

  /// Reads a built-in experiment, or a file.
  ///
  /// - Parameter overrides: `table.key=value`, as `--set` takes them.
  /// - Throws: `SimulationError` with file, line, key, what was found and what is allowed.
  public init(named name: String, overrides: [String] = []) throws(SimulationError) {
    if let text = Self.text(ofBuiltIn: name) {
      try self.init(text: text, name: name, directory: ".", overrides: overrides)
      return
    }
    let url = URL(fileURLWithPath: name)
    let text = try TextFile.read(
      name, format: "TOML", absent: "there is no such file, nor a built-in experiment of that name (mckean list)")
    try self.init(
      text: text, name: url.deletingPathExtension().lastPathComponent, fileName: name,
      directory: url.deletingLastPathComponent().path, overrides: overrides)
  }

  /// Reads an experiment from text.
  ///
  /// - Parameters:
  ///   - name: the name of the run.
  ///   - fileName: as messages give it.
  ///   - directory: what the paths of data files are relative to.
  public init(
    text: String, name: String, fileName: String? = nil, directory: String = ".", overrides: [String] = []
  ) throws(SimulationError) {
    self.name = name
    let file = try ExperimentFile(text: text, name: fileName ?? name, directory: directory, overrides: overrides)
    let known = ["model", "noise", "time", "study", "data", "claim"]
    for table in file.tableNames where !known.contains(table) {
      throw .located(place: file.place(ofTable: table), .unknownKey(table, among: known))
    }
    func table(_ name: String) throws(SimulationError) -> ExperimentTable {
      guard let table = try file.table(name) else {
        throw .located(place: "\(file.name), ", .missingKey(parameter: "[\(name)]", allowed: "a table [\(name)]"))
      }
      return table
    }
    let (modelTable, noiseTable) = (try table("model"), try table("noise"))
    let (timeTable, studyTable) = (try table("time"), try table("study"))
    let dataTable = try file.table("data")
    placeOfParticles = file.place(of: "particles", in: "study")
    placeOfMaxReplicas = file.place(of: "max-replicas", in: "study")
    placeOfTolerance = file.place(of: "tolerance", in: "study")

    kind = try studyTable.word("kind")
    let seed = UInt32(try studyTable.integer("seed", default: 1, in: 0...Int(UInt32.max)))
    self.seed = seed

    var axes: [Axis] = []
    for name in file.tableNames {
      if let table = [modelTable, noiseTable].first(where: { $0.name == name }) { axes += try Self.axes(of: table) }
    }
    let varying = Set(axes.filter { $0.values.count > 1 }.map(\.key))
    let columnsOfTheirOwn = ["name", "law", "shape", "alpha", "scale"]
    let (makeStudy, stopping, particles) = try Self.studyMaker(kind, time: timeTable, study: studyTable, seed: seed)
    self.stopping = stopping
    try timeTable.finish()
    try studyTable.finish()

    let names = axes.first { $0.table == "model" && $0.key == "name" }?.values ?? []
    var data: LabelledDataSplit?
    var combinations: [Combination] = []
    var resolved: [String: ExperimentValue] = [:]
    var resolvedOfCombinations: [(model: [String: ExperimentValue], noise: [String: ExperimentValue])] = []
    for values in Self.product(of: axes) {
      let model = modelTable.replacing(Self.replacements(values, in: "model"))
      let noise = noiseTable.replacing(Self.replacements(values, in: "noise"))
      let drivingNoise = try ModelCatalog.noise(noise, lawVaries: varying.contains("law"))
      let system = try ModelCatalog.model(model, names: names.map(\.text), particles: particles) {
        () throws(SimulationError) -> LabelledData in
        guard let dataTable else {
          throw .located(place: "\(file.name), ", .missingKey(parameter: "[data]", allowed: "a table [data]"))
        }
        if data == nil { data = try ModelCatalog.data(dataTable, directory: file.directory, seed: seed) }
        return data!.train
      }
      // what the model of this combination does not know does not tell it apart
      let setting = values.filter {
        varying.contains($0.key) && !columnsOfTheirOwn.contains($0.key)
          && ($0.table == "noise" || model.resolved[$0.key] != nil)
      }.map { "\($0.key)=\($0.value.text)" }.joined(separator: ";")
      let label = CurveLabel(study: kind, model: system.name, noise: drivingNoise, setting: setting)
      // Brownian noise meets every alpha of a list, and a model every value of another model's key; each is run once.
      if combinations.contains(where: { $0.label == label }) { continue }
      let study: Study
      do { study = try makeStudy(system, data?.test, drivingNoise) } catch {
        throw [studyTable, timeTable, noise, model].reduce(error) { $1.locate($0) }
      }
      combinations.append(Combination(label: label, study: study))
      resolvedOfCombinations.append((model.resolved, noise.resolved))
    }
    resolved["model"] = .table(Self.resolved(resolvedOfCombinations.map(\.model), of: modelTable))
    resolved["noise"] = .table(Self.resolved(resolvedOfCombinations.map(\.noise), of: noiseTable))
    if let dataTable {
      guard data != nil else {
        throw .located(
          place: file.place(ofTable: "data"),
          .invalidValue(parameter: "data", found: "a table", allowed: "[data] with a two-layer-network only"))
      }
      resolved["data"] = .table(dataTable.resolved)
    }
    self.data = data
    resolved["time"] = .table(timeTable.resolved)
    resolved["study"] = .table(studyTable.resolved)
    let claimTables = try file.tables("claim")
    var claims: [StatedClaim] = []
    for table in claimTables { claims.append(try StatedClaim(table, kind: kind)) }
    self.claims = claims
    if !claims.isEmpty { resolved["claim"] = .list(claimTables.map { .table($0.resolved) }) }
    self.combinations = combinations
    self.resolved = resolved
    try StatedClaim.requireOneClaimACurve(claims, tables: claimTables, combinations)
  }

  /// A list of [model] or [noise], which every combination takes one value of.
  private struct Axis {
    let table: String
    let key: String
    let values: [ExperimentValue]
  }

  private static func axes(of table: ExperimentTable) throws(SimulationError) -> [Axis] {
    var axes: [Axis] = []
    for key in table.keys {
      guard case .list(let values)? = table.values[key] else { continue }
      let areScalars = values.allSatisfy { if case .word = $0 { true } else { $0.asNumber != nil } }
      let different = Set(values.map { $0.asNumber.map(ExperimentValue.number) ?? $0 })
      guard areScalars, !values.isEmpty, different.count == values.count else {
        throw table.error(
          key, found: ExperimentValue.list(values).found, allowed: "a list of different numbers or words, at least one")
      }
      axes.append(Axis(table: table.name, key: key, values: values))
    }
    return axes
  }

  /// Every combination, the first axis slowest; a single axis value does not vary but is chosen all the same.
  private static func product(of axes: [Axis]) -> [[(table: String, key: String, value: ExperimentValue)]] {
    axes.reduce([[]]) { combinations, axis in
      combinations.flatMap { combination in
        axis.values.map { combination + [(axis.table, axis.key, $0)] }
      }
    }
  }

  private static func replacements(
    _ values: [(table: String, key: String, value: ExperimentValue)], in table: String
  ) -> [String: ExperimentValue] {
    Dictionary(uniqueKeysWithValues: values.filter { $0.table == table }.map { ($0.key, $0.value) })
  }

  /// A table as the file has it, with the defaults. Where they differ from combination to combination, as models' do, they
  /// are left unsaid: stated, one model's would be the others' too.
  private static func resolved(_ combinations: [[String: ExperimentValue]], of file: ExperimentTable)
    -> [String: ExperimentValue]
  {
    var result = file.values
    for key in Set(combinations.flatMap(\.keys)) {
      if case .list? = result[key] { continue }
      let values = Set(combinations.compactMap { $0[key] })
      if values.count == 1 { result[key] = values.first }
    }
    return result
  }

  /// Makes a study of a model, the data that a network is tested on, and noise.
  private typealias StudyMaker = (any McKeanVlasovModel, LabelledData?, LevyNoise) throws(SimulationError) -> Study

  /// Reads [time] and [study], and returns what makes the study of each combination, when it has replicas enough, and n where
  /// it is one, or the first of several that are no levels of a ladder.
  private static func studyMaker(_ kind: Kind, time: ExperimentTable, study: ExperimentTable, seed: UInt32)
    throws(SimulationError) -> (StudyMaker, StoppingRule?, particles: Int?)
  {
    if kind == .compressibility { return try compressibilityMaker(time: time, study: study, seed: seed) }
    let counts = 1...Int(UInt32.max)
    let precision: Precision = try study.word("precision", default: .double)
    let horizon = try time.number("horizon", allowed: "a finite number above 0") { $0 > 0 && $0.isFinite }
    switch kind {
    case .trajectory:
      let steps = try time.integer("steps", in: counts)
      let particles = try study.integer("particles", in: counts)
      let replicas = try study.integer("replicas", default: 1, in: counts)
      let snapshots = try study.integer("snapshots", in: 2...Int(UInt32.max))
      let observables = study.has("observables") ? try study.observables("observables") : []
      let writesStates = try study.boolean("states", default: true)
      let make: StudyMaker = { model, _, noise throws(SimulationError) in
        .trajectory(
          try TrajectoryStudy(
            model: model, noise: noise, grid: try TimeGrid(horizon: horizon, steps: steps), particles: particles,
            replicas: replicas, snapshots: snapshots, observables: observables, writesStates: writesStates, seed: seed,
            precision: precision))
      }
      return (make, nil, particles)
    case .expectation:
      let steps = try time.ladder("steps")
      let particles = try study.numberOrLadder("particles", in: counts)
      let observables = try study.observables("observables")
      let methods: [ExpectationMethod] = try study.words("method", default: .multilevel)
      let tolerances = try study.numbers("tolerance", allowed: "a finite number above 0, or a list of different ones")
      let replicas = try study.integer("replicas", default: 1024, in: ExpectationStudy.replicaCounts)
      let make: StudyMaker = { model, _, noise throws(SimulationError) in
        .expectation(
          try ExpectationStudy(
            model: model, noise: noise, horizon: horizon, steps: steps, particles: particles, observables: observables,
            methods: methods, tolerances: tolerances, replicas: replicas, seed: seed, precision: precision))
      }
      return (make, nil, nil)
    case .law:
      let steps = try time.integer("steps", in: counts)
      let particles = try study.ladder("particles")
      let distances = try study.words("distance", default: .kolmogorov, among: Metric.ofLaws)
      let frequencies = try study.numbers("frequencies", default: [1], allowed: "a number above 0, or a list of them")
      let reference = try study.reference("reference")
      let replicas = try study.integer("replicas", in: ErrorStudy.fewestReplicas...Int(UInt32.max))
      let p = try study.numbers("p", default: [0.5], allowed: "a number above 0, or a list of them")
      let stopping = try StoppingRule(study, replicas: replicas)
      let make: StudyMaker = { model, _, noise throws(SimulationError) in
        .law(
          try LawStudy(
            model: model, noise: noise, grid: try TimeGrid(horizon: horizon, steps: steps), particles: particles,
            distances: distances, frequencies: frequencies, reference: reference, replicas: replicas, p: p, seed: seed,
            precision: precision))
      }
      return (make, stopping, nil)
    case .chaos, .strong, .joint:
      let replicas = try study.integer("replicas", in: ErrorStudy.fewestReplicas...Int(UInt32.max))
      let p = try study.numbers("p", default: [0.5], allowed: "a number above 0, or a list of them")
      let reference = kind == .joint ? .next : try study.reference("reference")
      let stopping = try StoppingRule(study, replicas: replicas)
      if kind == .joint {
        let (steps, particles) = (try time.ladder("steps"), try study.ladder("particles"))
        let make: StudyMaker = { model, _, noise throws(SimulationError) in
          .error(
            try .joint(
              model: model, noise: noise, horizon: horizon, steps: steps, particles: particles, replicas: replicas,
              p: p, seed: seed, precision: precision))
        }
        return (make, stopping, nil)
      }
      if kind == .chaos {
        let steps = try time.integer("steps", in: counts)
        let particles = try study.ladder("particles")
        let make: StudyMaker = { model, _, noise throws(SimulationError) in
          .error(
            try .chaos(
              model: model, noise: noise, horizon: horizon, steps: steps, particles: particles, replicas: replicas,
              p: p, seed: seed, reference: reference, precision: precision))
        }
        return (make, stopping, nil)
      }
      let steps = try time.ladder("steps")
      let particles = try study.integer("particles", in: counts)
      let make: StudyMaker = { model, _, noise throws(SimulationError) in
        .error(
          try .strong(
            model: model, noise: noise, horizon: horizon, steps: steps, particles: particles, replicas: replicas,
            p: p, seed: seed, reference: reference, precision: precision))
      }
      return (make, stopping, particles)
    case .compressibility: preconditionFailure("read above")
    }
  }

  private static func compressibilityMaker(time: ExperimentTable, study: ExperimentTable, seed: UInt32)
    throws(SimulationError) -> (StudyMaker, StoppingRule?, particles: Int?)
  {
    let counts = 1...Int(UInt32.max)
    let precision: Precision = try study.word("precision", default: .double)
    let step = try time.step("dt")
    let stop = try study.stop("stop")
    let particles = try study.integers("particles", in: counts)
    let criteria: [PruningCriterion] = try study.words("criterion", default: .squaredFrobenius)
    let thresholds =
      study.has("threshold")
      ? try study.numbers("threshold", allowed: "a number from 0 to 1, or a list of different ones") {
        (0...1).contains($0)
      } : nil
    for (key, count, different) in [
      ("criterion", criteria.count, Set(criteria).count),
      ("threshold", thresholds?.count ?? 0, thresholds.map { Set($0).count } ?? 0),
    ] where different < count {
      throw study.error(key, found: study.values[key]!.found, allowed: "a list of different ones")
    }
    let prunings = criteria.flatMap { criterion in
      (thresholds ?? criterion.defaultThresholds).map { CompressibilityStudy.Pruning(criterion, threshold: $0) }
    }
    let replicas = try study.integer("replicas", default: 1, in: counts)
    let noiseDraws = try study.integer("noise-draws", default: 0, in: 0...Int(UInt32.max))
    let savesWeights = try study.boolean("save-weights", default: false)
    let make: StudyMaker = { model, testData, noise throws(SimulationError) in
      .compressibility(
        try CompressibilityStudy(
          model: model, testData: testData, noise: noise, step: step, stop: stop, particles: particles,
          prunings: prunings, replicas: replicas, noiseDraws: noiseDraws, seed: seed, precision: precision,
          savesWeights: savesWeights))
    }
    return (make, nil, particles[0])
  }
}
