import Testing

/// A request that must be refused: what is asked for, and what the one sentence must say.
struct BadInput: CustomTestStringConvertible {
  let name: String
  /// The experiment file, `mine.toml`; nil where there is none.
  var text: String? = Sample.chaos
  /// `data.csv`.
  var data: String? = nil
  var arguments = ["mine.toml"]
  var exitCode: Int32 = 65
  /// Where, what was found, and what is allowed.
  let says: [String]

  var testDescription: String { name }

  /// A sample with one line replaced.
  static func changed(
    in sample: String = Sample.chaos, _ line: String, _ replacement: String, data: String? = nil, says: String...
  ) -> BadInput {
    precondition(sample.contains(line))
    return BadInput(
      name: replacement.isEmpty ? "without \(line)" : replacement, text: sample.replacing(line, with: replacement),
      data: data, says: says)
  }

  /// A sample with lines added at its end.
  static func added(to sample: String = Sample.chaos, _ lines: String, says: String...) -> BadInput {
    BadInput(name: lines, text: sample + lines + "\n", says: says)
  }

  /// A network on a data file, with a line for [data].
  static func withData(_ name: String, _ data: String?, _ key: String = "", says: String...) -> BadInput {
    let text = Sample.network.replacing("[model]", with: key + "\n[model]")
    return BadInput(name: name, text: text, data: data, says: says)
  }

  /// The chaos sample with arguments.
  static func arguments(_ arguments: String..., exitCode: Int32 = 65, says: String...) -> BadInput {
    BadInput(
      name: arguments.joined(separator: " "), arguments: ["mine.toml"] + arguments, exitCode: exitCode, says: says)
  }
}

extension BadInput {
  static let network = Sample.network.replacing("train = \"data.csv\"", with: "name = \"digits\"\nrows = 3")

  static let keys: [BadInput] = [
    .changed(
      "theta = 1.0", "thetta = 1.0", says: "mine.toml, line 3, model.thetta", "unknown key", "did you mean theta?"),
    .added("replica = 9", says: "line 15, study.replica", "unknown key", "did you mean replicas?"),
    .added(
      "frobnicate = 9", says: "line 15, study.frobnicate", "unknown key",
      "kind, seed, precision, replicas, p, reference"),
    .added("snapshots = 3", says: "line 15, study.snapshots", "unknown key", "particles"),
    .changed("[2, 4, 8]", "{ from = 2, too = 8 }", says: "line 13, study.particles.to", "missing", "a whole number"),
    .changed(
      "[2, 4, 8]", "{ from = 2, to = 8, fcator = 2 }", says: "line 13, study.particles.fcator", "did you mean factor?"),
    .changed("theta = 1.0", "", says: "line 1, model.theta", "missing", "a finite number"),
    .changed("alpha = 1.5", "", says: "line 5, noise.alpha", "missing", "from 0.1 to 2"),
    .changed("horizon = 1.0", "", says: "line 8, time.horizon", "missing", "a finite number above 0"),
    .changed(
      "kind = \"chaos\"", "", says: "line 11, study.kind", "missing", "\"strong\", \"chaos\"", "\"expectation\""),
    .added("[nose]\nx = 1", says: "line 15, nose", "unknown key", "did you mean noise?"),
    .added("[extra]\nx = 1", says: "line 15, extra", "unknown key", "model, noise, time, study, data, claim"),
    .changed("[model]", "x = 1\n[model]", says: "line 1, x", "unknown key", "model, noise, time, study, data, claim"),
    .changed("[noise]\nlaw = \"stable\"\nalpha = 1.5\n", "", says: "mine.toml, [noise]", "missing", "a table"),
    BadInput(
      name: "model = 1", text: "model = 1\n", says: ["mine.toml, line 1, model", "found 1", "a table, [model]"]),
    .changed(
      "ornstein-uhlenbeck", "ornstein", says: "line 2, model.name", "found \"ornstein\"", "\"sine-interaction\""),
    .added("[data]\nname = \"digits\"", says: "line 15, data", "found a table", "with a two-layer-network only"),
  ]

