import ArgumentParser
import McKeanVlasov

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Models, noises and built-in experiments, one line each.")

  func run() throws {
    print("models")
    for model in ModelCatalog.models { print("  \(model.name.padded(to: 28))\(model.equation); keys: \(model.keys)") }
    print("noises")
    print("  \("law".padded(to: 28))stable (alpha from 0.1 to 2), brownian, none")
    print("  \("shape".padded(to: 28))\(NoiseShape.allCases.map(\.rawValue).joined(separator: ", "))")
    print("  \("sampler".padded(to: 28))\(Sampler.allCases.map(\.rawValue).joined(separator: ", "))")
    print("experiments")
    for name in Experiment.builtIn {
      let comment = Experiment.text(ofBuiltIn: name)!.split(separator: "\n").first!
      print("  \(name.padded(to: 28))\(comment.drop { $0 == "#" || $0 == " " })")
    }
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
