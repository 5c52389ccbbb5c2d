/// Requests for compressibility studies that must be refused.
extension BadInput {
  static let compressibilitySample = """
    [data]
    name = "digits"
    rows = 30
    [model]
    name = "two-layer-network"
    activation = "tanh"
    loss = "cross-entropy"
    [noise]
    law = "stable"
    alpha = 1.5
    [time]
    dt = 0.1
    [study]
    kind = "compressibility"
    particles = [4, 8]
    stop = { steps = 3 }
    replicas = 2

    """

  /// No network.
  static let compressibilityWithoutData = compressibilitySample.replacing(
    "[data]\nname = \"digits\"\nrows = 30\n", with: ""
  ).replacing(
    "name = \"two-layer-network\"\nactivation = \"tanh\"\nloss = \"cross-entropy\"",
    with: "name = \"ornstein-uhlenbeck\"\ntheta = 1.0\ncoupling = 0.0")

  private static func pruning(_ line: String, _ replacement: String, says: String...) -> BadInput {
    precondition(compressibilitySample.contains(line))
    return BadInput(
      name: replacement.isEmpty ? "without \(line)" : replacement,
      text: compressibilitySample.replacing(line, with: replacement), says: says)
  }

  private static func stopping(_ stop: String, says: String...) -> BadInput {
    BadInput(
      name: stop, text: compressibilitySample.replacing("{ steps = 3 }", with: stop),
      says: ["mine.toml, line 16, study.stop"] + says)
  }

  private static func stepping(_ step: String, says: String...) -> BadInput {
    BadInput(
      name: "dt = \(step)", text: compressibilitySample.replacing("dt = 0.1", with: "dt = \(step)"),
      says: ["mine.toml, line 12, time.dt"] + says)
  }

  /// A line for [model], and one for [study].
  private static func adding(_ model: String = "", _ study: String = "", says: String...) -> BadInput {
    let text = compressibilitySample.replacing("[noise]", with: model.isEmpty ? "[noise]" : model + "\n[noise]")
    return BadInput(name: model + study, text: text + study + "\n", says: says)
  }

  private static let ofACurve = "replicas = 8\ncriterion = \"ratio\"\nthreshold = 0.5\n"

