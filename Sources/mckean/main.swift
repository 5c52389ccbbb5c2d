import ArgumentParser
import Logging
import McKeanVlasov

/// The command: each subcommand is a file of its own.
struct McKean: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mckean",
    abstract: "Simulates particle systems driven by α-stable noise and measures how fast they converge.",
    version: mckeanVersion,
    subcommands: [ListCommand.self, ShowCommand.self, RunCommand.self, VerifyCommand.self])
}

BLASCore.restartIfUnknown()
LoggingSystem.bootstrap { _ in StandardErrorLog() }
do {
  var command = try McKean.parseAsRoot()
  try command.run()
} catch {
  guard McKean.exitCode(for: error) == .validationFailure else { McKean.exit(withError: error) }
  // A wrong command line gets one sentence, like every other error, in place of the usage.
  StandardError.line("mckean: error: \(McKean.message(for: error))")
  McKean.exit(withError: ExitCode.validationFailure)
}