  static let values: [BadInput] = [
    .changed("theta = 1.0", "theta = \"a\"", says: "mine.toml, line 3, model.theta", "found \"a\"", "a finite number"),
    .changed("theta = 1.0", "theta = true", says: "line 3, model.theta", "found true", "a finite number"),
    .changed("theta = 1.0", "theta = 2020-01-01", says: "line 3, model.theta", "a date or a time", "a finite number"),
    .changed("theta = 1.0", "theta = []", says: "line 3, model.theta", "found the list []", "a list of different"),
    .changed(
      "theta = 1.0", "theta = [[1]]", says: "line 3, model.theta", "found the list [[1]]", "a list of different"),
    .changed(
      "theta = 1.0", "theta = [1, 1.0]", says: "line 3, model.theta", "the list [1, 1.0]", "a list of different"),
    .changed("theta = 1.0", "theta = [1, \"a\"]", says: "line 3, model.theta", "found \"a\"", "a finite number"),
    .changed("alpha = 1.5", "alpha = 0", says: "mine.toml, line 7, noise.alpha", "found 0.0", "from 0.1 to 2"),
    .changed("alpha = 1.5", "alpha = 0.05", says: "line 7, noise.alpha", "found 0.05", "from 0.1 to 2"),
    .changed("alpha = 1.5", "alpha = 2.5", says: "line 7, noise.alpha", "found 2.5", "from 0.1 to 2"),
    .changed("alpha = 1.5", "alpha = nan", says: "line 7, noise.alpha", "found nan", "from 0.1 to 2"),
    .changed("alpha = 1.5", "alpha = [1.5, -1]", says: "line 7, noise.alpha", "found -1.0", "from 0.1 to 2"),
    .changed("\"stable\"", "\"gauss\"", says: "line 6, noise.law", "found \"gauss\"", "\"stable\", \"brownian\""),
    .changed(
      "\"stable\"", "\"brownian\"", says: "line 7, noise.alpha", "found 1.5", "no alpha with law = \"brownian\""),
    .changed("alpha = 1.5", "alpha = 1.5\nscale = -1", says: "line 8, noise.scale", "found -1.0", "0 or larger"),
    .changed("alpha = 1.5", "alpha = 1.5\nscale = inf", says: "line 8, noise.scale", "found inf", "0 or larger"),
    .changed(
      "alpha = 1.5", "alpha = 1.5\nshape = \"Gr\u{f6}\u{df}e\\n\"", says: "line 8, noise.shape",
      "found \"Gr\u{f6}\u{df}e\\u000a\"", "\"independent\", \"shared\", \"isotropic\""),
    .changed(
      "alpha = 1.5", "alpha = 1.5\nsampler = \"fast\"", says: "line 8, noise.sampler", "found \"fast\"",
      "\"vector\", \"gsl\""),
    .changed("horizon = 1.0", "horizon = 0", says: "line 9, time.horizon", "found 0", "a finite number above 0"),
    .changed("horizon = 1.0", "horizon = inf", says: "line 9, time.horizon", "found inf", "a finite number above 0"),
    .changed("steps = 8", "steps = 0", says: "line 10, time.steps", "found 0", "from 1 to 4294967295"),
    .changed("steps = 8", "steps = 8.0", says: "line 10, time.steps", "found 8.0", "a whole number"),
    .changed(
      "steps = 8", "steps = 4294967296", says: "line 10, time.steps", "found 4294967296", "from 1 to 4294967295"),
    .changed(
      "\"chaos\"", "\"caos\"", says: "line 12, study.kind", "found \"caos\"", "\"strong\", \"chaos\"", "\"expectation\""
    ),
    .changed("replicas = 8", "replicas = 1", says: "line 14, study.replicas", "found 1", "from 8 to 4294967295"),
    .added("seed = -1", says: "line 15, study.seed", "found -1", "from 0 to 4294967295"),
    .changed(
      "alpha = 1.5", "alpha = 1.5\nsampler = [\"gsl\", \"gsl\"]", says: "line 8, noise.sampler",
      "found the list [\"gsl\", \"gsl\"]", "a list of different"),
    .added("precision = \"half\"", says: "line 15, study.precision", "found \"half\"", "\"double\", \"single\""),
    .added("precision = 32", says: "line 15, study.precision", "found 32", "\"double\", \"single\""),
    .added(
      "precision = [\"double\", \"single\"]", says: "line 15, study.precision",
      "found the list [\"double\", \"single\"]", "\"double\", \"single\""),
    BadInput(
      name: "single precision with alpha = 0.2", text: Sample.trajectory.replacing("alpha = 1.5", with: "alpha = 0.2"),
      arguments: ["mine.toml", "--set", "study.precision=single"],
      says: [
        "--set study.precision", "found \"single\" with the tail index 0.2",
        "allowed: \"double\", since below 0.3 draws overflow",
      ]),
    .changed(
      "coupling = 1.0", "coupling = 1.0\ninitial = \"x\"", says: "line 5, model.initial", "found \"x\"",
      "{ law = \"uniform\", low, high }"),
    .changed(
      "coupling = 1.0", "coupling = 1.0\ninitial = { law = \"cauchy\" }", says: "line 5, model.initial.law",
      "found \"cauchy\"", "\"normal\", \"uniform\", \"stable\""),
    .changed(
      "coupling = 1.0", "coupling = 1.0\ninitial = { law = \"uniform\", low = 2 }", says: "line 5, model.initial.high",
      "found 1", "not below low"),
    .changed(
      "coupling = 1.0", "coupling = 1.0\ndimension = 0", says: "line 5, model.dimension", "found 0", "from 1 to"),
  ]

