import Foundation
import McKeanVlasov
import Testing

@Suite struct ExperimentTests {
  // MARK: - Combinations

  /// The first key of the file varies slowest, whatever its name, across tables in their order.
  @Test func listsExpandInTheOrderOfTheFile() throws {
    let experiment = try Experiment(
      ExperimentText.chaos(
        model: "name = \"sine-interaction\"\ntheta = [1, 0.5]\ncoupling = [2, 3]",
        noise: "law = \"stable\"\nalpha = [1.5, 1.2]"))
    #expect(
      experiment.combinations.map { "\($0.label.setting) \($0.label.noise.alpha)" } == [
        "theta=1;coupling=2 1.5", "theta=1;coupling=2 1.2", "theta=1;coupling=3 1.5", "theta=1;coupling=3 1.2",
        "theta=0.5;coupling=2 1.5", "theta=0.5;coupling=2 1.2", "theta=0.5;coupling=3 1.5", "theta=0.5;coupling=3 1.2",
      ])
    let models = experiment.errorStudies.compactMap { $0.model as? SineInteraction }
    #expect(models.map(\.theta) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
    #expect(models.map(\.coupling) == [2, 2, 3, 3, 2, 2, 3, 3])
    #expect(experiment.errorStudies.map(\.noise.alpha) == [1.5, 1.2, 1.5, 1.2, 1.5, 1.2, 1.5, 1.2])
  }

  /// Every alpha for the stable law, Brownian noise once.
  @Test func listsOfLaws() throws {
    let experiment = try Experiment(
      ExperimentText.chaos(noise: "law = [\"brownian\", \"stable\"]\nalpha = [1.5, 1.2]"))
    #expect(
      experiment.combinations.map(\.label.noise.law) == [.brownian, .stable(alpha: 1.5), .stable(alpha: 1.2)])
  }

  @Test func keysInAnotherOrder() throws {
    let experiment = try Experiment(
      ExperimentText.chaos(model: "coupling = [2, 3]\nname = \"sine-interaction\"\ntheta = [1, 0.5]"))
    #expect(
      experiment.combinations.map(\.label.setting) == [
        "coupling=2;theta=1", "coupling=2;theta=0.5", "coupling=3;theta=1", "coupling=3;theta=0.5",
      ])
  }

  @Test func tablesInAnotherOrder() throws {
    let experiment = try Experiment(
      """
      [noise]
      law = "stable"
      alpha = [1.5, 1.2]
      [study]
      kind = "chaos"
      particles = [2, 4, 8]
      replicas = 8
      [time]
      horizon = 1
      steps = 4
      [model]
      name = "sine-interaction"
      theta = 1
      coupling = [2, 3]
      """)
    #expect(
      experiment.combinations.map { "\($0.label.noise.alpha) \($0.label.setting)" } == [
        "1.5 coupling=2", "1.5 coupling=3", "1.2 coupling=2", "1.2 coupling=3",
      ])
  }

  /// Only keys that vary, and no columns of their own.
  @Test func settingNamesWhatVaries() throws {
    func settings(model: String, noise: String) throws -> [String] {
      try Experiment(ExperimentText.chaos(model: model, noise: noise)).combinations.map(\.label.setting)
    }
    let model = "name = \"sine-interaction\"\ntheta = 1\ncoupling = "
    #expect(
      try settings(model: model + "2", noise: "law = \"stable\"\nalpha = [1.5, 1.2]\nscale = [1, 2]") == [
        "", "", "", "",
      ])
    #expect(
      try settings(model: model + "2", noise: "law = \"stable\"\nalpha = 1.5\nshape = [\"shared\", \"isotropic\"]") == [
        "", "",
      ])
    #expect(try settings(model: model + "[2]", noise: "law = \"brownian\"") == [""])
    #expect(try settings(model: model + "[2, 2.5]", noise: "law = \"brownian\"") == ["coupling=2", "coupling=2.5"])
    let names = "name = [\"sine-interaction\", \"ornstein-uhlenbeck\"]\ntheta = 1\ncoupling = 1"
    // the name has a column of its own
    #expect(try settings(model: names, noise: "law = \"brownian\"") == ["", ""])
  }

  /// Each model takes its own keys, and meets every value of another's once.
  @Test func listsOfModels() throws {
    let text = ExperimentText.chaos(
      model: """
        name = ["sine-interaction", "ornstein-uhlenbeck", "double-well"]
        theta = 1
        coupling = 1
        barrier = 1
        dimension = [1, 2]
        """)
    let experiment = try Experiment(text)
    #expect(
      experiment.combinations.map { "\($0.label.model) \($0.label.setting)" } == [
        "sine-interaction ", "ornstein-uhlenbeck dimension=1", "ornstein-uhlenbeck dimension=2", "double-well ",
      ])
    #expect(experiment.errorStudies.map(\.model.shape.noisy) == [1, 1, 2, 1])
    // what none of them knows is refused as ever
    #expect(throws: SimulationError.self) { try Experiment(text.replacing("barrier", with: "frequency")) }
  }

  /// A default that differs from model to model is not stated: read back, one model's would be another's.
  @Test func defaultsThatModelsDoNotShareAreNotStated() throws {
    func resolved(_ names: String) throws -> [String: ExperimentValue] {
      let text = ExperimentText.chaos(
        model: "name = \(names)\nactivation = \"tanh\"\nloss = \"cross-entropy\"\ntheta = 1\ncoupling = 1",
        rest: "[data]\nname = \"digits\"\nrows = 3")
      guard case .table(let model)? = try Experiment(text).resolved["model"] else { return [:] }
      return model
    }
    let both = try resolved("[\"two-layer-network\", \"sine-interaction\"]")
    #expect(both["initial"] == nil && both["weight-decay"] == .number(0) && both["theta"] == .integer(1))
    #expect(both["name"] == .list([.word("two-layer-network"), .word("sine-interaction")]))
    let alike = try resolved("[\"two-layer-network\", \"sine-interaction\", \"ornstein-uhlenbeck\"]")
    #expect(alike["dimension"] == .integer(1) && alike["initial"] == nil)
    let one = try Experiment(
      ExperimentText.chaos(model: "name = [\"sine-interaction\", \"ornstein-uhlenbeck\"]\ntheta = 1\ncoupling = 1"))
    guard case .table(let model)? = one.resolved["model"] else {
      throw SimulationError.missingKey(parameter: "model", allowed: "")
    }
    #expect(model["initial"] == .number(0))
  }

  /// A list of samplers is told apart by the setting.
  @Test func listsOfSamplers() throws {
    let experiment = try Experiment(
      ExperimentText.chaos(noise: "law = \"stable\"\nalpha = [1.5, 1.2]\nsampler = [\"gsl\", \"vector\"]"))
    #expect(experiment.combinations.map(\.label.noise.sampler) == [.gsl, .vector, .gsl, .vector])
    #expect(
      experiment.combinations.map { "\($0.label.noise.alpha) \($0.label.setting)" } == [
        "1.5 sampler=gsl", "1.5 sampler=vector", "1.2 sampler=gsl", "1.2 sampler=vector",
      ])
  }

  // MARK: - Values and defaults

  @Test func everyKeyIsRead() throws {
    let study = try #require(
      try Experiment(
        """
        [model]
        name = "ornstein-uhlenbeck"
        theta = 0.5
        coupling = 3
        dimension = 2
        initial = { law = "normal", mean = 1, standard-deviation = 0.5 }
        [noise]
        law = "stable"
        alpha = 1.5
        scale = 0.25
        shape = "isotropic"
        sampler = "gsl"
        [time]
        horizon = 2.5
        steps = { from = 4, to = 40, factor = 3 }
        [study]
        kind = "strong"
        particles = 7
        replicas = 9
        p = [0.25, 1]
        seed = 17
        reference = 1152
        precision = "single"
        """
      ).errorStudies.first)
    let model = try #require(study.model as? OrnsteinUhlenbeck)
    #expect(model.theta == 0.5 && model.coupling == 3)
    #expect(model.initial == Array(repeating: .normal(mean: 1, standardDeviation: 0.5), count: 2))
    #expect(study.noise == (try LevyNoise(law: .stable(alpha: 1.5), scale: 0.25, shape: .isotropic, sampler: .gsl)))
    #expect(study.levels.map(\.steps) == [4, 12, 36] && study.horizon == 2.5)
    #expect(study.systems.map(\.steps) == [4, 12, 36, 1152] && study.systems.allSatisfy { $0.particles == 7 })
    #expect(study.replicas == 9 && study.p == [0.25, 1] && study.seed == 17 && study.precision == .single)
  }

  @Test func defaults() throws {
    let experiment = try Experiment(ExperimentText.chaos())
    let study = try #require(experiment.errorStudies.first)
    #expect(study.p == [0.5] && study.seed == 1 && experiment.seed == 1)
    #expect(study.noise.scale == 1 && study.noise.shape == .independent)
    #expect(study.noise.sampler == .vector && study.precision == .double)
    guard case .table(let noise)? = experiment.resolved["noise"],
      case .table(let tableOfStudy)? = experiment.resolved["study"]
    else { throw SimulationError.missingKey(parameter: "noise", allowed: "") }
    #expect(noise["sampler"] == .word("vector") && tableOfStudy["precision"] == .word("double"))
    #expect(study.model.initial == [.constant(0)])
    #expect(study.systems.map(\.particles) == [2, 4, 8])
    #expect(experiment.name == "test" && experiment.kind == .chaos)
  }

  @Test(
    arguments: [
      ("2", .constant(2)), ("{ law = \"uniform\", low = 0, high = 2 }", .uniform(low: 0, high: 2)),
      ("{ law = \"uniform\" }", .uniform(low: -1, high: 1)),
      ("{ law = \"normal\" }", .normal(mean: 0, standardDeviation: 1)),
    ] as [(String, InitialLaw)])
  func initialLaws(text: String, law: InitialLaw) throws {
    let model = "name = \"sine-interaction\"\ntheta = 1\ncoupling = 2\ninitial = \(text)"
    #expect(try Experiment(ExperimentText.chaos(model: model)).errorStudies[0].model.initial == [law])
  }

  /// A law without all its keys has the others where the experiment is written down.
  @Test func lawsAreResolvedWithTheirDefaults() throws {
    let model = "name = \"sine-interaction\"\ntheta = 1\ncoupling = [1, 2]\ninitial = { law = \"normal\", mean = 2 }"
    guard case .table(let resolved)? = try Experiment(ExperimentText.chaos(model: model)).resolved["model"] else {
      throw SimulationError.missingKey(parameter: "model", allowed: "")
    }
    #expect(resolved["coupling"] == .list([.integer(1), .integer(2)]))
    #expect(
      resolved["initial"]
        == .table(["law": .word("normal"), "mean": .integer(2), "standard-deviation": .number(1)]))
  }

  @Test func aStableInitialLaw() throws {
    let model =
      "name = \"sine-interaction\"\ntheta = 1\ncoupling = 2\ninitial = { law = \"stable\", alpha = 1.2, scale = 3 }"
    let law = InitialLaw.stable(try StableLaw(alpha: 1.2, scale: 3))
    #expect(try Experiment(ExperimentText.chaos(model: model)).errorStudies[0].model.initial == [law])
  }

  @Test func keysOfTheOscillatorsAndOfTheDoubleWell() throws {
    func model(_ keys: String) throws -> (any McKeanVlasovModel)? {
      try Experiment(ExperimentText.chaos(model: keys)).errorStudies.first?.model
    }
    let oscillators = try #require(
      try model(
        "name = \"kuramoto\"\ncoupling = 3\nfrequency = { law = \"stable\", alpha = 1, scale = 0.5 }\ninitial = 0.25")
        as? Kuramoto)
    let lorentzian = InitialLaw.stable(try StableLaw(alpha: 1, scale: 0.5))
    #expect(oscillators.coupling == 3 && oscillators.frequency == lorentzian)
    #expect(oscillators.initial == [.constant(0.25), lorentzian])
    let identical = try #require(try model("name = \"kuramoto\"\ncoupling = -1") as? Kuramoto)
    #expect(identical.initial == [.constant(0), .constant(0)])

    let well = try #require(
      try model("name = \"double-well\"\nbarrier = 2\ncoupling = -0.5\nscheme = \"tamed\"\ninitial = 1") as? DoubleWell)
    #expect(well.barrier == 2 && well.coupling == -0.5 && well.scheme == .tamed && well.initial == [.constant(1)])
    let plain = try #require(try model("name = \"double-well\"\nbarrier = 1\ncoupling = 0") as? DoubleWell)
    #expect(plain.scheme == .splitting && plain.initial == [.constant(0)])
  }

  @Test func trajectories() throws {
    let text = ExperimentText.chaos()
      .replacing(
        "kind = \"chaos\"\nparticles = [2, 4, 8]\nreplicas = 8",
        with: "kind = \"trajectory\"\nparticles = 3\nsnapshots = 5")
    let experiment = try Experiment(text)
    guard case .trajectory(let study) = experiment.combinations[0].study else {
      Issue.record("not a trajectory")
      return
    }
    #expect(study.particles == 3 && study.replicas == 1 && study.snapshots == 5)
    #expect(study.times == [0, 0.25, 0.5, 0.75, 1])
  }

  // MARK: - Overrides

  @Test func setReplacesKeys() throws {
    let experiment = try Experiment(
      ExperimentText.chaos(),
      overrides: [
        "noise.alpha=[1.2, 1.7]", "study.seed = 5", "noise.shape=shared", "study.particles={ from = 2, to = 16 }",
        "model.initial=\"0\"", "model.initial=3",
      ])
    #expect(experiment.seed == 5 && experiment.combinations.map(\.label.noise.alpha) == [1.2, 1.7])
    #expect(experiment.errorStudies.allSatisfy { $0.noise.shape == .shared && $0.model.initial == [.constant(3)] })
    #expect(experiment.errorStudies[0].levels.map(\.particles) == [2, 4, 8, 16])
  }

  // MARK: - What it takes

  @Test func costCountsDrawsStepsAndBytes() throws {
    let experiment = try Experiment(ExperimentText.chaos(noise: "law = \"stable\"\nalpha = [1.5, 1.2]\nscale = [1, 0]"))
    let cost = experiment.cost(threads: 1)
    // 8 replicas of 8 particles and 4 steps, in the two combinations with noise; 2 + 4 + 8 particles move in all four.
    #expect(cost.draws == 2 * 8 * 8 * 4)
    #expect(cost.particleSteps == 4 * 8 * 14 * 4)
    #expect(cost.bytes > 14 * 8 && cost.bytes < 1 << 20)
    let isotropic = try Experiment(ExperimentText.chaos(noise: "law = \"stable\"\nalpha = 1.5\nshape = \"isotropic\""))
    #expect(isotropic.cost(threads: 1).draws == 2 * 8 * 8 * 4)
  }

  @Test func aCostBeyondAMachinesIntegersIsNoTrap() throws {
    let experiment = try Experiment(
      ExperimentText.chaos(study: "particles = [2, 4, 4294967295]\nreplicas = 4294967295"),
      overrides: ["time.steps=4294967295"])
    #expect(experiment.cost(threads: 1).draws > 1 << 60)
  }

  // MARK: - Built-in experiments

  @Test(arguments: Experiment.builtIn)
  func builtInExperimentsAreSound(name: String) throws {
    // the paper's data are not shipped: a few rows stand in, with the label in the first and in the last column
    let directory = try TemporaryDirectory()
    var overrides: [String] = []
    if name.hasPrefix("paper-") {
      let rows = (0..<40).map { "\($0 % 5 + 1),0.\($0),0.5,\($0 % 5 + 1)\n" }.joined()
      let file = try directory.file("rows.csv", rows)
      let text = try #require(Experiment.text(ofBuiltIn: name))
      overrides = ["train", "test"].filter { text.contains("\n\($0) = ") }.map { "data.\($0)=\"\(file)\"" }
      if text.contains("\nrows = ") { overrides.append("data.rows=20") }
    }
    let experiment = try Experiment(named: name, overrides: overrides)
    #expect(experiment.name == name && !experiment.combinations.isEmpty)
    #expect(try #require(Experiment.text(ofBuiltIn: name)).hasPrefix("# "))
    // Every curve has a claim, which is what it is there to show.
    for combination in experiment.combinations {
      guard case .error(let study) = combination.study else { continue }
      let variable = study.variable
      #expect(study.model.claim(on: .terminal, in: variable, noise: study.noise) != nil)
    }
  }

  /// What docs/paper.md says of them.
  @Test func experimentsOfThePaperAreAsDocumented() throws {
    for (name, lines) in [
      "paper-ecg5000": ["scale = 0.01", "dt = 0.01", "particles = [2000, 5000, 10000]", "stop = { steps = 1000 }"],
      "paper-ecg5000-five-class": ["scale = 0.03", "dt = 0.01", "stop = { train-accuracy = 0.95, max-steps = 5000 }"],
      "paper-ecg5000-stopping": ["scale = 0.003", "dt = 0.01", "stop = { train-accuracy = 0.95, max-steps = 2000 }"],
      "paper-ecg5000-mean-field": [
        "scale = 0.01", "dt = 0.1", "alpha = [1.5, 1.75, 1.9, 2.0]", "stop = { steps = 300 }",
      ],
      "paper-mnist": ["scale = 0.003", "dt = 0.01", "test-fraction = 0.2", "particles = [2000, 5000]"],
      "paper-fashion-mnist": ["scale = 0.003", "dt = 0.01", "rows = 5000", "particles = [2000, 5000]"],
      "theorem-compressibility": ["dt = { constant = 10.0, power = \"theorem\" }", "scale = [1.0, 0.1]"],
    ] {
      let text = try #require(Experiment.text(ofBuiltIn: name)).split(separator: "\n").map(String.init)
      #expect(Set(text).isSuperset(of: lines), "\(name)")
      let isMeanField = name.hasSuffix("mean-field") || name.hasPrefix("theorem")
      #expect(text.contains("activation = \(isMeanField ? "\"tanh\"" : "\"relu\"")"), "\(name)")
      #expect(text.contains("output-scaling = \"standard\"") == !isMeanField, "\(name)")
    }
  }

  @Test func namesOfBuiltInExperiments() {
    #expect(
      Set(Experiment.builtIn).isSuperset(of: [
        "network-chaos", "network-strong", "ou-chaos", "ou-strong", "sine-chaos", "sine-strong",
      ]))
    #expect(Experiment.text(ofBuiltIn: "no-such-experiment") == nil)
    #expect(throws: SimulationError.self) { try Experiment(named: "no-such-experiment") }
  }
}
