import McKeanVlasov
import Testing

/// Small experiments that take a few milliseconds.
enum Sample {
  static let chaos = """
    [model]
    name = "ornstein-uhlenbeck"
    theta = 1.0
    coupling = 1.0
    [noise]
    law = "stable"
    alpha = 1.5
    [time]
    horizon = 1.0
    steps = 8
    [study]
    kind = "chaos"
    particles = [2, 4, 8]
    replicas = 8

    """

  static let strong = """
    [model]
    name = "ornstein-uhlenbeck"
    theta = 1.0
    coupling = 1.0
    [noise]
    law = "stable"
    alpha = 1.5
    [time]
    horizon = 1.0
    steps = [4, 8, 16]
    [study]
    kind = "strong"
    particles = 4
    replicas = 8

    """

  static let joint = strong.replacing("\"strong\"", with: "\"joint\"")
    .replacing("particles = 4", with: "particles = [2, 4, 8]")

  static let law =
    chaos.replacing("\"chaos\"", with: "\"law\"") + """
      distance = ["kolmogorov", "characteristic-function", "wasserstein-1"]
      frequencies = [1.0, 2.0]
      reference = "exact"

      """

  static let lawOfTwoSystems = law.replacing("\"exact\"", with: "\"next\"")

  static let trajectory = """
    [model]
    name = "ornstein-uhlenbeck"
    theta = 1.0
    coupling = 1.0
    initial = { law = "normal" }
    [noise]
    law = "stable"
    alpha = 1.5
    [time]
    horizon = 2.0
    steps = 8
    [study]
    kind = "trajectory"
    particles = 5
    replicas = 2
    snapshots = 3

    """

  static let kuramoto = chaos.replacing("ornstein-uhlenbeck", with: "kuramoto").replacing("theta = 1.0\n", with: "")

  static let doubleWell = chaos.replacing("ornstein-uhlenbeck", with: "double-well")
    .replacing("theta = 1.0", with: "barrier = 1.0")

  static let expectation = """
    [model]
    name = "sine-interaction"
    theta = 1.0
    coupling = 2.0
    initial = 1.0
    [noise]
    law = "stable"
    alpha = 1.5
    [time]
    horizon = 1.0
    steps = [2, 4, 8]
    [study]
    kind = "expectation"
    particles = 4
    observables = ["order-parameter", { name = "cosine", frequency = 2 }]
    tolerance = 0.05
    replicas = 50

    """

  /// With `data.csv` beside it.
  static let network = """
    [data]
    train = "data.csv"
    [model]
    name = "two-layer-network"
    activation = "tanh"
    loss = "cross-entropy"
    [noise]
    law = "stable"
    alpha = 1.5
    [time]
    horizon = 1.0
    steps = 8
    [study]
    kind = "chaos"
    particles = [2, 4, 8]
    replicas = 8

    """

  static let data = "height,width,label\n1,2,0\n3,4,1\n5,6,2\n"

  /// What makes each built-in experiment quick: fewer replicas, fewer and smaller levels; blocks of particles are several
  /// in the chaos studies.
  static let quick: [String: [String]] = [
    "digits-compressibility": [
      "data.rows=40", "study.particles=[300,600]", "study.stop={ steps = 3 }", "study.replicas=2",
    ],
    "double-well-chaos": ["study.particles=[500,1500,4500]", "time.steps=4", "study.replicas=8"],
    "kuramoto-chaos": ["study.particles=[500,1500,4500]", "time.steps=4", "study.replicas=8"],
    "kuramoto-onset": ["model.coupling=[0.5,2.0]", "study.particles=5000", "time.steps=40", "study.replicas=2"],
    "network-chaos": ["data.rows=20", "study.particles=[100,300,900]", "time.steps=4", "study.replicas=8"],
    "network-joint": ["data.rows=20", "study.particles=[100,300,900]", "time.steps=[4,8,16]", "study.replicas=8"],
    "network-strong": ["data.rows=20", "study.particles=10", "time.steps=[4,8,16]", "study.replicas=8"],
    "ou-chaos": ["study.particles=[500,1500,4500]", "time.steps=4", "study.replicas=8"],
    "ou-law": ["study.particles=[500,1500,4500]", "time.steps=4", "study.replicas=8"],
    "ou-strong": ["study.particles=10", "time.steps=[4,8,16]", "study.replicas=8"],
    "pure-noise-compressibility": ["study.replicas=8"],
    "rate-against-alpha": [
      "noise.alpha=[1.2,2.0]", "study.particles=[500,1500,4500]", "time.steps=4", "study.replicas=8",
    ],
    "sine-chaos": ["study.particles=[500,1500,4500]", "time.steps=4", "study.replicas=8"],
    "sine-expectation": [
      "time.steps=[2,4,8,16]", "study.particles=16", "study.tolerance=[0.02,0.01]", "study.replicas=500",
    ],
    "sine-joint": ["study.particles=[500,1500,4500]", "time.steps=[4,8,16]", "study.replicas=8"],
    "sine-strong": ["study.particles=10", "time.steps=[4,8,16]", "study.replicas=8"],
    "theorem-compressibility": [
      "data.rows=20", "study.particles=[8,16]", "study.replicas=8", "study.noise-draws=2",
    ],
  ]

  /// The built-in experiments whose data are shipped: not the paper's.
  static let shipped = Experiment.builtIn.filter { !$0.hasPrefix("paper-") }

  /// Those whose model has no functions of single precision.
  static let ofDoublePrecisionAlone: Set = ["double-well-chaos", "kuramoto-chaos", "kuramoto-onset"]

  /// `--set` of each.
  static func quickArguments(_ name: String) throws -> [String] {
    try #require(quick[name], "no quick form of \(name) yet").flatMap { ["--set", $0] }
  }
}