  /// Keys of the oscillators and of the double well.
  static let systems: [BadInput] = [
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "", says: "mine.toml, line 1, model.coupling", "missing", "finite number"),
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "coupling = inf", says: "line 3, model.coupling", "found inf",
      "a finite number"),
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "coupling = 1.0\ntheta = 1.0", says: "line 4, model.theta", "unknown key",
      "name, coupling, frequency, initial"),
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "coupling = 1.0\nfrequncy = 1.0", says: "line 4, model.frequncy",
      "unknown key", "did you mean frequency?"),
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "coupling = 1.0\nfrequency = \"x\"", says: "line 4, model.frequency",
      "found \"x\"", "{ law = \"stable\", alpha, scale }"),
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "coupling = 1.0\nfrequency = { law = \"lorentzian\" }",
      says: "line 4, model.frequency.law", "found \"lorentzian\"", "\"normal\", \"uniform\", \"stable\""),
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "coupling = 1.0\nfrequency = { law = \"stable\", alpha = 1, scale = -1 }",
      says: "line 4, model.frequency.scale", "found -1", "0 or larger"),
    .changed(
      in: Sample.kuramoto, "coupling = 1.0", "coupling = 1.0\nfrequency = { law = \"normal\" }",
      says: "line 15, study.reference", "found \"exact\"", "\"next\" or a number",
      "kuramoto with oscillators that differ has no"
    ).with(line: "reference = \"exact\""),
    .changed(
      in: Sample.kuramoto, "alpha = 1.5", "alpha = 1.5\nscale = 0", says: "line 15, study.reference", "found \"exact\"",
      "kuramoto without noise has no known mean field"
    ).with(line: "reference = \"exact\""),
    .changed(
      in: Sample.kuramoto, "alpha = 1.5", "alpha = 1.5\nscale = 1e-9", says: "line 15, study.reference",
      "found \"exact\"", "kuramoto with too little noise beside the coupling has no known mean field"
    ).with(line: "reference = \"exact\""),
    .added(
      to: Sample.kuramoto, "precision = \"single\"", says: "line 14, study.precision", "\"single\" with kuramoto",
      "\"double\""),
    .changed(
      in: Sample.doubleWell, "barrier = 1.0", "", says: "line 1, model.barrier", "missing", "a finite number above 0"),
    .changed(
      in: Sample.doubleWell, "barrier = 1.0", "barrier = 0", says: "line 3, model.barrier", "found 0", "above 0"),
    .changed(
      in: Sample.doubleWell, "barrier = 1.0", "barrier = inf", says: "line 3, model.barrier", "found inf", "above 0"),
    .changed(
      in: Sample.doubleWell, "coupling = 1.0", "coupling = nan", says: "line 4, model.coupling", "found nan", "finite"),
    .changed(
      in: Sample.doubleWell, "coupling = 1.0", "coupling = 1.0\nscheme = \"euler\"", says: "line 5, model.scheme",
      "found \"euler\"", "\"splitting\", \"tamed\""),
    .added(
      to: Sample.doubleWell, "reference = \"exact\"", says: "line 15, study.reference", "found \"exact\"",
      "double-well with these settings"),
    .added(
      to: Sample.doubleWell, "precision = \"single\"", says: "line 15, study.precision", "\"single\" with double-well"),
    .changed(
      in: Sample.doubleWell.replacing("coupling = 1.0", with: "coupling = 1.0\nscheme = \"tamed\""), "alpha = 1.5",
      "alpha = 1.0", says: "line 8, noise.alpha", "found 1.0", "no limit", "alpha above 1"),
    .added(
      to: Sample.doubleWell.replacing("coupling = 1.0", with: "coupling = 1.0\nscheme = \"tamed\""), "p = 1.5",
      says: "line 16, study.p", "found 1.5", "tail index 1.5", "another rate", "p below 1.5"),
    .added(
      to: Sample.strong.replacing("ornstein-uhlenbeck", with: "double-well").replacing("theta", with: "barrier"),
      "p = 1.2", says: "line 15, study.p", "found 1.2", "tail index 1.16", "another rate"),
  ]

  static let sizes: [BadInput] = [
    .changed("[2, 4, 8]", "[0, 4, 8]", says: "mine.toml, line 13, study.particles", "found 0", "from 1 to 4294967295"),
    .changed(
      "[2, 4, 8]", "[2.0, 4, 8]", says: "line 13, study.particles", "found the list [2.0, 4, 8]", "whole numbers"),
    .changed("[2, 4, 8]", "[8, 4, 2]", says: "line 13, study.particles", "found [8, 4, 2]", "an increasing list"),
    .changed("[2, 4, 8]", "[2, 2, 8]", says: "line 13, study.particles", "found [2, 2, 8]", "an increasing list"),
    .changed("[2, 4, 8]", "[2, 4]", says: "line 13, study.particles", "found [2, 4]", "the last one that closes"),
    .changed("[2, 4, 8]", "[]", says: "line 13, study.particles", "found []", "at least 3 values"),
    .changed("[2, 4, 8]", "8", says: "line 13, study.particles", "found 8", "{ from, to, factor }"),
    .changed("[2, 4, 8]", "{ from = 8, to = 2 }", says: "line 13, study.particles", "from 8 to 2", "goes up"),
    .changed(
      "[2, 4, 8]", "{ from = 2, to = 8, factor = 1.5 }", says: "line 13, study.particles.factor", "found 1.5",
      "a whole number from 2"),
    .changed(
      "[2, 4, 8]", "[2, 4, 4294967296]", says: "line 13, study.particles", "found 4294967296", "from 1 to 4294967295"),
    .changed(
      "[2, 4, 8]", "{ from = 2, to = 4294967295 }", says: "line 13, study.particles", "found 4294967296",
      "from 1 to 4294967295"),
    .changed(
      "[2, 4, 8]", "{ from = 1, to = 4294967295, factor = 4294967295 }", says: "line 13, study.particles",
      "from 1 to 4294967295"),
    .changed(
      in: Sample.chaos.replacing("coupling = 1.0", with: "coupling = 1.0\ndimension = 1000"), "[2, 4, 8]",
      "[2, 4, 4294967295]", says: "mine.toml, line 14, study.particles", "MiB of memory", "fewer particles"),
    .changed(
      "replicas = 8", "replicas = 4294967295", says: "study.particles", "MiB of memory", "fewer particles, replicas"),
    .changed(
      "coupling = 1.0", "coupling = 1.0\ndimension = 4294967295", says: "line 5, model.dimension", "found 4294967295",
      "from 1 to"),
    .changed(
      in: Sample.strong, "[4, 8, 16]", "[4, 6, 12]", says: "mine.toml, line 10, time.steps",
      "found 4 measured against 6",
      "divide"),
    .changed(in: Sample.strong, "[4, 8, 16]", "16", says: "line 10, time.steps", "found 16", "a ladder"),
    .changed(
      in: Sample.trajectory, "snapshots = 3", "snapshots = 4", says: "mine.toml, line 16, study.snapshots", "found 4",
      "a divisor of the 8 steps"),
    .changed(in: Sample.trajectory, "snapshots = 3", "snapshots = 1", says: "study.snapshots", "found 1", "from 2"),
    .changed(in: Sample.trajectory, "replicas = 2", "replicas = 0", says: "study.replicas", "found 0", "from 1 to"),
  ]

  static let references: [BadInput] = [
    .added("reference = 127", says: "mine.toml, line 15, study.reference", "found 127", "at least 128 particles"),
    .added("reference = \"nxt\"", says: "line 15, study.reference", "found \"nxt\"", "\"next\", \"exact\""),
    .added("reference = 128.0", says: "line 15, study.reference", "found 128.0", "a whole number"),
    .added("reference = 4294967296", says: "line 15, study.reference", "found 4294967296", "to 4294967295"),
    .added(to: Sample.strong, "reference = 511", says: "line 15, study.reference", "found 511", "at least 512 steps"),
    .added(to: Sample.strong, "reference = 600", says: "line 10, time.steps", "16 measured against 600", "divide"),
    .added(to: Sample.strong, "reference = \"exact\"", says: "line 15, study.reference", "found \"exact\"", "\"next\""),
    .added(
      to: BadInput.network, "reference = \"exact\"", says: "study.reference", "found \"exact\"", "no known mean field"),
    .changed(
      "coupling = 1.0", "coupling = 0.0\ninitial = { law = \"stable\", alpha = 0.9 }",
      says: "study.reference", "found \"exact\"", "from an initial law without a mean has no known mean field"
    ).with(line: "reference = \"exact\""),
  ]

  private static func observing(_ observables: String, says: String...) -> BadInput {
    BadInput(name: observables, text: Sample.trajectory + "observables = \(observables)\n", says: says)
  }

  static let observables: [BadInput] = [
    observing(
      "\"mean\"", says: "mine.toml, line 17, study.observables", "found \"mean\"", "a list of different observables"),
    observing("[]", says: "line 17, study.observables", "found the list []", "\"accuracy\", \"loss\", \"mean\""),
    observing(
      "[\"cosine\"]", says: "line 17, study.observables", "found \"cosine\"", "{ name = \"cosine\", frequency }"),
    observing("[\"mean\", \"mean\"]", says: "line 17, study.observables", "found mean twice", "different"),
    observing("[1]", says: "line 17, study.observables", "found 1", "\"mean\""),
    observing(
      "[{ name = \"mean\" }]", says: "line 17, study.observables.name", "found \"mean\"", "\"cosine\", \"quantile\""),
    observing("[{ name = \"cosine\" }]", says: "line 17, study.observables.frequency", "missing", "a finite number"),
    observing(
      "[{ name = \"cosine\", frequency = inf }]", says: "line 17, study.observables.frequency", "found inf", "finite"),
    observing(
      "[{ name = \"cosine\", frequencey = 1 }]", says: "line 17, study.observables.frequencey", "unknown key",
      "did you mean frequency?"),
    observing(
      "[{ name = \"quantile\", order = 1.5 }]", says: "line 17, study.observables.order", "found 1.5", "from 0 to 1"),
    observing(
      "[{ name = \"probability-beyond\", level = \"a\" }]", says: "line 17, study.observables.level", "found \"a\"",
      "a finite number"),
    observing(
      "[{ name = \"feature-mean\", index = 1 }]", says: "line 17, study.observables", "feature-mean(1)",
      "an index from 0 to 0"),
    observing(
      "[{ name = \"feature-mean\", index = -1 }]", says: "line 17, study.observables.index", "found -1", "from 0 to"),
    observing("[\"loss\"]", says: "line 17, study.observables", "\"loss\" of ornstein-uhlenbeck", "two-layer-network"),
    .added(
      to: Sample.trajectory, "states = false", says: "line 17, study.states", "found false", "true, or observables"),
    .added(to: Sample.trajectory, "states = 1", says: "line 17, study.states", "found 1", "true or false"),
    .added("observables = [\"mean\"]", says: "line 15, study.observables", "unknown key"),
  ]

  private static func expecting(_ line: String, _ replacement: String, says: String...) -> BadInput {
    precondition(Sample.expectation.contains(line))
    return BadInput(
      name: replacement.isEmpty ? "without \(line)" : replacement,
      text: Sample.expectation.replacing(line, with: replacement), says: says)
  }

  static let expectations: [BadInput] = [
    expecting(
      "\"order-parameter\"", "\"mean\"", says: "mine.toml, line 15, study.observables",
      "mean, whose tail index is 1.5, so that its variance is infinite", "cosine, order-parameter", "alpha = 2"),
    expecting(
      "\"order-parameter\"", "{ name = \"quantile\", order = 0.1 }", says: "line 15, study.observables",
      "quantile(0.1), whose tail index is 1.5", "an inner quantile"),
    expecting("tolerance = 0.05", "", says: "line 12, study.tolerance", "missing", "a finite number above 0"),
    expecting("tolerance = 0.05", "tolerance = 0", says: "line 16, study.tolerance", "found [0.0]", "above 0"),
    expecting("tolerance = 0.05", "tolerance = [1, 1]", says: "line 16, study.tolerance", "[1.0, 1.0]", "different"),
    expecting("tolerance = 0.05", "tolerance = \"a\"", says: "line 16, study.tolerance", "found \"a\"", "above 0"),
    expecting(
      "tolerance = 0.05", "tolerance = 1\nmethod = \"multi\"", says: "line 17, study.method", "found \"multi\"",
      "\"plain\", \"multilevel\" or a list"),
    expecting(
      "tolerance = 0.05", "tolerance = 1\nmethod = [\"plain\", \"plain\"]", says: "line 17, study.method", "or both"),
    expecting("[2, 4, 8]", "8", says: "line 11, time.steps", "found 8", "a ladder"),
    expecting("[2, 4, 8]", "[2, 4, 6]", says: "line 11, time.steps", "found 4 before 6", "divide the next"),
    expecting(
      "particles = 4", "particles = [4, 6, 12]", says: "line 14, study.particles", "found 4 before 6", "divide"),
    BadInput(
      name: "an initial law without a mean, and particles on a ladder",
      text: Sample.expectation.replacing("particles = 4", with: "particles = [4, 8, 16]")
        .replacing("law = \"stable\"\nalpha = 1.5", with: "law = \"brownian\"")
        .replacing("initial = 1.0", with: "initial = { law = \"stable\", alpha = 0.8 }")
        .replacing("sine-interaction", with: "ornstein-uhlenbeck"),
      says: ["line 5, model.initial", "tail index 0.8", "a law with a mean"]),
    expecting("particles = 4", "particles = 0", says: "line 14, study.particles", "found 0", "from 1 to"),
    expecting("particles = 4", "particles = 4.0", says: "line 14, study.particles", "found 4.0", "a ladder"),
    expecting(
      "replicas = 50", "replicas = 31", says: "line 17, study.replicas", "found 31",
      "from 32 to 67108864"),
    expecting(
      "replicas = 50", "replicas = 1000000000", says: "line 17, study.replicas",
      "found 1000000000", "from 32 to 67108864"),
    expecting("replicas = 50", "p = 1", says: "line 17, study.p", "unknown key"),
    expecting("replicas = 50", claim(), says: "claim.metric", "found a claim", "[[claim]] in"),
    expecting("alpha = 1.5", "alpha = [1.5, 0.05]", says: "line 8, noise.alpha", "found 0.05", "from 0.1 to 2"),
  ]

  /// Moments that are infinite, and features without a mean.
  static let moments: [BadInput] = [
    .added("p = 0", says: "mine.toml, line 15, study.p", "found 0.0", "above 0"),
    .added("p = -1", says: "line 15, study.p", "found -1.0", "above 0"),
    .added("p = 1e-300", says: "line 15, study.p", "found 1e-300", "from 1e-6 on"),
    .added("p = nan", says: "line 15, study.p", "found nan", "above 0"),
    .added("p = []", says: "line 15, study.p", "found the list []", "a number above 0"),
    .added("p = [0.5, 0.5]", says: "line 15, study.p", "found [0.5, 0.5]", "different numbers"),
    .added("p = [0.5, 1.5]", says: "line 15, study.p", "found 1.5", "tail index 1.5", "p below 1.5"),
    .added(to: Sample.strong, "p = 1.5", says: "line 15, study.p", "found 1.5", "tail index 1.5", "p below 1.5"),
    .added(
      to: Sample.strong.replacing("coupling = 1.0", with: "coupling = 0.0"), "p = 1.6", says: "line 15, study.p",
      "found 1.6",
      "p below 1.5"),
    .added(
      to: Sample.strong.replacing("ornstein-uhlenbeck", with: "sine-interaction"), "p = 2", says: "line 15, study.p",
      "found 2.0", "p below 1.5"),
    .added(
      to: BadInput.network.replacing("tanh", with: "relu"), "p = 1.5", says: "study.p", "found 1.5", "p below 1.5"),
    .added(
      to: BadInput.network.replacing("tanh", with: "softplus"), "p = 2", says: "study.p", "found 2.0", "p below 1.5"),
    .added(
      to: strongNetwork.replacing("[noise]", with: "weight-decay = 0.1\n[noise]"), "p = 2", says: "study.p",
      "p below 1.5"),
    .changed(
      "alpha = 1.5", "alpha = [1.5, 1.0]", says: "line 7, noise.alpha", "found 1.0", "no limit", "alpha above 1"),
    .changed("alpha = 1.5", "alpha = 0.9", says: "line 7, noise.alpha", "found 0.9", "coupling = 0"),
    .changed(
      in: BadInput.network.replacing("tanh", with: "relu"), "alpha = 1.5", "alpha = 0.9", says: "noise.alpha",
      "found 0.9",
      "a bounded activation"),
    .changed(
      "coupling = 1.0", "coupling = 1.0\ninitial = { law = \"stable\", alpha = 0.9 }", says: "line 5, model.initial",
      "tail index 0.9", "a law with a mean"),
  ]

  static let strongNetwork = BadInput.network.replacing("steps = 8", with: "steps = [4, 8, 16]")
    .replacing("\"chaos\"", with: "\"strong\"").replacing("[2, 4, 8]", with: "2")

  static func claim(_ change: String = "", _ replacement: String = "", more: String = "") -> String {
    let claim = "[[claim]]\nmetric = \"terminal\"\nvariable = \"n\"\nexponent = -0.5\nsource = \"Theorem 1\"\n" + more
    return change.isEmpty ? claim : claim.replacing(change, with: replacement)
  }

  static let claims: [BadInput] = [
    .added(
      claim() + claim(), says: "mine.toml, line 21, claim-2.metric", "a second claim on terminal", "one claim a curve"),
    .added(claim("terminal", "off-grid"), says: "line 16, claim.metric", "no curve", "terminal, grid-sup"),
    .added(claim(more: "alpha = 1.2"), says: "line 20, claim.alpha", "no curve", "allowed: 1.5"),
    .added(claim(more: "p = 0.7"), says: "line 20, claim.p", "no curve", "allowed: 0.5"),
    .added(claim("terminal", "termial"), says: "line 16, claim.metric", "found \"termial\"", "\"terminal\""),
    .added(claim("\"n\"", "\"dt\""), says: "line 17, claim.variable", "found \"dt\"", "\"n\""),
    .added(claim("-0.5", "0.5"), says: "line 18, claim.exponent", "found 0.5", "not above 0"),
    .added(claim("source = \"Theorem 1\"", ""), says: "line 15, claim.source", "missing", "text in quotes"),
    .added(claim(more: "kind = \"upper\""), says: "line 20, claim.kind", "found \"upper\"", "\"rate\", \"bound\""),
    .added("[claim]\nmetric = \"terminal\"", says: "line 15, claim", "found the table", "[[claim]]"),
    .changed("[model]", "claim = [1]\n[model]", says: "mine.toml, line 1, claim", "found 1", "[[claim]]"),
    .added(
      to: Sample.trajectory, claim(), says: "claim.metric", "found a claim",
      "chaos, strong, joint, law and compressibility studies"),
  ]

  static let dataFiles: [BadInput] = [
    .withData(
      "a ragged row", "a,b,y\n1,2,0\n3,4\n", says: "mine.toml, line 2, data.train", "data.csv, line 3",
      "2 columns found",
      "3 expected"),
    .withData("a longer row", "1,2,0\n3,4,1,5\n", says: "data.csv, line 2", "4 columns found", "3 expected"),
    .withData(
      "not a number", "a,b,y\n1,2,0\n3,x,1\n", says: "data.csv, line 3", "column 2 holds \"x\"", "a finite number"),
    .withData("NaN", "a,b,y\n1,2,0\n3,nan,1\n", says: "data.csv, line 3", "column 2 holds \"nan\"", "a finite number"),
    .withData("an empty cell", "a,b,y\n1,,0\n", says: "data.csv, line 2", "column 2 holds \"\"", "a finite number"),
    .withData("an empty label", "1,2,\n3,4,1\n", says: "data.csv, line 1", "column 3 holds \"\"", "a label"),
    .withData("a NaN label", "1,2,nan\n3,4,1\n", says: "data.csv, line 1", "column 3 holds \"nan\"", "a label"),
    .withData(
      "CR LF", "a,b,y\r\n1,2,0\r\n3,x,1\r\n", says: "data.csv, line 3", "column 2 holds \"x\"", "a finite number"),
    .withData("an empty file", "", says: "data.csv", "it is empty", "CSV or TSV is expected"),
    .withData("a header alone", "a,b,y\n", says: "data.csv", "a header and no data"),
    .withData("one column", "1\n2\n", says: "data.csv, line 1", "one column", "at least one input"),
    .withData("not text", "a\0b", says: "data.csv", "not text", "CSV or TSV is expected"),
    .withData(
      "a word in the first row", "NA,2,0\n3,4,1\n", says: "data.csv, line 1", "\"NA\" and \"2\" found side by side",
      "words alone are expected of a header, numbers alone of inputs"),
    .withData(
      "no number in the first row", "NA,NA,0\n3,4,1\n", says: "data.csv, line 1", "\"NA\" and \"0\" found side by side"),
    .withData(
      "one class", "1,2,a\n3,4,a\n", says: "mine.toml, line 2, data.train", "found one class, a",
      "labels of two classes or more"),
    .withData("no file", nil, says: "mine.toml, line 2, data.train", "data.csv", "there is no such file"),
    BadInput(
      name: "data that are not fetched", arguments: ["paper-ecg5000"],
      says: ["paper-ecg5000, line 3, data.train", "data/ECG5000_TRAIN.tsv", "no such file here", "make data"]),
    .withData(
      "no such label", Sample.data, "label = \"colour\"", says: "mine.toml, line 3, data.label", "found \"colour\"",
      "height, width, label"),
    .withData(
      "a label without a header", "1,2,0\n", "label = \"y\"", says: "line 3, data.label", "found \"y\"", "no header"),
    .withData("no such row", Sample.data, "rows = 4", says: "line 3, data.rows", "found 4", "from 1 to 3"),
    .withData("scaling", Sample.data, "scaling = 3", says: "line 3, data.scaling", "found 3", "{ shift, factor }"),
    .withData(
      "both", Sample.data, "name = \"digits\"", says: "line 3, data.name", "both name and train", "one of them"),
    .withData(
      "an unknown key", Sample.data, "test-fractoin = 0.5", says: "line 3, data.test-fractoin", "unknown key",
      "did you mean test-fraction?"),
    .withData(
      "no test file", Sample.data, "test = \"test.csv\"", says: "line 3, data.test", "test.csv", "no such file"),
    .withData(
      "a test file without a file", Sample.data, "test = []", says: "line 3, data.test", "found the list []",
      "text in quotes or a list of texts"),
    .withData(
      "a test set twice", Sample.data, "test = \"data.csv\"\ntest-fraction = 0.5", says: "line 4, data.test-fraction",
      "both test and test-fraction", "one of them"),
    .withData(
      "a whole test set", Sample.data, "test-fraction = 1", says: "line 3, data.test-fraction", "found 1",
      "a number between 0 and 1"),
    .withData(
      "an empty test set", Sample.data, "test-fraction = 0.5", says: "line 3, data.test-fraction",
      "takes none of 3 rows"),
    .withData(
      "no such class", Sample.data, "class-against-rest = 7", says: "line 3, data.class-against-rest", "found 7",
      "a label of ", "data.csv: 0, 1, 2"),
    .withData("IDX without its sizes", "\0\0\u{8}\u{3}\0\0", says: "data.csv", "it has 6 bytes", "at least 16", "IDX"),
    .withData("IDX of another kind", "\0\0\u{8}\u{1}", says: "data.csv", "0x00000801", "0x00000803", "is expected"),
    .changed(
      in: Sample.network, "train = \"data.csv\"", "train = \"data.csv\"\ntest = \"digits.csv\"", data: Sample.data,
      says: "line 3, data.test", "digits.csv", "there is no such file"),
    .changed(
      in: Sample.network, "train = \"data.csv\"", "train = 3", data: Sample.data, says: "line 2, data.train", "found 3",
      "text in quotes or a list of texts"),
    .changed(
      in: Sample.network, "[data]\ntrain = \"data.csv\"\n", "", says: "mine.toml, [data]", "missing", "a table [data]"),
    .changed(
      in: Sample.network, "train = \"data.csv\"", "name = \"mnist\"", says: "line 2, data.name", "found \"mnist\"",
      "\"digits\""),
    .changed(
      in: Sample.network, "cross-entropy", "logistic", data: Sample.data, says: "line 6, model.loss", "with 3 classes",
      "\"cross-entropy\""),
    .changed(
      in: Sample.network, "tanh", "tan", data: Sample.data, says: "line 5, model.activation", "found \"tan\"",
      "\"tanh\""),
    .changed(
      in: Sample.network, "[noise]", "weight-decay = -1\n[noise]", data: Sample.data,
      says: "line 7, model.weight-decay",
      "found -1", "0 or larger"),
  ]

  static let files: [BadInput] = [
    BadInput(name: "no file", text: nil, says: ["mine.toml", "no such file", "mckean list"]),
    BadInput(
      name: "no experiment", text: nil, arguments: ["ou-caos"], says: ["ou-caos", "no such file", "mckean list"]),
    BadInput(name: "a directory", text: nil, arguments: ["/"], says: ["/", "it is a directory", "TOML is expected"]),
    BadInput(name: "an empty file", text: "", says: ["mine.toml, [model]", "missing", "a table [model]"]),
    BadInput(name: "a zero byte", text: Sample.chaos + "\0", says: ["mine.toml", "not text", "TOML is expected"]),
    BadInput(name: "prose", text: "hello world\n", says: ["mine.toml, line 1", "not TOML", "expected '='"]),
    .changed("theta = 1.0", "theta = = 1", says: "mine.toml, line 3", "not TOML", "value"),
    .changed("theta = 1.0", "theta = 1.0\ntheta = 2.0", says: "mine.toml, line 4", "not TOML", "redefine"),
    .changed("[2, 4, 8]", "[2, 4, 99999999999999999999]", says: "line 13", "not TOML", "64 bits"),
    // Lines end as Windows ends them.
    BadInput(
      name: "CR LF", text: Sample.chaos.replacing("1.5", with: "2.5").replacing("\n", with: "\r\n"),
      says: ["mine.toml, line 7, noise.alpha", "found 2.5", "from 0.1 to 2"]),
  ]

  static let commandLines: [BadInput] = [
    .arguments("--set", "noise.alpha=2.5", says: "--set noise.alpha", "found 2.5", "from 0.1 to 2"),
    .arguments("--set", "noise.alpha=", says: "--set", "found \"noise.alpha=\"", "table.key=value"),
    .arguments("--set", "noise.alpha", says: "--set", "found \"noise.alpha\"", "table.key=value"),
    .arguments("--set", "alpha=1.5", says: "--set", "found \"alpha=1.5\"", "table.key=value"),
    .arguments("--set", "noise..alpha=1.5", says: "--set", "found \"noise..alpha=1.5\"", "table.key=value"),
    .arguments("--set", "", says: "--set", "found \"\"", "table.key=value"),
    .arguments("--set", "noise.alpha=1.9\nx=2", says: "--set noise.alpha", "found \"1.9\\u000ax=2\"", "from 0.1 to 2"),
    .arguments("--set", "noise.alfa=1.5", says: "--set noise.alfa", "unknown key", "did you mean alpha?"),
    .arguments("--set", "nose.alpha=1.5", says: "--set nose", "unknown key", "did you mean noise?"),
    .arguments("--set", exitCode: 64, says: "Missing value", "--set", "table.key=value"),
    .arguments("--threads", "0", exitCode: 64, says: "--threads", "'0'", "from 1 to 1024"),
    .arguments("--threads", "two", exitCode: 64, says: "--threads", "'two'", "from 1 to 1024"),
    .arguments("--seed", "-1", exitCode: 64, says: "--seed", "'-1'", "from 0 to 4294967295"),
    .arguments("--seed", "4294967296", exitCode: 64, says: "--seed", "'4294967296'", "from 0 to 4294967295"),
    .arguments("--frob", exitCode: 64, says: "Unknown option '--frob'", "--force"),
    .arguments("other.toml", exitCode: 64, says: "Unexpected argument 'other.toml'"),
    .arguments("--out", "", exitCode: 64, says: "--out", "found \"\"", "the name of a directory"),
    BadInput(name: "nothing", arguments: [], exitCode: 64, says: ["Missing expected argument", "NAME|FILE.toml"]),
  ]

  static let directories: [BadInput] = [
    .arguments("--out", ".", says: ". exists already", "--force"),
    .arguments("--out", "mine.toml", says: "mine.toml exists already", "--force"),
    .arguments(
      "--out", "mine.toml", "--force", says: "mine.toml cannot be written", "not a directory", "another --out"),
    .arguments("--out", "mine.toml/x/y", says: "mine.toml/x/y cannot be written", "Not a directory", "another --out"),
    .arguments("--out", "/proc/mckean", says: "/proc/mckean cannot be written", "No such file or directory"),
    .arguments("--out", "/proc/self", "--force", says: "/proc/self cannot be written", "permission denied"),
  ]

  /// The same with another line at the end of the file.
  func with(line: String) -> BadInput {
    BadInput(name: name, text: text! + line + "\n", data: data, arguments: arguments, exitCode: exitCode, says: says)
  }
}