  static let compressibility: [BadInput] = [
    pruning(
      "stop = { steps = 3 }", "", says: "mine.toml, line 13, study.stop", "missing",
      "{ steps }, { horizon } or { train-accuracy, max-steps }"),
    stopping("3", says: "found 3", "{ steps }, { horizon } or { train-accuracy, max-steps }"),
    stopping("{}", says: ".steps", "missing", "from 1 to 4294967295"),
    stopping("{ steps = 0 }", says: ".steps", "found 0", "from 1 to 4294967295"),
    stopping("{ steps = 3.5 }", says: ".steps", "found 3.5", "a whole number"),
    stopping("{ step = 3 }", says: ".step", "unknown key", "did you mean steps?"),
    stopping("{ horizon = 0 }", says: ".horizon", "found 0", "above 0"),
    stopping("{ horizon = 1, steps = 3 }", says: ".horizon", "both steps and horizon", "one of them"),
    pruning(
      "{ steps = 3 }", "{ horizon = 1e12 }", says: "mine.toml, line 12, time.dt", "found 0.1 for n = 4", "a larger step"
    ),
    stopping(
      "{ steps = 3, max-steps = 9 }", says: ".max-steps", "found max-steps with steps", "train-accuracy beside it"),
    stopping("{ max-steps = 9 }", says: ".train-accuracy", "missing", "from 0 to 1"),
    stopping("{ train-accuracy = 0.9 }", says: ".max-steps", "missing", "from 1 to 4294967295"),
    stopping("{ train-accuracy = 1.5, max-steps = 3 }", says: ".train-accuracy", "found 1.5", "from 0 to 1"),
    stopping(
      "{ train-accuracy = 0.9, max-steps = 3, horizon = 1 }", says: ".train-accuracy",
      "both horizon and train-accuracy", "one of them"),
    BadInput(
      name: "the training accuracy of another model",
      text: compressibilityWithoutData.replacing("{ steps = 3 }", with: "{ train-accuracy = 0.9, max-steps = 3 }"),
      says: ["mine.toml, line 13, study.stop", "training accuracy of ornstein-uhlenbeck", "two-layer-network"]),
    pruning("dt = 0.1", "", says: "line 11, time.dt", "missing", "a finite number above 0, or { constant, power }"),
    pruning("dt = 0.1", "dt = 0.1\nhorizon = 1", says: "line 13, time.horizon", "unknown key", "dt"),
    pruning("dt = 0.1", "dt = 0.1\nsteps = 4", says: "line 13, time.steps", "unknown key", "dt"),
    stepping("0", says: "found 0", "a finite number above 0, or { constant, power }"),
    stepping("\"small\"", says: "found \"small\"", "a finite number above 0"),
    stepping("{ constant = 1, powr = -1 }", says: ".powr", "unknown key", "did you mean power?"),
    stepping("{ constant = 1, power = -1, at = 2 }", says: ".at", "unknown key", "constant, power"),
    stepping("{ power = -1 }", says: ".constant", "missing", "a finite number above 0"),
    stepping("{ constant = 1 }", says: ".power", "missing", "a finite number, or \"theorem\""),
    stepping(
      "{ constant = 1, power = \"theory\" }", says: ".power", "found \"theory\"", "\"theorem\" for -alpha/2 - 1"),
    stepping("{ constant = -1, power = -1 }", says: ".constant", "found -1", "above 0"),
    stepping("{ constant = 1, power = -600 }", says: "found 0.0 for n = 4", "above 0"),
    adding(
      "", "criterion = \"magnitude\"", says: "line 18, study.criterion", "found \"magnitude\"",
      "\"squared-frobenius\", \"ratio\""),
    adding(
      "", "criterion = [\"ratio\", \"ratio\"]", says: "line 18, study.criterion",
      "found the list [\"ratio\", \"ratio\"]",
      "different"),
    adding("", "threshold = 1.5", says: "line 18, study.threshold", "found 1.5", "from 0 to 1"),
    adding("", "threshold = [0.1, -0.1]", says: "line 18, study.threshold", "-0.1", "from 0 to 1"),
    adding("", "threshold = [0.1, 0.1]", says: "line 18, study.threshold", "[0.1, 0.1]", "different"),
    adding("", "save-weights = 1", says: "line 18, study.save-weights", "found 1", "true"),
    adding("", "snapshots = 3", says: "line 18, study.snapshots", "unknown key", "particles", "criterion"),
    adding("", "p = 0.5", says: "line 18, study.p", "unknown key", "particles", "criterion"),
    adding("", "noise-draws = -1", says: "line 18, study.noise-draws", "found -1", "from 0 to 4294967295"),
    adding("", "noise-draws = 2", says: "line 18, study.noise-draws", "found 2 without a rate", "8 replicas"),
    BadInput(
      name: "more draws than numbers",
      text: compressibilitySample.replacing("replicas = 2", with: "replicas = 4294967295\nnoise-draws = 4294967295"),
      says: ["study.noise-draws", "4294967295"]),
    stepping("1e308", says: "found 1e+308", "a smaller step"),
    BadInput(
      name: "draws after an unknown number of steps",
      text: compressibilitySample.replacing("{ steps = 3 }", with: "{ train-accuracy = 0.9, max-steps = 3 }")
        + "noise-draws = 4\n",
      says: ["line 18, study.noise-draws", "found 4", "not known beforehand", "{ steps } or { horizon }"]),
    adding("batch = 31", says: "line 8, model.batch", "found 31", "\"full\" or a whole number from 1 to 30"),
    adding("batch = 0", says: "line 8, model.batch", "found 0", "from 1 to 30"),
    adding("batch = \"half\"", says: "line 8, model.batch", "found \"half\"", "\"full\""),
    adding("output = \"free\"", says: "line 8, model.output", "found \"free\"", "\"fixed\", \"trained\""),
    adding(
      "output-scaling = \"sqrt\"", says: "line 8, model.output-scaling", "found \"sqrt\"",
      "\"mean-field\", \"standard\""),
    .changed(
      in: Sample.network, "loss = \"cross-entropy\"", "loss = \"cross-entropy\"\noutput-scaling = \"standard\"",
      data: Sample.data, says: "mine.toml, line 7, model.output-scaling", "found \"standard\" with several n",
      "\"mean-field\""),
    pruning("[4, 8]", "[4, 4]", says: "line 15, study.particles", "found the list [4, 4]", "a list of different ones"),
    pruning("[4, 8]", "[]", says: "line 15, study.particles", "[]", "a list of different ones"),
    pruning("[4, 8]", "[4, 0]", says: "line 15, study.particles", "found the list [4, 0]", "from 1 to 4294967295"),
    pruning(
      "[4, 8]", "{ from = 4, to = 8 }", says: "line 15, study.particles", "from 1 to 4294967295, or a list of different"
    ),
    pruning("[4, 8]", "[4, 4294967295]", says: "line 15, study.particles", "MiB of memory", "fewer particles"),
    pruning("replicas = 2", "replicas = 0", says: "line 17, study.replicas", "found 0", "from 1 to 4294967295"),
    pruning("\"stable\"", "\"none\"", says: "line 10, noise.alpha", "found 1.5", "no alpha with law = \"none\""),
    pruning(
      "alpha = 1.5", "alpha = 0.2\nscale = 1\n", says: "study.precision", "\"single\" with the tail index 0.2",
      "\"double\""
    ).withPrecision,
    adding(
      "", claim("terminal", "noise-relative-error"), says: "line 19, claim.metric", "found a claim that no curve",
      "increasing particles", "criterion = \"ratio\"", "replicas = 8"),
    adding(
      "", ofACurve + claim("terminal", "relative-error", more: "scale = 2"), says: "claim.scale",
      "found a claim that no curve", "allowed: 1"
    ).withoutTwoReplicas,
    adding(
      "", ofACurve + claim(), says: "claim.metric",
      "found a claim that no curve", "relative-error, noise-relative-error"
    ).withoutTwoReplicas,
  ]

  private var withPrecision: BadInput {
    var changed = self
    changed.text! += "precision = \"single\"\n"
    return changed
  }

  private var withoutTwoReplicas: BadInput {
    var changed = self
    changed.text = text!.replacing("replicas = 2\n", with: "")
    return changed
  }
}
