import ArgumentParser
import McKeanVlasov

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The TOML of a built-in experiment, to copy and edit.")

  @Argument(help: "The name of a built-in experiment.")
  var name: String

  func run() throws {
    guard let text = Experiment.text(ofBuiltIn: name) else {
      throw ValidationError(
        "NAME: found \(name); allowed: \(Experiment.builtIn.joined(separator: ", ")).")
    }
    print(text, terminator: "")
  }
}
