import Diagnostics
import TensorCore

/// A frozen network whose features distances between sets of images are measured in. Its name is part of every figure,
/// as in `fid[fashion-cnn-v1]`: figures of different networks can't be compared.
public protocol FeatureNetwork: AnyObject {
  /// `fashion-cnn-v1`, `inception`.
  var name: String { get }
  /// SHA-256 of the weights, for caches.
  var weightsDigest: String { get }
  /// What happens to pixels before they enter, for caches; a change of it is a change of the figures.
  var preprocessing: String { get }
  var featureCount: Int { get }
  /// Classes that it tells apart; nil where it has features only.
  var classCount: Int? { get }
  /// Images that one call of `compute` takes at most.
  var capacity: Int { get }

  /// - Throws: 65 where it can't take images of that size.
  func requireSize(height: Int, width: Int) throws(Failure)

  /// Computes features; the bits of a row don't depend on the other rows.
  ///
  /// - Parameters:
  ///   - images: (rows, pixels) in [0, 1], on the lattice k/255.
  ///   - features: (rows, featureCount), written.
  ///   - probabilities: (rows, classCount), written; nil where the network has no classes.
  ///   - rows: at most `capacity`.
  func compute(
    images: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>?, rows: Int, team: ThreadTeam)
}
