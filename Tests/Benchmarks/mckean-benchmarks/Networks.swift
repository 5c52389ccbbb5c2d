import McKeanVlasov

/// The data of the case before: reading them takes longer than the steps, and cases share them.
nonisolated(unsafe) private var lastRead: (path: String, data: LabelledData)?

/// One Euler step of a two-layer network on the whole data, noise included: tanh, fixed outputs and s = 1/n, or, as in
/// `paper-ecg5000`, ReLU, trained outputs and s = 1.
func timeNetworkStep(_ request: Case) throws -> Timing {
  if lastRead?.path != request.data! {
    lastRead = (request.data!, try LabelledData(contentsOf: request.data!, label: .last))
  }
  let data = lastRead!.data
  let model =
    request.task == .trainingStep
    ? try TwoLayerNetwork(
      data: data, activation: .relu, loss: .crossEntropy, output: .trained, neurons: request.size)
    : try TwoLayerNetwork(data: data, activation: .tanh, loss: .crossEntropy)
  return try timeSteps(of: model, request) { engine in
    [model.performance(ofOutputs: model.outputs(ofMeanField: engine.meanField(of: 0))).loss]
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
