import Foundation
import Testing

/// The same bytes for every number of threads and every time.
struct ReproducibilityTests {
  private static func tables(of mckean: Mckean, in directory: String) throws -> [Data] {
    try mckean.files(in: directory).filter { $0.hasSuffix(".csv") }.map { try mckean.bytes("\(directory)/\($0)") }
  }

  /// Each table differs from the other's, but for one of tail indices in which so few errors leave all of them empty.
  private static func expectDifferent(_ tables: [Data], _ others: [Data]) {
    for (data, other) in zip(tables, others) {
      let table = Table(String(decoding: data, as: UTF8.self))
      if table.columns.contains("hill"), table.values("hill").allSatisfy({ $0 == [""] }) { continue }
      #expect(data != other)
    }
  }

  /// With 9 threads there are fewer replicas than threads, so that blocks of particles run in parallel.
  @Test(arguments: Sample.quick.keys.sorted())
  func tablesOfBuiltInExperimentsDoNotDependOnThreads(name: String) throws {
    let mckean = try Mckean()
    func tables(_ directory: String, _ arguments: String...) throws -> [Data] {
      let all = ["run", name, "--quiet", "--out", directory] + (try Sample.quickArguments(name)) + arguments
      let answer = try mckean.run(all)
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try Self.tables(of: mckean, in: directory)
    }
    let reference = try tables("one", "--threads", "1")
    #expect(reference.count > 0)
    #expect(try tables("two", "--threads", "2") == reference)
    #expect(try tables("three", "--threads", "3") == reference)
    #expect(try tables("again", "--threads", "3") == reference)
    #expect(try tables("nine", "--threads", "9") == reference)
    // The control: numbers that no draw went into would be equal too.
    Self.expectDifferent(reference, try tables("seed", "--seed", "99"))
  }

  /// An experiment of each kind on several blocks of particles, with every reference and every table that the kind has.
  static let kinds: [String: (text: String, tables: [String])] = [
    "joint": (
      Sample.joint.replacing("[2, 4, 8]", with: "[500, 1500, 4500]") + "p = [0.5, 1.0]\n",
      ["curve.csv", "rates.csv", "replicas.csv", "slopes.csv", "surface.csv", "tails.csv"]
    ),
    "law, exact": (
      Sample.law.replacing("[2, 4, 8]", with: "[500, 1500, 4500]"),
      ["curve.csv", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"]
    ),
    "law, next": (
      Sample.lawOfTwoSystems.replacing("[2, 4, 8]", with: "[500, 1500, 4500]"),
      ["curve.csv", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"]
    ),
    "law, a number": (
      Sample.law.replacing("\"exact\"", with: "8000").replacing("[2, 4, 8]", with: "[250, 500]"),
      ["curve.csv", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"]
    ),
    "until a half-width is reached": (
      Sample.chaos.replacing("replicas = 8", with: "replicas = 32\nhalf-width = 0.2\nmax-replicas = 300"),
      ["curve.csv", "rates.csv", "replicas.csv", "slopes.csv", "tails.csv"]
    ),
    "expectation": (
      Sample.expectation.replacing("particles = 4", with: "particles = [1000, 2000, 4000]")
        .replacing("tolerance = 0.05", with: "tolerance = [0.02, 0.01]\nmethod = [\"multilevel\", \"plain\"]"),
      ["expectation.csv", "levels.csv", "rates.csv"]
    ),
    "trajectory": (
      Sample.trajectory.replacing("particles = 5", with: "particles = 5000")
        + """
        observables = [
          "mean", "order-parameter", { name = "cosine", frequency = 2 }, { name = "quantile", order = 0.9 },
          { name = "probability-beyond", level = 1 }, { name = "feature-mean", index = 0 },
        ]

        """, ["observables.csv"]
    ),
    "a network's trajectory": (
      Sample.network.replacing("\"chaos\"", with: "\"trajectory\"").replacing("[2, 4, 8]", with: "5000")
        .replacing("replicas = 8", with: "replicas = 2\nsnapshots = 3\nobservables = [\"loss\", \"accuracy\"]"),
      ["observables.csv"]
    ),
  ]

  @Test(arguments: kinds.keys.sorted())
  func tablesOfEveryKindDoNotDependOnThreads(name: String) throws {
    let mckean = try Mckean()
    let kind = try #require(Self.kinds[name])
    try mckean.write(kind.text, to: "mine.toml")
    try mckean.write(Sample.data, to: "data.csv")
    func tables(_ directory: String, _ arguments: String...) throws -> [Data] {
      let answer = try mckean.run(["run", "mine.toml", "--quiet", "--out", directory] + arguments)
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try kind.tables.map { try mckean.bytes("\(directory)/\($0)") }
    }
    let reference = try tables("one", "--threads", "1")
    #expect(
      mckean.files(in: "one").filter { $0.hasSuffix(".csv") && $0 != "times.csv" } == kind.tables)
    for threads in ["2", "9"] { #expect(try tables(threads, "--threads", threads) == reference) }
    // The control: another seed.
    Self.expectDifferent(reference, try tables("seed", "--seed", "99"))
  }

  /// Single precision too, and other bytes than in double precision.
  @Test(arguments: Set(Sample.quick.keys).subtracting(Sample.ofDoublePrecisionAlone).sorted())
  func tablesInSinglePrecisionDoNotDependOnThreads(name: String) throws {
    let mckean = try Mckean()
    func tables(precision: String, threads: String) throws -> [Data] {
      let directory = precision + threads
      let answer = try mckean.run(
        ["run", name, "--quiet", "--out", directory, "--threads", threads, "--set", "study.precision=\(precision)"]
          + (try Sample.quickArguments(name)))
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try Self.tables(of: mckean, in: directory)
    }
    let reference = try tables(precision: "single", threads: "1")
    for threads in ["2", "9"] { #expect(try tables(precision: "single", threads: threads) == reference) }
    Self.expectDifferent(reference, try tables(precision: "double", threads: "1"))
  }

  @Test func everyBuiltInExperimentIsTried() throws {
    let listing = try Mckean()("list").output
    let names = try #require(listing.split(separator: "experiments\n").last).split(separator: "\n")
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names.filter { !$0.hasPrefix("paper-") } == Sample.quick.keys.sorted())
  }

  /// One replica, three blocks of particles, and two replicas on three threads.
  @Test(arguments: ["1", "2"])
  func statesDoNotDependOnThreads(replicas: String) throws {
    let mckean = try Mckean()
    try mckean.write(Sample.trajectory, to: "ou.toml")
    let states = try ["1", "2", "3"].map { threads in
      let answer = try mckean(
        "run", "ou.toml", "--quiet", "--set", "study.particles=5000", "--set", "study.replicas=\(replicas)",
        "--threads", threads, "--out", threads)
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try mckean.bytes("\(threads)/states.npy")
    }
    #expect(states[1] == states[0])
    #expect(states[2] == states[0])
    #expect(states[0].count > 5000 * 3 * 8)
  }
}
