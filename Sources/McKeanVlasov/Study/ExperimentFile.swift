import Foundation
import TOMLKit

/// An experiment file as it stands: its tables, the order and the line of each key, and what `--set` has replaced.
///
/// The parser keeps neither order nor lines, so a scan of the text for `[table]` and `key =` finds them; a key that it
/// misses (inside an inline table, say) has no line in messages, and comes after the others.
struct ExperimentFile {
  /// The path, or the name of a built-in experiment.
  let name: String
  /// The directory that data files are relative to.
  let directory: String
  private var root: [String: ExperimentValue] = [:]
  private var lines: [String: Int] = [:]
  private var replaced: Set<String> = []

  /// - Parameter overrides: `table.key=value`, the value in TOML or a bare word.
  /// - Throws: `SimulationError` for text that is not TOML, or an override of another form.
  init(text: String, name: String, directory: String, overrides: [String]) throws(SimulationError) {
    (self.name, self.directory) = (name, directory)
    root = try Self.parse(text, named: name)
    lines = Self.lines(of: text)
    for override in overrides {
      let parts = Self.split(override, at: "=", most: 1)
      let path = Self.split(parts[0], at: ".")
      guard parts.count == 2, path.count == 2, !(parts + path).contains("") else {
        throw .invalidValue(parameter: "--set", found: "\"\(override)\"", allowed: "table.key=value")
      }
      guard case .table(var table) = root[path[0], default: .table([:])] else {
        throw .invalidValue(parameter: "--set", found: "\"\(override)\"", allowed: "a key of a table")
      }
      // What is not one value in TOML is a bare word.
      let parsed = try? Self.parse("value = \(parts[1])", named: "--set")
      table[path[1]] = parsed.flatMap { $0.count == 1 ? $0["value"] : nil } ?? .word(parts[1])
      root[path[0]] = .table(table)
      replaced.insert(path.joined(separator: "."))
    }
  }

  private static func split(_ text: String, at separator: Character, most: Int = .max) -> [String] {
    text.split(separator: separator, maxSplits: most, omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func parse(_ text: String, named name: String) throws(SimulationError) -> [String: ExperimentValue] {
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw .unreadableFile(path: name, line: error.source.begin.line, problem: "it is not TOML: \(error.description)")
    } catch {
      throw .unreadableFile(path: name, line: nil, problem: "it is not TOML: \(error)")
    }
    return Dictionary(uniqueKeysWithValues: table.map { ($0, ExperimentValue($1)) })
  }

  /// `table.key` → line, from 1; the tables of an array are `claim`, `claim-2`, ….
  private static func lines(of text: String) -> [String: Int] {
    var (result, table, seen): ([String: Int], String, [String: Int]) = ([:], "", [:])
    let isEnd = { (character: Character) in character == "\n" || character == "\r\n" }
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: isEnd).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      if let header = line.wholeMatch(of: /\[{1,2}\s*([A-Za-z0-9_.-]+)\s*\]{1,2}\s*(#.*)?/) {
        let name = String(header.1)
        seen[name, default: 0] += 1
        table = seen[name]! == 1 ? name : "\(name)-\(seen[name]!)"
        result[table] = index + 1
      } else if let key = line.prefixMatch(of: /["']?([A-Za-z0-9_.-]+)["']?\s*=/) {
        result[table.isEmpty ? String(key.1) : "\(table).\(key.1)"] = index + 1
      }
    }
    return result
  }

  /// Where a key stands, as a message begins: `ou.toml, line 7, noise.`
  func place(of key: String, in table: String) -> String {
    let path = "\(table).\(key)"
    // an inline table, such as a ladder, is replaced as a whole
    if replaced.contains(path) || replaced.contains(table) { return "--set \(table)." }
    guard let line = lines[path] ?? lines[table] else { return "\(name), \(table)." }
    return "\(name), line \(line), \(table)."
  }

  /// Where a table stands, as a message begins: `ou.toml, line 7, `.
  func place(ofTable table: String) -> String {
    if let line = lines[table] { return "\(name), line \(line), " }
    return replaced.contains { $0.hasPrefix(table + ".") } ? "--set " : "\(name), "
  }

  /// The tables at the top of the file.
  var tableNames: [String] { root.keys.sorted { (lines[$0] ?? .max, $0) < (lines[$1] ?? .max, $1) } }

  /// The line on which a table or a key of the file begins.
  func line(_ path: String) -> Int? { lines[path] }

  /// One table, or nil where the file has none of that name.
  ///
  /// - Throws: `SimulationError.invalidValue` for a value that is not a table.
  func table(_ name: String) throws(SimulationError) -> ExperimentTable? {
    guard let value = root[name] else { return nil }
    guard case .table(let values) = value else {
      throw .located(
        place: place(ofTable: name), .invalidValue(parameter: name, found: value.found, allowed: "a table, [\(name)]"))
    }
    return ExperimentTable(name: name, values: values, file: self)
  }

  /// The tables of an array of tables, such as `[[claim]]`.
  func tables(_ name: String) throws(SimulationError) -> [ExperimentTable] {
    guard let value = root[name] else { return [] }
    func notTables(_ value: ExperimentValue) -> SimulationError {
      .located(
        place: place(ofTable: name),
        .invalidValue(parameter: name, found: value.found, allowed: "an array of tables, [[\(name)]]"))
    }
    guard case .list(let list) = value else { throw notTables(value) }
    var result: [ExperimentTable] = []
    for (index, element) in list.enumerated() {
      guard case .table(let values) = element else { throw notTables(element) }
      result.append(ExperimentTable(name: index == 0 ? name : "\(name)-\(index + 1)", values: values, file: self))
    }
    return result
  }
}
