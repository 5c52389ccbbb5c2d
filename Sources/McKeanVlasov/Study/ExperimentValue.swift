import TOMLKit

/// A value of an experiment file, free of the parser's own types.
public indirect enum ExperimentValue: Sendable, Hashable {
  case integer(Int)
  case number(Double)
  case word(String)
  case boolean(Bool)
  case list([ExperimentValue])
  case table([String: ExperimentValue])

  /// - Throws: `SimulationError.invalidValue` for a date or a time, which no key takes.
  init(_ value: any TOMLValueConvertible, at path: String) throws(SimulationError) {
    switch value.type {
    case .int: self = .integer(value.int!)
    case .double: self = .number(value.double!)
    case .string: self = .word(value.string!)
    case .bool: self = .boolean(value.bool!)
    case .array:
      var list: [ExperimentValue] = []
      for element in value.array! { list.append(try ExperimentValue(element, at: path)) }
      self = .list(list)
    case .table:
      var table: [String: ExperimentValue] = [:]
      for (key, element) in value.table! { table[key] = try ExperimentValue(element, at: "\(path).\(key)") }
      self = .table(table)
    case .date, .time, .dateTime:
      throw .invalidValue(parameter: path, found: "a date or a time", allowed: "a number, a word, a list or a table")
    }
  }

  /// The value as a sentence names it.
  var found: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .word(let value): "\"\(value)\""
    case .boolean(let value): "\(value)"
    case .list(let values): values.count > 6 ? "a list of \(values.count)" : "the list \(toml)"
    case .table: "the table \(toml)"
    }
  }

  /// The value as the `setting` column names it.
  var text: String {
    if case .word(let value) = self { value } else { toml }
  }

  /// The value in TOML.
  public var toml: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .word(let value): Self.quoted(value)
    case .boolean(let value): "\(value)"
    case .list(let values): "[" + values.map(\.toml).joined(separator: ", ") + "]"
    case .table(let table):
      "{ " + table.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.toml)" }.joined(separator: ", ") + " }"
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }
}

extension ExperimentValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .word(let value): try container.encode(value)
    case .boolean(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .table(let table): try container.encode(table)
    }
  }
}
