import Testing

/// Requests for surfaces, laws and several models that must be refused.
extension BadInput {
  private static func measuring(_ line: String, _ replacement: String, says: String...) -> BadInput {
    precondition(Sample.joint.contains(line))
    return BadInput(
      name: replacement.isEmpty ? "without \(line)" : replacement,
      text: Sample.joint.replacing(line, with: replacement), says: says)
  }

  static let claimsOnASurface =
    claim() + claim("variable = \"n\"\nexponent = -0.5", "variable = \"dt\"\nexponent = 1")

  static let joint: [BadInput] = [
    measuring("[4, 8, 16]", "16", says: "mine.toml, line 10, time.steps", "found 16", "a ladder"),
    measuring("[4, 8, 16]", "[4, 8]", says: "line 10, time.steps", "found [4, 8]", "the last one that closes"),
    measuring("[4, 8, 16]", "[4, 6, 12]", says: "line 10, time.steps", "found 4 measured against 6", "divide"),
    measuring("[4, 8, 16]", "[16, 8, 4]", says: "line 10, time.steps", "found [16, 8, 4]", "an increasing list"),
    measuring(
      "[4, 8, 16]", "{ from = 4, to = 4294967295 }", says: "line 10, time.steps", "found 4294967296", "to 4294967295"),
    measuring("[2, 4, 8]", "8", says: "line 13, study.particles", "found 8", "a ladder"),
    measuring("[2, 4, 8]", "[2, 4]", says: "line 13, study.particles", "found [2, 4]", "the last one that closes"),
    measuring("[2, 4, 8]", "[0, 4, 8]", says: "line 13, study.particles", "found 0", "from 1 to 4294967295"),
    measuring("particles = [2, 4, 8]", "", says: "line 11, study.particles", "missing", "a ladder"),
    measuring(
      "[2, 4, 8]", "[2, 4, 4294967295]", says: "line 13, study.particles", "MiB of memory", "fewer particles"),
    measuring("replicas = 8", "", says: "line 11, study.replicas", "missing", "from 8 to 4294967295"),
    measuring("replicas = 8", "replicas = 7", says: "line 14, study.replicas", "found 7", "from 8 to 4294967295"),
    measuring("alpha = 1.5", "alpha = 0.9", says: "line 7, noise.alpha", "found 0.9", "no limit", "alpha above 1"),
    measuring(
      "coupling = 1.0", "coupling = 1.0\ninitial = { law = \"stable\", alpha = 0.9 }", says: "line 5, model.initial",
      "tail index 0.9", "a law with a mean"),
    .added(to: Sample.joint, "p = 1.5", says: "line 15, study.p", "found 1.5", "tail index 1.5", "p below 1.5"),
    .added(to: Sample.joint, "p = 0", says: "line 15, study.p", "found 0.0", "above 0"),
    .added(to: Sample.joint, "reference = \"next\"", says: "line 15, study.reference", "unknown key", "replicas, p"),
    .added(to: Sample.joint, "observables = [\"mean\"]", says: "line 15, study.observables", "unknown key"),
    .added(to: Sample.joint, "precision = \"half\"", says: "line 15, study.precision", "found \"half\"", "\"single\""),
    // a joint study has moments alone
    .added(
      to: Sample.joint, claim("terminal", "terminal-median"), says: "line 16, claim.metric", "no curve",
      "allowed: terminal, grid-sup"),
    .added(
      to: Sample.joint, claim("terminal", "path-sup"), says: "line 16, claim.metric", "no curve",
      "allowed: terminal, grid-sup"),
    .added(
      to: Sample.joint, claim("terminal", "kolmogorov"), says: "line 16, claim.metric", "no curve",
      "allowed: terminal, grid-sup"),
    .added(to: Sample.joint, claim("\"n\"", "\"m\""), says: "line 17, claim.variable", "found \"m\"", "\"n\", \"dt\""),
    .added(to: Sample.joint, claim("\"n\"", "\"dt\""), says: "line 18, claim.exponent", "found -0.5", "not below 0"),
    .added(
      to: Sample.joint, claimsOnASurface + claim(), says: "line 26, claim-3.metric", "a second claim on terminal",
      "one claim a curve"),
  ]

  private static func comparing(
    _ line: String, _ replacement: String, in sample: String = Sample.law, says: String...
  ) -> BadInput {
    precondition(sample.contains(line))
    return BadInput(
      name: replacement.isEmpty ? "without \(line)" : replacement, text: sample.replacing(line, with: replacement),
      says: says)
  }

  private static let distances = "[\"kolmogorov\", \"characteristic-function\", \"wasserstein-1\"]"

