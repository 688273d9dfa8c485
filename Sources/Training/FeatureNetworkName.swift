import Artifacts
import Collectives
import Diagnostics
import Evaluation

/// The networks whose features generated and real images can be compared in, by the names used on the command line.
public enum FeatureNetworkName: String, Sendable, CaseIterable {
  /// A small classifier of Fashion-MNIST, part of the program.
  case fashionCNN = "fashion-cnn-v1"
  /// The InceptionV3 of published FIDs, whose weights the user has to bring.
  case inception

  /// - Throws: a usage failure where weights are needed and not given, or the other way round.
  public func requireWeights(given isGiven: Bool) throws(Failure) {
    if self == .inception && !isGiven {
      throw Failure(
        .usage, "--features inception needs --weights",
        help: "convert the public weights as Docs/features.md says, and name the file with --weights")
    }
    if self == .fashionCNN && isGiven {
      throw Failure(
        .usage, "--weights needs --features inception: \(rawValue) has its weights in the program",
        help: "add --features inception, or leave out --weights")
    }
  }

  /// Loads the network on every rank, for images of that size; a collective call in which rank 0 reads the file.
  ///
  /// - Throws: `Failure` 66 where the file is not there, 65 where it is not of that network.
  func load(weights: String?, height: Int, width: Int, group: ProcessGroup) throws -> any FeatureNetwork {
    if self == .fashionCNN { return FashionCNN() }
    guard let weights else { preconditionFailure("`requireWeights` comes first") }
    let content = try group.bytesFromRoot(phase: "reading the weights of \(rawValue)") {
      guard FileSystem.exists(weights) && !FileSystem.isFolder(weights) else {
        throw Failure(
          .noInput, "--weights \(weights) is no file",
          help: "convert the public weights as Docs/features.md says, and name the file")
      }
      return try FileSystem.read(weights)
    }
    return try InceptionNetwork(
      SafeTensorsFile(parsing: content, path: weights), height: height, width: width)
  }
}
