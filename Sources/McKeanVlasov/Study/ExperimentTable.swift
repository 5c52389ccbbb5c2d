/// A reader of one table: every key is asked for by name with its type and domain, defaults are noted, and what was
/// never asked for is unknown. A message says where, what was found, and what is allowed.
final class ExperimentTable {
  let name: String
  /// The values as the file has them.
  let values: [String: ExperimentValue]
  private let file: ExperimentFile
  /// The keys asked for so far, in order.
  private var asked: [String] = []
  /// The values, defaults included, that the reader has handed out.
  private(set) var resolved: [String: ExperimentValue] = [:]

  init(name: String, values: [String: ExperimentValue], file: ExperimentFile) {
    (self.name, self.values, self.file) = (name, values, file)
  }

  /// Keys of the file, in its order.
  var keys: [String] {
    values.keys.sorted { (file.line("\(name).\($0)") ?? .max, $0) < (file.line("\(name).\($1)") ?? .max, $1) }
  }

  /// The table with some values replaced: one combination of its lists.
  func replacing(_ replacements: [String: ExperimentValue]) -> ExperimentTable {
    ExperimentTable(name: name, values: values.merging(replacements) { $1 }, file: file)
  }

  /// An error about a key of this table, with its place.
  func error(_ key: String, found: String, allowed: String) -> SimulationError {
    .located(place: file.place(of: key, in: name), .invalidValue(parameter: key, found: found, allowed: allowed))
  }

  /// Adds the place and the key to an error that a key's value led to.
  func locate(_ error: SimulationError, from key: String) -> SimulationError {
    .located(place: "\(file.place(of: key, in: name))\(key): ", error)
  }

  /// Adds the place to an error about one of the keys asked for so far.
  func locate(_ error: SimulationError) -> SimulationError {
    guard let parameter = error.parameter, asked.contains(parameter) else { return error }
    return .located(place: file.place(of: parameter, in: name), error)
  }

  private func ask(_ key: String) {
    if !asked.contains(key) { asked.append(key) }
  }

  // MARK: - Values

  /// The value of a key, or its default; nil default means required.
  private func value(_ key: String, default fallback: ExperimentValue?, allowed: String) throws(SimulationError)
    -> ExperimentValue
  {
    ask(key)
    guard let value = values[key] ?? fallback else {
      // What is missing is often there under a name that is misspelt; a name of three letters is near too many others.
      let misspelt = keys.first { key.count > 3 && !asked.contains($0) && SimulationError.isNear($0, to: key) }
      if let misspelt {
        throw .located(place: file.place(of: misspelt, in: name), .unknownKey(misspelt, among: [key]))
      }
      throw .located(place: file.place(of: key, in: name), .missingKey(parameter: key, allowed: allowed))
    }
    resolved[key] = value
    return value
  }

  /// Reads an inline table of this one.
  func nested<Value>(
    _ key: String, _ parts: [String: ExperimentValue],
    read: (ExperimentTable) throws(SimulationError) -> Value
  ) throws(SimulationError) -> Value {
    ask(key)
    let table = ExperimentTable(name: "\(name).\(key)", values: parts, file: file)
    let value = try read(table)
    try table.finish()
    resolved[key] = .table(table.resolved)
    return value
  }

  /// Whether the file has the key; it counts as asked for.
  func has(_ key: String) -> Bool {
    ask(key)
    return values[key] != nil
  }

  func number(
    _ key: String, default fallback: Double? = nil, allowed: String = "a finite number",
    where isAllowed: (Double) -> Bool = \.isFinite
  ) throws(SimulationError) -> Double {
    let value = try value(key, default: fallback.map { .number($0) }, allowed: allowed)
    guard let number = value.asNumber, isAllowed(number) else { throw error(key, found: value.found, allowed: allowed) }
    return number
  }

  func numbers(
    _ key: String, default fallback: [Double]? = nil, allowed: String, where isAllowed: (Double) -> Bool = { _ in true }
  ) throws(SimulationError) -> [Double] {
    let value = try value(key, default: fallback.map { .list($0.map { .number($0) }) }, allowed: allowed)
    let elements = if case .list(let list) = value { list } else { [value] }
    let numbers = elements.compactMap(\.asNumber)
    guard numbers.count == elements.count, !numbers.isEmpty, numbers.allSatisfy(isAllowed) else {
      throw error(key, found: value.found, allowed: allowed)
    }
    return numbers
  }

  func integer(_ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>) throws(SimulationError) -> Int {
    let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let value = try value(key, default: fallback.map { .integer($0) }, allowed: allowed)
    guard case .integer(let integer) = value, range.contains(integer) else {
      throw error(key, found: value.found, allowed: allowed)
    }
    return integer
  }