  static let laws: [BadInput] = [
    comparing(
      distances, "\"kolmogorv\"", says: "mine.toml, line 15, study.distance", "found \"kolmogorv\"",
      "\"kolmogorov\", \"characteristic-function\", \"wasserstein-1\" or a list of them"),
    comparing(distances, "\"terminal\"", says: "line 15, study.distance", "found \"terminal\"", "\"wasserstein-1\""),
    comparing(distances, "[\"kolmogorov\", 1]", says: "line 15, study.distance", "found the list", "\"kolmogorov\""),
    comparing(distances, "[]", says: "line 15, study.distance", "found the list []", "\"kolmogorov\""),
    comparing(
      distances, "[\"characteristic-function\", \"characteristic-function\"]", says: "line 15, study.distance",
      "found [\"characteristic-function\", \"characteristic-function\"]", "different ones of \"kolmogorov\""),
    comparing("distance = ", "distances = ", says: "line 15, study.distances", "unknown key", "did you mean distance?"),
    comparing("[1.0, 2.0]", "0", says: "line 16, study.frequencies", "found [0.0]", "above 0"),
    comparing("[1.0, 2.0]", "[1, -1]", says: "line 16, study.frequencies", "found [1.0, -1.0]", "above 0"),
    comparing("[1.0, 2.0]", "[1, inf]", says: "line 16, study.frequencies", "found [1.0, inf]", "finite numbers"),
    comparing("[1.0, 2.0]", "nan", says: "line 16, study.frequencies", "found [nan]", "above 0"),
    comparing("[1.0, 2.0]", "[]", says: "line 16, study.frequencies", "found the list []", "above 0"),
    comparing("[1.0, 2.0]", "\"a\"", says: "line 16, study.frequencies", "found \"a\"", "above 0"),
    comparing("[1.0, 2.0]", "[1.0, 1.0]", says: "line 16, study.frequencies", "found [1.0, 1.0]", "different"),
    comparing("\"exact\"", "\"exat\"", says: "line 17, study.reference", "found \"exat\"", "\"next\", \"exact\""),
    comparing("\"exact\"", "63", says: "line 17, study.reference", "found 63", "at least 128 particles"),
    comparing("\"exact\"", "4294967296", says: "line 17, study.reference", "found 4294967296", "to 4294967295"),
    comparing(
      "coupling = 1.0", "coupling = 1.0\ninitial = { law = \"uniform\" }", says: "line 18, study.reference",
      "found \"exact\"", "limit law of ornstein-uhlenbeck from this initial law is not known"),
    comparing(
      "name = \"ornstein-uhlenbeck\"\ntheta = 1.0", "name = \"double-well\"\nbarrier = 1.0",
      says: "line 17, study.reference", "found \"exact\"", "limit law of double-well"),
    comparing(
      "coupling = 1.0", "coupling = 1.0\ndimension = 2", says: "line 13, study.kind",
      "found \"law\" of ornstein-uhlenbeck with 2 numbers", "models with one", "laws on the line"),
    BadInput(
      name: "the law of a network", text: network.replacing("\"chaos\"", with: "\"law\""),
      says: ["study.kind", "\"law\" of two-layer-network with 64 numbers", "models with one"]),
    comparing(
      "alpha = 1.5", "alpha = 1.0", says: "line 15, study.distance",
      "found \"wasserstein-1\" of laws with tail index 1",
      "infinite", "\"kolmogorov\" and \"characteristic-function\""),
    comparing(
      "alpha = 1.5", "alpha = [1.5, 0.9]", in: Sample.law.replacing("coupling = 1.0", with: "coupling = 0.0"),
      says: "line 15, study.distance", "tail index 0.9", "a tail index above 1"),
    comparing(
      "alpha = 1.5", "alpha = 0.9", in: Sample.law.replacing(", \"wasserstein-1\"", with: ""),
      says: "line 7, noise.alpha", "found 0.9", "no limit", "alpha above 1"),
    .added(
      to: Sample.law, "p = 1.5", says: "line 18, study.p", "found 1.5", "wasserstein-1 ornstein-uhlenbeck",
      "p below 1.5"),
    .added(to: Sample.law, "p = [0.5, 0.5]", says: "line 18, study.p", "found [0.5, 0.5]", "different"),
    .added(to: Sample.law, "p = 0", says: "line 18, study.p", "found 0.0", "above 0"),
    .added(to: Sample.law, "p = nan", says: "line 18, study.p", "found nan", "above 0"),
    .added(to: Sample.law, "p = []", says: "line 18, study.p", "found the list []", "above 0"),
    .added(to: Sample.law, "snapshots = 3", says: "line 18, study.snapshots", "unknown key", "distance, frequencies"),
    .added(to: Sample.law, "precision = \"half\"", says: "line 18, study.precision", "found \"half\"", "\"single\""),
    .added(distances.replacing("[", with: "distance = ["), says: "line 15, study.distance", "unknown key"),
    comparing("steps = 8", "steps = [4, 8]", says: "line 10, time.steps", "found the list [4, 8]", "a whole number"),
    comparing("[2, 4, 8]", "8", says: "line 13, study.particles", "found 8", "a ladder"),
    comparing("[2, 4, 8]", "[8, 4, 2]", says: "line 13, study.particles", "found [8, 4, 2]", "an increasing list"),
    comparing(
      "[2, 4, 8]", "[2, 4]", in: Sample.lawOfTwoSystems, says: "line 13, study.particles", "found [2, 4]",
      "the last one that closes"),
    // systems that share nothing stand side by side on the particles of the noise
    comparing(
      "[2, 4, 8]", "[2, 4, 4294967290]", in: Sample.lawOfTwoSystems, says: "line 13, study.particles",
      "found 4294967296", "to 4294967295"),
    comparing(
      "[2, 4, 8]", "[2, 4, 4294967295]", says: "line 13, study.particles", "MiB of memory", "fewer particles"),
    comparing("replicas = 8", "replicas = 7", says: "line 14, study.replicas", "found 7", "from 8 to 4294967295"),
    .added(
      to: Sample.law, claim(), says: "line 19, claim.metric", "no curve of this experiment", "allowed: kolmogorov"),
    .added(
      to: Sample.law, claim("terminal", "path-sup"), says: "line 19, claim.metric", "no curve of this experiment"),
    .added(
      to: Sample.law.replacing(", \"wasserstein-1\"", with: ""), claim("terminal", "wasserstein-1"),
      says: "line 19, claim.metric", "no curve of this experiment", "allowed: kolmogorov"),
    .added(to: Sample.law, claim("\"n\"", "\"dt\""), says: "line 20, claim.variable", "found \"dt\"", "\"n\""),
    .added(
      claim("terminal", "kolmogorov"), says: "line 16, claim.metric", "no curve of this experiment", "allowed: terminal"
    ),
    .added(
      claim("terminal", "path-sup"), says: "line 16, claim.metric", "no curve of this experiment", "allowed: terminal"),
    .added(
      claim("terminal", "distance"), says: "line 16, claim.metric", "found \"distance\"", "\"path-sup\"",
      "\"particle-max\"", "\"kolmogorov\", \"characteristic-function\", \"wasserstein-1\""),
  ]

