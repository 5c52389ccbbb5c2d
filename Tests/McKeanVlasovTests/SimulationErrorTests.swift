import McKeanVlasov
import Testing

@Suite struct SimulationErrorTests {
  /// One sentence each: what is wrong, what was found, what is allowed.
  @Test(arguments: [
    (
      SimulationError.invalidValue(parameter: "alpha", found: "3", allowed: "a number from 0.1 to 2"),
      "alpha: found 3; allowed: a number from 0.1 to 2."
    ),
    (
      .unknownKey(parameter: "alhpa", suggestion: "alpha", allowed: ["alpha"]),
      "alhpa: unknown key; did you mean alpha?"
    ),
    (.unknownKey(parameter: "x", suggestion: nil, allowed: ["a", "b"]), "x: unknown key; allowed: a, b."),
    (.missingKey(parameter: "p", allowed: "a number"), "p: missing; it has no default. Allowed: a number."),
    (
      .infiniteMoment(p: 2, tailIndex: 1.5, study: "chaos ornstein-uhlenbeck"),
      "p: found 2.0, but the error of this chaos ornstein-uhlenbeck study has tail index 1.5, so its moments of order "
        + "1.5 and above are infinite or have another rate; allowed: p below 1.5."
    ),
    (
      .noMeanFieldLimit(alpha: 0.8),
      "alpha: found 0.8, but features of linear growth have no mean for alpha at most 1, so the system has no limit as n "
        + "grows; allowed: alpha above 1, coupling = 0 or a bounded activation."
    ),
    (
      .tooMuchMemory(needed: 3 << 30, available: 1 << 30),
      "particles: found systems and tables of 3072 MiB, but this machine has 1024 MiB of memory; allowed: fewer "
        + "particles, replicas or threads."
    ),
    (.unreadableFile(path: "a.csv", line: 3, problem: "it is bad"), "a.csv, line 3: it is bad."),
    (.unreadableFile(path: "a.csv", line: nil, problem: "it is bad"), "a.csv: it is bad."),
    (.outputExists(path: "out"), "out exists already; choose another --out, or --force to replace the run in it."),
    (.unwritable(path: "out", problem: "no space"), "out cannot be written: no space; choose another --out."),
    (
      .located(place: "ou.toml, line 7, noise.", .invalidValue(parameter: "alpha", found: "3", allowed: "less")),
      "ou.toml, line 7, noise.alpha: found 3; allowed: less."
    ),
  ])
  func descriptions(error: SimulationError, text: String) { #expect(error.description == text) }
}
