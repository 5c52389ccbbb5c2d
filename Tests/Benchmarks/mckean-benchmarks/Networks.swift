import McKeanVlasov

/// The data of the case before: reading them takes longer than the steps, and cases share them.
nonisolated(unsafe) private var lastRead: (path: String, data: LabelledData)?

/// One Euler step of a two-layer network on the whole data, noise included.
func timeNetworkStep(_ request: Case) throws -> Timing {
  if lastRead?.path != request.data! {
    lastRead = (request.data!, try LabelledData(contentsOf: request.data!, label: .last))
  }
  let model = try TwoLayerNetwork(data: lastRead!.data, activation: .tanh, loss: .crossEntropy)
  return try timeSteps(of: model, request) { engine in
    [model.performance(ofOutputs: engine.meanField(of: 0)).loss]
  }
}

/// A built-in study of networks, in seconds a replica.
func timeSmallNetwork(_ request: Case) throws -> Timing {
  let experiment = try Experiment(named: request.experiment!, overrides: ["study.replicas=\(request.size)"])
  guard case .error(let study) = experiment.combinations[0].study else { fatalError("a study of errors is expected") }
  var curve: ErrorCurve?
  var timing = try request.time({ curve = try study.run(threads: request.threads)[0] }) {
    curve!.samples.map { $0.reduce(0, +) / Double($0.count) }
  }
  timing.seconds = timing.seconds.map { $0 / Double(request.size) }
  return timing
}