  func boolean(_ key: String, default fallback: Bool) throws(SimulationError) -> Bool {
    let value = try value(key, default: .boolean(fallback), allowed: "true or false")
    guard case .boolean(let boolean) = value else { throw error(key, found: value.found, allowed: "true or false") }
    return boolean
  }

  /// Text of any content.
  func text(_ key: String, default fallback: String? = nil) throws(SimulationError) -> String {
    let value = try value(key, default: fallback.map { .word($0) }, allowed: "text in quotes")
    guard case .word(let text) = value else { throw error(key, found: value.found, allowed: "text in quotes") }
    return text
  }

  /// Text, or a list of texts.
  func texts(_ key: String) throws(SimulationError) -> [String] {
    let allowed = "text in quotes or a list of texts"
    let value = try value(key, default: nil, allowed: allowed)
    let elements = if case .list(let list) = value { list } else { [value] }
    let texts = elements.compactMap { if case .word(let text) = $0 { text } else { nil } }
    guard texts.count == elements.count, !texts.isEmpty else { throw error(key, found: value.found, allowed: allowed) }
    return texts
  }

  /// The label of a class: text, or a number.
  func label(_ key: String) throws(SimulationError) -> ExperimentValue {
    let value = try value(key, default: nil, allowed: "a label")
    switch value {
    case .word, .integer, .number: return value
    default: throw error(key, found: value.found, allowed: "a label: text in quotes or a number")
    }
  }

  /// One of a few words.
  func word(_ key: String, default fallback: String? = nil, among words: [String]) throws(SimulationError) -> String {
    let allowed = words.map { "\"\($0)\"" }.joined(separator: ", ")
    let value = try value(key, default: fallback.map { .word($0) }, allowed: allowed)
    guard case .word(let word) = value, words.contains(word) else {
      throw error(key, found: value.found, allowed: allowed)
    }
    return word
  }

  func word<Word: CaseIterable & RawRepresentable<String>>(_ key: String, default fallback: Word? = nil)
    throws(SimulationError) -> Word
  {
    Word(rawValue: try word(key, default: fallback?.rawValue, among: Word.allCases.map(\.rawValue)))!
  }

  /// One of a few words, or a list of them.
  func words<Word: CaseIterable & RawRepresentable<String>>(
    _ key: String, default fallback: Word, among words: [Word] = Array(Word.allCases)
  ) throws(SimulationError) -> [Word] {
    let allowed = words.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") + " or a list of them"
    let value = try value(key, default: .word(fallback.rawValue), allowed: allowed)
    let elements = if case .list(let list) = value { list } else { [value] }
    let found = elements.compactMap { element in
      if case .word(let word) = element { words.first { $0.rawValue == word } } else { nil }
    }
    guard found.count == elements.count, !found.isEmpty else { throw error(key, found: value.found, allowed: allowed) }
    return found
  }

  /// A law: a number, or { law = "normal" | "uniform" | "stable", … }.
  func law(_ key: String, default fallback: InitialLaw?) throws(SimulationError) -> InitialLaw? {
    guard has(key) else {
      if let fallback { resolved[key] = fallback.value }
      return fallback
    }
    let allowed =
      "a number, { law = \"normal\", mean, standard-deviation }, { law = \"uniform\", low, high } or "
      + "{ law = \"stable\", alpha, scale }"
    let value = try value(key, default: nil, allowed: allowed)
    if let number = value.asNumber {
      guard number.isFinite else { throw error(key, found: value.found, allowed: "a finite number") }
      return .constant(number)
    }
    guard case .table(let parts) = value else { throw error(key, found: value.found, allowed: allowed) }
    return try nested(key, parts) { table throws(SimulationError) in
      switch try table.word("law", among: ["normal", "uniform", "stable"]) {
      case "normal":
        return .normal(
          mean: try table.number("mean", default: 0),
          standardDeviation: try table.number(
            "standard-deviation", default: 1, allowed: "a finite number, 0 or larger"
          ) { $0 >= 0 && $0.isFinite })
      case "uniform":
        let low = try table.number("low", default: -1)
        return .uniform(
          low: low,
          high: try table.number("high", default: 1, allowed: "a finite number not below low") {
            $0 >= low && $0.isFinite
          })
      default:
        let alpha = try table.number("alpha", allowed: "a number from 0.1 to 2") { _ in true }
        let scale = try table.number("scale", default: 1, allowed: "a finite number, 0 or larger") { _ in true }
        do throws(SimulationError) {
          return .stable(try StableLaw(alpha: alpha, scale: scale))
        } catch { throw table.locate(error) }
      }
    }
  }

