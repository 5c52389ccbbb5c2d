import Foundation
import Testing

/// Bad input gets one clear sentence, and nothing is written.
struct BadInputTests {
  static func refuse(_ input: BadInput) throws {
    let mckean = try Mckean()
    if let text = input.text { try mckean.write(text, to: "mine.toml") }
    if let data = input.data { try mckean.write(data, to: "data.csv") }
    let files = mckean.files()
    let answer = try mckean.run(["run"] + input.arguments)
    #expect(answer.exitCode == input.exitCode)
    #expect(answer.output == "")
    #expect(answer.errorLines.count == 1 && answer.error.hasSuffix("\n"), "\(answer.error)")
    #expect(answer.error.hasPrefix("mckean: error: "))
    for part in input.says { #expect(answer.error.contains(part), "not in: \(answer.error)") }
    #expect(mckean.files() == files)
    if let text = input.text { #expect(try mckean.text("mine.toml") == text) }
  }

  @Test(arguments: BadInput.keys) func keys(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.values) func values(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.systems) func systems(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.sizes) func sizes(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.references) func references(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.observables) func observables(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.expectations) func expectations(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.joint) func joint(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.compressibility) func compressibility(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.laws) func laws(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.listsOfModels) func listsOfModels(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.stoppingRules) func stoppingRules(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.moments) func moments(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.claims) func claims(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.dataFiles) func dataFiles(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.files) func files(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.commandLines) func commandLines(input: BadInput) throws { try Self.refuse(input) }
  @Test(arguments: BadInput.directories) func directories(input: BadInput) throws { try Self.refuse(input) }

  static let samples = [
    "chaos": Sample.chaos, "strong": Sample.strong, "trajectory": Sample.trajectory, "expectation": Sample.expectation,
    "joint": Sample.joint, "law": Sample.law, "law without the exact one": Sample.lawOfTwoSystems,
    "several models": BadInput.severalModels, "claims on a surface": Sample.joint + BadInput.claimsOnASurface,
    "a claim on a law": Sample.law + BadInput.claim("terminal", "kolmogorov"),
    "a moment of bounded distances": Sample.law.replacing(", \"wasserstein-1\"", with: "") + "p = 3\n",
    "network": Sample.network, "digits": BadInput.network, "strong network": BadInput.strongNetwork,
    "kuramoto": Sample.kuramoto, "double well": Sample.doubleWell, "compressibility": BadInput.compressibilitySample,
    "compressibility without data": BadInput.compressibilityWithoutData,
  ]

  /// The control: what the requests above change runs as it stands.
  @Test(arguments: samples.keys.sorted())
  func theSamplesThemselvesRun(name: String) throws {
    let mckean = try Mckean()
    try mckean.write(try #require(Self.samples[name]), to: "mine.toml")
    try mckean.write(Sample.data, to: "data.csv")
    let answer = try mckean("run", "mine.toml", "--quiet")
    #expect(answer.exitCode == 0, "\(answer.error)")
    #expect(answer.error == "")
  }

  /// Data files as programs write them: CR LF, a blank line at the end, quotes, a byte order mark.
  @Test(arguments: [
    "height,width,label\r\n1,2,0\r\n3,4,1\r\n5,6,2\r\n", Sample.data + "\n\n", "\u{FEFF}" + Sample.data,
    "\"height, in metres\",\"width\",\"label\"\n\"1\",\"2\",\"0\"\n3,4,1\n5,6,2\n", "1\t2\t0\n3\t4\t1\n5\t6\t2\n",
    "1,2,cat\n3,4,dog\n5,6,mouse\n",
  ])
  func dataFilesOfOtherProgramsAreRead(data: String) throws {
    let mckean = try Mckean()
    try mckean.write(Sample.network, to: "mine.toml")
    func curve(_ data: String, _ directory: String) throws -> String {
      try mckean.write(data, to: "data.csv")
      let answer = try mckean("run", "mine.toml", "--quiet", "--out", directory)
      #expect(answer.exitCode == 0, "\(answer.error)")
      return try mckean.text("\(directory)/curve.csv")
    }
    #expect(try curve(data, "o") == curve(Sample.data, "plain"))
    // The control: another number in the data gives another curve.
    #expect(try curve(Sample.data.replacing("6", with: "7"), "other") != curve(Sample.data, "plain-again"))
  }

  /// A file that takes no byte stands in the directory.
  @Test(arguments: ["curve.csv", "states.npy"])
  func aFullDiskIsTold(file: String) throws {
    let mckean = try Mckean()
    try mckean.write(file == "curve.csv" ? Sample.chaos : Sample.trajectory, to: "mine.toml")
    try FileManager.default.createDirectory(atPath: mckean.path("o"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: mckean.path("o/" + file), withDestinationPath: "/dev/full")
    let answer = try mckean("run", "mine.toml", "--quiet", "--out", "o", "--force")
    #expect(answer.exitCode == 65)
    let sentence = "mckean: error: o/\(file) cannot be written: No space left on device; choose another --out.\n"
    #expect(answer.error == sentence)
  }

  @Test func showRefusesANameItDoesNotKnow() throws {
    let answer = try Mckean()("show", "ou-caos")
    #expect(answer.exitCode == 64)
    #expect(answer.errorLines.count == 1)
    for part in ["mckean: error: ", "ou-caos", "ou-chaos, ou-law, ou-strong"] { #expect(answer.error.contains(part)) }
  }
}
