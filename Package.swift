// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "mckean",
  products: [
    .library(name: "McKeanVlasov", targets: ["McKeanVlasov"]),
    .executable(name: "mckean", targets: ["mckean"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    .systemLibrary(name: "CGSL", providers: [.apt(["libgsl-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CStableKernels"),
    .target(
      name: "McKeanVlasov",
      dependencies: [
        "CGSL", "COpenBLAS", "CStableKernels", "CZlib", "TOMLKit", .product(name: "Logging", package: "swift-log"),
      ],
      resources: [.copy("Experiments"), .copy("Data")]),
    .executableTarget(
      name: "mckean",
      dependencies: [
        "McKeanVlasov", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "mckean-benchmarks", dependencies: ["McKeanVlasov", "CGSL", "COpenBLAS", "CStableKernels"],
      path: "Tests/Benchmarks/mckean-benchmarks"),
    .executableTarget(
      name: "mckean-calibration", dependencies: ["McKeanVlasov", "Calibration"], path: "Tests/CalibrationCommand"),
    .target(name: "KernelClones", dependencies: ["CStableKernels"], path: "Tests/KernelClones"),
    .target(name: "Calibration", dependencies: ["McKeanVlasov", "CGSL"], path: "Tests/Calibration"),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(
      name: "McKeanVlasovTests",
      dependencies: [
        "McKeanVlasov", "CGSL", "COpenBLAS", "CStableKernels", "KernelClones", "AllocationCounter", "Calibration",
      ]),
    .testTarget(name: "ConvergenceTests", dependencies: ["McKeanVlasov", "CGSL", "Calibration"]),
    .testTarget(name: "CommandLineTests", dependencies: ["mckean", "McKeanVlasov"]),
  ]
)
