import ArgumentParser
import Logging
import McKeanVlasov

/// The command: each subcommand is a file of its own.
struct McKean: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mckean",
    abstract: "Simulates particle systems driven by α-stable noise and measures how fast they converge.",
    version: mckeanVersion,
    subcommands: [ListCommand.self, ShowCommand.self, RunCommand.self])
}

LoggingSystem.bootstrap { _ in StandardErrorLog() }
McKean.main()
