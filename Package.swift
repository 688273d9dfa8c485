// swift-tools-version: 6.2
// Atelier: data-parallel training of image autoencoders, VAEs and GANs over MPI.
//
// Dependencies between targets point one way, from `atelier` down to the system libraries; see
// Docs/architecture.md. Build with `./launch/build`, test with `./launch/test`.

import PackageDescription

/// Instruction set that Swift's own vector code is compiled for. Every x86-64-v3 processor (2013 and later) has AVX2
/// and fused multiply-add; the bits of a run do not depend on this choice as long as both are there.
#if arch(x86_64)
  let instructionSet = Context.environment["ATELIER_MARCH"] ?? "x86-64-v3"
  let vectorSettings: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=\(instructionSet)"])]
#else
  let vectorSettings: [SwiftSetting] = []
#endif

let package = Package(
  name: "atelier",
  products: [.executable(name: "atelier", targets: ["atelier"])],
  targets: [
    // MARK: - The program

    // The Swift libraries are linked in, so that the program runs on hosts without Swift. It therefore can't use
    // Foundation, whose static libraries do not name what they need in turn; the tests can.
    .executableTarget(
      name: "atelier", dependencies: ["CommandLineInterface"],
      linkerSettings: [.unsafeFlags(["-static-stdlib"])]),
    .target(
      name: "CommandLineInterface",
      dependencies: ["Training", "Evaluation", "Artifacts", "ImageData", "Collectives", "Diagnostics"]),
    .target(
      name: "Training",
      dependencies: [
        "Evaluation", "NeuralNet", "TensorCore", "RandomNumbers", "Artifacts", "ImageData", "Collectives",
        "Diagnostics",
      ]),
    .target(
      name: "Evaluation",
      dependencies: [
        "NeuralNet", "TensorCore", "RandomNumbers", "CFashionCNN", "Artifacts", "ImageData", "Collectives",
        "Diagnostics",
      ],
      swiftSettings: vectorSettings),

    // MARK: - Numbers

    .target(
      name: "NeuralNet", dependencies: ["TensorCore", "RandomNumbers", "Diagnostics"],
      swiftSettings: vectorSettings),
    .target(name: "TensorCore", dependencies: ["RandomNumbers", "CVector"], swiftSettings: vectorSettings),
    // Header only: vector instructions that Swift has no name for.
    .systemLibrary(name: "CVector"),
    .target(name: "RandomNumbers", swiftSettings: vectorSettings),

    // MARK: - Files and processes

    .target(name: "Artifacts", dependencies: ["CPNG", "CZlib", "CCrypto", "Diagnostics"]),
    .target(
      name: "ImageData",
      dependencies: [
        "CZlib", "CPublishedSplit", "RandomNumbers", "Artifacts", "Diagnostics",
      ], swiftSettings: vectorSettings),
    // Data only: the indices of the published 80/10/10 split.
    .target(name: "CPublishedSplit", exclude: ["indices.bin"]),
    // Data only: the weights of the feature network fashion-cnn-v1.
    .target(name: "CFashionCNN", exclude: ["fashion-cnn-v1.safetensors"]),
    .target(
      name: "Collectives", dependencies: ["CMPIShim", "CSharedMemory", "Diagnostics"],
      swiftSettings: vectorSettings),
    // Header only: calls of the system that Swift has no name for.
    .systemLibrary(name: "CSharedMemory"),
    .target(name: "Diagnostics"),
    .target(name: "CMPIShim", dependencies: ["COpenMPI"]),

    // MARK: - System libraries (Docs/dependencies.md says why each is here)

    .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // MARK: - Tests

    .target(
      name: "TestSupport", dependencies: ["Artifacts", "TensorCore", "CZlib"], path: "Tests/TestSupport"),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"]),
    .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"]),
    .testTarget(
      name: "TensorCoreTests", dependencies: ["TensorCore", "TestSupport", "COpenBLAS"],
      swiftSettings: vectorSettings),
    .testTarget(
      name: "NeuralNetTests",
      dependencies: ["NeuralNet", "RandomNumbers", "Diagnostics", "Artifacts", "ImageData", "TestSupport"]),
    .testTarget(name: "ArtifactsTests", dependencies: ["Artifacts", "CZlib", "Diagnostics", "TestSupport"]),
    .testTarget(
      name: "ImageDataTests",
      dependencies: ["ImageData", "Artifacts", "Diagnostics", "RandomNumbers", "TestSupport"]),
    .executableTarget(
      name: "collectives-selftest", dependencies: ["Collectives", "Diagnostics"],
      path: "Tests/CollectivesSelfTest"),
    .testTarget(name: "CollectivesTests", dependencies: ["Collectives", "TestSupport"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "TensorCore", "Artifacts", "ImageData", "Diagnostics", "TestSupport"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "NeuralNet", "TensorCore", "RandomNumbers", "Artifacts", "ImageData", "Collectives",
        "Diagnostics", "TestSupport",
      ]),
    .testTarget(name: "CommandLineInterfaceTests", dependencies: ["CommandLineInterface", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
