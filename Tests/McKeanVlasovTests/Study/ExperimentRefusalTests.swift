import McKeanVlasov
import Testing

/// What an experiment file may not say, and how it is told: place, key, what was found, what is allowed.
@Suite struct ExperimentRefusalTests {
  private static func message(_ text: String, overrides: [String] = []) -> String? {
    do {
      _ = try Experiment(text: text, name: "test", fileName: "test.toml", overrides: overrides)
      return nil
    } catch { return "\(error)" }
  }

  /// Changes of the sound file of `ExperimentText.chaos`, and the message.
  struct Case: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let message: String
    var testDescription: String { message }

    init(_ old: String, _ new: String, _ message: String) { (self.old, self.new, self.message) = (old, new, message) }

    static let all = [
      Case(
        "theta = 1", "thata = 1",
        "test.toml, line 3, model.thata: unknown key; did you mean theta?"),
      Case(
        "theta = 1", "theta = 1\ncuopling = 1", "test.toml, line 4, model.cuopling: unknown key; did you mean coupling?"
      ),
      Case("theta = 1", "theta = \"one\"", "test.toml, line 3, model.theta: found \"one\"; allowed: a finite number."),
      Case("theta = 1", "theta = nan", "test.toml, line 3, model.theta: found nan; allowed: a finite number."),
      Case("theta = 1", "theta = 1\nzzzzzzzz = 1", "test.toml, line 4, model.zzzzzzzz: unknown key; allowed: "),
      Case(
        "\"sine-interaction\"", "\"cosine\"",
        "test.toml, line 2, model.name: found \"cosine\"; allowed: \"ornstein-uhlenbeck\", \"sine-interaction\", "
          + "\"kuramoto\", \"double-well\", \"two-layer-network\"."),
      Case("alpha = 1.5", "alpha = 2.5", "test.toml, line 7, noise.alpha: found 2.5; allowed: a number from 0.1 to 2."),
      Case("alpha = 1.5", "alpha = 0", "test.toml, line 7, noise.alpha: found 0.0; allowed: a number from 0.1 to 2."),
      Case("alpha = 1.5", "alpha = nan", "test.toml, line 7, noise.alpha: found nan; allowed: a number from 0.1 to 2."),
      Case(
        "alpha = 1.5", "alpha = 1.5\nscale = -1",
        "test.toml, line 8, noise.scale: found -1.0; allowed: a finite number, 0 or larger."),
      Case(
        "alpha = 1.5", "",
        "test.toml, line 5, noise.alpha: missing; it has no default. Allowed: a number from 0.1 to 2."),
      Case(
        "alpha = 1.5", "alpha = 1.5\nsampler = \"scipy\"",
        "test.toml, line 8, noise.sampler: found \"scipy\"; allowed: \"vector\", \"gsl\"."),
      Case(
        "alpha = 1.5", "alpha = 1.5\nsampler = 1",
        "test.toml, line 8, noise.sampler: found 1; allowed: \"vector\", \"gsl\"."),
      Case(
        "alpha = 1.5", "alpha = 1.5\nsampler = [\"gsl\", \"gsl\"]",
        "test.toml, line 8, noise.sampler: found the list [\"gsl\", \"gsl\"]; allowed: a list of different"),
      Case(
        "alpha = 1.5", "alpha = 1.5\nprecision = \"single\"",
        "test.toml, line 8, noise.precision: unknown key; allowed: law, alpha, scale, shape, sampler."),
      Case(
        "replicas = 8", "replicas = 8\nprecision = \"float\"",
        "test.toml, line 15, study.precision: found \"float\"; allowed: \"double\", \"single\"."),
      Case(
        "replicas = 8", "replicas = 8\nprecision = [\"double\", \"single\"]",
        "test.toml, line 15, study.precision: found the list [\"double\", \"single\"]; allowed: \"double\", \"single\"."
      ),
      Case(
        "law = \"stable\"", "law = \"brownian\"",
        "test.toml, line 7, noise.alpha: found 1.5; allowed: no alpha with law = \"brownian\"."),
      Case(
        "alpha = 1.5", "alpha = [1.5, 1.5]",
        "test.toml, line 7, noise.alpha: found the list [1.5, 1.5]; allowed: a list of different numbers or words, at least one."
      ),
      Case(
        "alpha = 1.5", "alpha = []", "test.toml, line 7, noise.alpha: found the list []; allowed: a list of different"),
      Case("horizon = 1", "horizon = 0", "test.toml, line 9, time.horizon: found 0; allowed: a finite number above 0."),
      Case(
        "steps = 4", "steps = 4.5",
        "test.toml, line 10, time.steps: found 4.5; allowed: a whole number from 1 to 4294967295."),
      Case(
        "steps = 4", "steps = 4294967296",
        "test.toml, line 10, time.steps: found 4294967296; allowed: a whole number from 1 to 4294967295."),
      Case(
        "replicas = 8", "replicas = 1",
        "test.toml, line 14, study.replicas: found 1; allowed: a whole number from 8 to 4294967295."),
      Case(
        "particles = [2, 4, 8]", "particles = 0",
        "test.toml, line 13, study.particles: found 0; allowed: a ladder: { from, to, factor } or an increasing list of whole numbers."
      ),
      Case(
        "particles = [2, 4, 8]", "particles = [8, 4, 2]",
        "test.toml, line 13, study.particles: found [8, 4, 2]; allowed: an increasing list."),
      Case(
        "particles = [2, 4, 8]", "particles = { from = 8, to = 16, by = 3 }",
        "study.particles.by: unknown key; allowed: from, to, factor."),
      Case(
        "replicas = 8", "replicas = 8\np = 0",
        "test.toml, line 15, study.p: found 0.0; allowed: finite numbers above 0, from 1e-6 on."),
      Case(
        "replicas = 8", "replicas = 8\nseed = -1",
        "test.toml, line 15, study.seed: found -1; allowed: a whole number from 0 to 4294967295."),
      Case(
        "replicas = 8", "replicas = 8\nreference = 63",
        "test.toml, line 15, study.reference: found 63; allowed: \"next\", \"exact\", or at least 128 particles"),
      Case("kind = \"chaos\"", "kind = \"chaso\"", "test.toml, line 12, study.kind: found \"chaso\"; allowed: "),
      Case("[time]", "[tiem]", "test.toml, line 8, tiem: unknown key; did you mean time?"),
      Case(
        "[time]\nhorizon = 1\nsteps = 4\n", "",
        "test.toml, [time]: missing; it has no default. Allowed: a table [time]."),
      Case(
        "theta = 1", "theta = [[1]]",
        "test.toml, line 3, model.theta: found the list [[1]]; allowed: a list of different"),
      Case(
        "[model]", "[data]\nname = \"digits\"\n[model]",
        "test.toml, line 1, data: found a table; allowed: [data] with a two-layer-network only."),
      Case("theta = 1", "theta = ", "test.toml, line 3: "),
      Case(
        "coupling = 2", "coupling = 2\ninitial = { law = \"normal\", standard-deviation = -1 }",
        "model.initial.standard-deviation: found -1"),
      Case(
        "coupling = 2", "coupling = 2\ninitial = { law = \"stable\", alpha = 3 }",
        "model.initial.alpha: found 3.0; allowed: a number from 0.1 to 2."),
      Case(
        "coupling = 2", "coupling = 2\ninitial = { law = \"uniform\", low = 2 }",
        "model.initial.high: found 1.0; allowed: a finite number not below low."),
    ]
  }

  @Test(arguments: Case.all)
  func refusal(example: Case) throws {
    let sound = ExperimentText.chaos()
    #expect(Self.message(sound) == nil)
    let text = sound.replacing(example.old, with: example.new)
    #expect(text != sound)
    let message = try #require(Self.message(text))
    #expect(message.contains(example.message), "\(message)")
  }

  @Test(arguments: [
    ("noise.alpha=3", "--set noise.alpha: found 3.0; allowed: a number from 0.1 to 2."),
    ("noise.alhpa=1", "--set noise.alhpa: unknown key; did you mean alpha?"),
    ("alpha=1", "--set: found \"alpha=1\"; allowed: table.key=value."),
    ("noise.alpha", "--set: found \"noise.alpha\"; allowed: table.key=value."),
    ("study.replicas=many", "--set study.replicas: found \"many\"; allowed: a whole number from 8 to 4294967295."),
    ("nosie.alpha=1", "nosie: unknown key; did you mean noise?"),
  ])
  func overrides(override: String, message: String) throws {
    let found = try #require(Self.message(ExperimentText.chaos(), overrides: [override]))
    #expect(found.contains(message), "\(found)")
  }

  /// Single precision with an index of any combination that is too small.
  @Test func indicesTooSmallForSinglePrecisionAreRefused() throws {
    func message(_ alpha: String) -> String? {
      Self.message(
        ExperimentText.chaos(study: "particles = [2, 4, 8]\nreplicas = 8\nprecision = \"single\""),
        overrides: ["noise.alpha=\(alpha)"])
    }
    for alpha in ["0.25", "[1.5, 0.25]"] {
      #expect(
        message(alpha) == "test.toml, line 15, study.precision: found \"single\" with the tail index 0.25; "
          + "allowed: \"double\", since below 0.3 draws overflow single precision.")
    }
    #expect(message("0.3") == nil)
  }

  @Test func infiniteMomentsAndMissingLimitsNameTheirKeys() throws {
    let linear = ExperimentText.chaos(
      model: "name = \"ornstein-uhlenbeck\"\ntheta = 1\ncoupling = 1",
      study: "particles = [2, 4, 8]\nreplicas = 8\np = 1.5")
    #expect(
      try #require(Self.message(linear)).hasPrefix(
        "test.toml, line 15, study.p: found 1.5, but the error of this chaos ornstein-uhlenbeck study has tail index 1.5"
      ))
    let noLimit = try #require(Self.message(linear, overrides: ["noise.alpha=0.9", "study.p=0.5"]))
    #expect(noLimit.hasPrefix("--set noise.alpha: found 0.9, but features of linear growth have no mean"))
  }

  @Test func sizesBeyondMemoryAreRefusedBeforeTheyAreAllocated() throws {
    let text = ExperimentText.chaos(
      model: "name = \"ornstein-uhlenbeck\"\ntheta = 1\ncoupling = 1\ndimension = 4294967295")
    #expect(
      try #require(Self.message(text)).hasPrefix(
        "test.toml, line 5, model.dimension: found 4294967295; allowed: a whole number from 1 to "))
  }
}
