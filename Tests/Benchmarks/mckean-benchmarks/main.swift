// The program that `make bench` compares with its peers. Its argument is a JSON list of cases; it prints one JSON line a
// case. With the argument `versions` it names what it is linked with.
import CGSL
import COpenBLAS
import Foundation
import McKeanVlasov

BLASCore.restartIfUnknown()
guard CommandLine.arguments[1] != "versions" else {
  let (configuration, core) = (openblas_get_config()!, openblas_get_corename()!)
  print("GSL \(GSL_VERSION), \(String(cString: configuration)), core \(String(cString: core))")
  exit(0)
}
let decoder = JSONDecoder()
decoder.keyDecodingStrategy = .convertFromSnakeCase
for request in try decoder.decode([Case].self, from: Data(CommandLine.arguments[1].utf8)) {
  let timing =
    switch request.task {
    case .sampler: try timeSampler(request)
    case .ouStep, .sineStep: try timeMeanFieldStep(request)
    case .networkStep, .trainingStep: try timeNetworkStep(request)
    case .smallNetwork: try timeSmallNetwork(request)
    case .uniforms: timeUniforms(request)
    case .triad: timeTriad(request)
    case .matrixProduct: timeMatrixProduct(request)
    }
  print(String(decoding: try JSONEncoder().encode(timing), as: UTF8.self))
}