  /// A whole number, as a list of one, or a ladder.
  func numberOrLadder(_ key: String, in range: ClosedRange<Int>) throws(SimulationError) -> Ladder {
    if case .integer? = values[key] { return .list([try integer(key, in: range)]) }
    return try ladder(key)
  }

  /// A whole number, or a list of different ones.
  func integers(_ key: String, in range: ClosedRange<Int>) throws(SimulationError) -> [Int] {
    let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound), or a list of different ones"
    let value = try value(key, default: nil, allowed: allowed)
    let elements = if case .list(let list) = value { list } else { [value] }
    let integers = elements.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    guard integers.count == elements.count, !integers.isEmpty, Set(integers).count == integers.count,
      integers.allSatisfy(range.contains)
    else { throw error(key, found: value.found, allowed: allowed) }
    return integers
  }

  /// A step, or { constant, power } for constant · n^power; the power is a number or "theorem".
  func step(_ key: String) throws(SimulationError) -> CompressibilityStudy.Step {
    let positive = "a finite number above 0"
    guard case .table(let parts)? = values[key] else {
      let constant = try number(key, allowed: positive + ", or { constant, power }") { $0 > 0 && $0.isFinite }
      return CompressibilityStudy.Step(constant: constant)
    }
    return try nested(key, parts) { table throws(SimulationError) in
      let constant = try table.number("constant", allowed: positive) { $0 > 0 && $0.isFinite }
      if table.values["power"] == .word("theorem") {
        _ = try table.text("power")
        return CompressibilityStudy.Step(constant: constant, power: .theorem)
      }
      let power = try table.number("power", allowed: "a finite number, or \"theorem\" for -alpha/2 - 1") { $0.isFinite }
      return CompressibilityStudy.Step(constant: constant, power: .number(power))
    }
  }

  /// { steps }, { horizon } or { train-accuracy, max-steps }.
  func stop(_ key: String) throws(SimulationError) -> CompressibilityStudy.Stop {
    let allowed = "{ steps }, { horizon } or { train-accuracy, max-steps }"
    let value = try value(key, default: nil, allowed: allowed)
    guard case .table(let parts) = value else { throw error(key, found: value.found, allowed: allowed) }
    return try nested(key, parts) { table throws(SimulationError) in
      let counts = 1...Int(UInt32.max)
      let ends = ["steps", "horizon", "train-accuracy"].filter(table.has)
      guard ends.count < 2 else {
        throw table.error(ends[1], found: "both \(ends[0]) and \(ends[1])", allowed: "one of them")
      }
      if let end = ends.first, end != "train-accuracy", table.has("max-steps") {
        throw table.error("max-steps", found: "max-steps with \(end)", allowed: "train-accuracy beside it")
      }
      if table.has("train-accuracy") || table.has("max-steps") {
        let accuracy = try table.number("train-accuracy", allowed: "a number from 0 to 1") { (0...1).contains($0) }
        return .trainAccuracy(accuracy, maxSteps: try table.integer("max-steps", in: counts))
      }
      if table.has("horizon") {
        return .horizon(try table.number("horizon", allowed: "a finite number above 0") { $0 > 0 && $0.isFinite })
      }
      return .steps(try table.integer("steps", in: counts))
    }
  }

  /// "full", nil here, or a whole number of rows.
  func batchSize(_ key: String, of rows: Int) throws(SimulationError) -> Int? {
    switch try value(key, default: .word("full"), allowed: "\"full\" or a whole number") {
    case .word("full"): return nil
    case .integer(let size) where (1...rows).contains(size): return size
    case let value: throw error(key, found: value.found, allowed: "\"full\" or a whole number from 1 to \(rows)")
    }
  }

  /// { from, to, factor }, or a list.
  func ladder(_ key: String) throws(SimulationError) -> Ladder {
    let allowed = "a ladder: { from, to, factor } or an increasing list of whole numbers"
    let value = try value(key, default: nil, allowed: allowed)
    switch value {
    case .list(let elements):
      let integers = elements.compactMap { if case .integer(let value) = $0 { value } else { nil } }
      guard integers.count == elements.count else { throw error(key, found: value.found, allowed: allowed) }
      return .list(integers)
    case .table(let parts):
      let range = 1...Int(UInt32.max)
      return try nested(key, parts) { table throws(SimulationError) in
        Ladder.range(
          from: try table.integer("from", in: range), to: try table.integer("to", in: range),
          factor: try table.integer("factor", default: 2, in: 2...Int(UInt32.max)))
      }
    default: throw error(key, found: value.found, allowed: allowed)
    }
  }

  /// A list of observables: a word, or { name, … } for one with a parameter.
  func observables(_ key: String) throws(SimulationError) -> [Observable] {
    let words = Observable.words.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    let allowed =
      "a list of different observables: \(words), { name = \"cosine\", frequency }, { name = \"quantile\", order }, "
      + "{ name = \"probability-beyond\", level } or { name = \"feature-mean\", index }"
    let value = try value(key, default: nil, allowed: allowed)
    guard case .list(let elements) = value, !elements.isEmpty else {
      throw error(key, found: value.found, allowed: allowed)
    }
    var observables: [Observable] = []
    var resolved: [ExperimentValue] = []
    for element in elements {
      switch element {
      case .word(let word):
        guard let observable = Observable.words[word] else { throw error(key, found: element.found, allowed: allowed) }
        observables.append(observable)
        resolved.append(element)
      case .table(let parts):
        observables.append(try nested(key, parts, read: Self.observable))
        resolved.append(self.resolved[key]!)
      default: throw error(key, found: element.found, allowed: allowed)
      }
      if observables.dropLast().contains(observables.last!) {
        throw error(key, found: "\(observables.last!.name) twice", allowed: "a list of different observables")
      }
    }
    self.resolved[key] = .list(resolved)
    return observables
  }

  /// One observable with a parameter.
  private static func observable(_ table: ExperimentTable) throws(SimulationError) -> Observable {
    switch try table.word("name", among: ["cosine", "quantile", "probability-beyond", "feature-mean"]) {
    case "cosine": return .cosine(frequency: try table.number("frequency"))
    case "quantile":
      return .quantile(order: try table.number("order", allowed: "a number from 0 to 1") { (0...1).contains($0) })
    case "probability-beyond": return .probabilityBeyond(level: try table.number("level"))
    default: return .featureMean(index: try table.integer("index", in: 0...Int(UInt32.max)))
    }
  }

  /// "next", "exact" or a number.
  func reference(_ key: String) throws(SimulationError) -> Reference {
    let allowed = "\"next\", \"exact\" or a whole number"
    switch try value(key, default: .word("next"), allowed: allowed) {
    case .word("next"): return .next
    case .word("exact"): return .exact
    case .integer(let size): return .size(size)
    case let value: throw error(key, found: value.found, allowed: allowed)
    }
  }

  /// Refuses the first key that nobody has asked for.
  ///
  /// - Parameter others: keys that are known all the same.
  func finish(others: [String] = []) throws(SimulationError) {
    let known = asked + others.filter { !asked.contains($0) }
    for key in keys where !known.contains(key) {
      throw .located(place: file.place(of: key, in: name), .unknownKey(key, among: known))
    }
  }
}