  private static func stopping(_ lines: String, says: String...) -> BadInput {
    BadInput(name: lines, text: Sample.chaos.replacing("replicas = 8", with: "replicas = 32\n" + lines), says: says)
  }

  static let stoppingRules: [BadInput] = [
    .added(
      "half-width = 0.1", says: "mine.toml, line 14, study.replicas", "found 8", "with half-width at least 32"),
    stopping("half-width = 0.0", says: "line 15, study.half-width", "found 0.0", "a finite number above 0"),
    stopping(
      "half-width = [0.1]", says: "line 15, study.half-width", "found the list [0.1]", "a finite number above 0"),
    stopping("max-replicas = 64", says: "line 15, study.max-replicas", "found 64", "together with half-width only"),
    stopping("max-time = 1.0", says: "line 15, study.max-time", "found 1.0", "together with half-width only"),
    stopping(
      "half-width = 0.1\nmax-replicas = 16", says: "line 16, study.max-replicas", "found 16", "from 32 to 4294967295"),
    stopping(
      "half-width = 0.1\nmax-time = -1", says: "line 16, study.max-time", "found -1",
      "a finite number of seconds above 0"
    ),
    // what the limit allows must fit
    stopping(
      "half-width = 0.1\nmax-replicas = 4294967295", says: "line 16, study.max-replicas", "found 4294967295",
      "MiB of memory",
      "allowed: fewer"),
    .added(to: Sample.expectation, "half-width = 0.1", says: "study.half-width", "unknown key"),
    .added(to: Sample.trajectory, "half-width = 0.1", says: "study.half-width", "unknown key"),
  ]

  static let severalModels = Sample.chaos
    .replacing("\"ornstein-uhlenbeck\"", with: "[\"sine-interaction\", \"ornstein-uhlenbeck\"]")
    .replacing("coupling = 1.0", with: "coupling = 1.0\ndimension = 2")

  private static func choosing(_ line: String, _ replacement: String, says: String...) -> BadInput {
    precondition(severalModels.contains(line))
    return BadInput(name: replacement, text: severalModels.replacing(line, with: replacement), says: says)
  }

  static let listsOfModels: [BadInput] = [
    choosing(
      "\"sine-interaction\"", "\"sine\"", says: "mine.toml, line 2, model.name", "found \"sine\"",
      "\"ornstein-uhlenbeck\", \"sine-interaction\""),
    choosing(
      "\"sine-interaction\"", "\"ornstein-uhlenbeck\"", says: "line 2, model.name", "found the list",
      "a list of different"),
    choosing("\"sine-interaction\"", "3", says: "line 2, model.name", "found 3", "\"ornstein-uhlenbeck\""),
    choosing(
      "\"sine-interaction\", \"ornstein-uhlenbeck\"", "", says: "line 2, model.name", "the list []", "at least one"),
    choosing(
      "\"sine-interaction\"", "\"double-well\"", says: "line 1, model.barrier", "missing", "a finite number above 0"),
    // a key of a model that is not in the list
    choosing(
      "dimension = 2", "frequency = 1.0", says: "line 5, model.frequency", "unknown key", "theta, coupling", "dimension"
    ),
    choosing("dimension = 2", "dimensoin = 2", says: "line 5, model.dimensoin", "did you mean dimension?"),
    choosing("dimension = 2", "dimension = 0", says: "line 5, model.dimension", "found 0", "from 1 to"),
  ]
}