extension ExperimentValue {
  /// A number, whole or not.
  var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// Whether a label of a data file is this one: text as it stands, a number by its value.
  func isLabel(_ label: String) -> Bool { asNumber.map { $0 == Double(label) } ?? (label == text) }
}

extension InitialLaw {
  /// The law as an experiment file states it.
  var value: ExperimentValue {
    switch self {
    case .constant(let value): .number(value)
    case .normal(let mean, let deviation):
      .table(["law": .word("normal"), "mean": .number(mean), "standard-deviation": .number(deviation)])
    case .uniform(let low, let high): .table(["law": .word("uniform"), "low": .number(low), "high": .number(high)])
    case .stable(let law):
      .table(["law": .word("stable"), "alpha": .number(law.alpha), "scale": .number(law.scale)])
    }
  }
}

extension SimulationError {
  /// An unknown key, with the known one that differs from it least if that is near.
  static func unknownKey(_ key: String, among known: [String]) -> SimulationError {
    let nearest = known.min { editDistance($0, key) < editDistance($1, key) }
    let suggestion = nearest.flatMap { isNear(key, to: $0) ? $0 : nil }
    return .unknownKey(parameter: key, suggestion: suggestion, allowed: known)
  }

  /// Whether a key is a slip of the pen for another: at most three letters differ, and no more than half of them.
  static func isNear(_ key: String, to known: String) -> Bool { editDistance(key, known) <= min(3, key.count / 2) }

  /// Levenshtein's distance.
  private static func editDistance(_ a: String, _ b: String) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        (diagonal, row[j + 1]) = (row[j + 1], min(diagonal + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1))
      }
    }
    return row[b.count]
  }
}
