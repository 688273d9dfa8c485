import Diagnostics
import TensorCore

/// How much of the generated images lies where real ones do, and the other way round.
///
/// A ball around each image, as wide as the distance to its k-th neighbour in its own set (itself not counted), stands
/// for the region that images of its kind fill.
///
/// | score | share of | inside | radius |
/// |---|---|---|---|
/// | precision | generated images | any real ball | k = 3, d <= r |
/// | recall | real images | any generated ball | k = 3, d <= r |
/// | density | generated images | real balls, their number over k | k = 5, d < r |
/// | coverage | real balls | with any generated image | k = 5, d < r |
///
/// Density may exceed 1. Sources: Kynkäänniemi et al., "Improved precision and recall metric for assessing generative
/// models", 2019 (torch-fidelity); Naeem et al., "Reliable fidelity and diversity metrics for generative models", 2020
/// (prdc).
public struct SupportScores: Sendable, Equatable {
  public let precision: Double
  public let recall: Double
  public let density: Double
  public let coverage: Double

  /// Neighbours that the balls of precision and recall reach to.
  public static let precisionNeighbours = 3
  /// Neighbours that the balls of density and coverage reach to.
  public static let densityNeighbours = 5

  /// - Parameters:
  ///   - realNeighbours: neighbours within the real images, at least `densityNeighbours`. They don't change with the
  ///     generated ones and may be kept.
  /// - Throws: 65 if there are too few images for so many neighbours, or if the dimensions differ.
  public init(
    real: FeatureMatrix, generated: FeatureMatrix, realNeighbours: NearestNeighbours, team: ThreadTeam
  ) throws(Failure) {
    precondition(realNeighbours.count == real.count)
    guard real.dimension == generated.dimension else {
      throw Failure(
        .badData,
        "\(real.dimension) real features and \(generated.dimension) generated ones can't be compared",
        help: "compute both with the same feature network")
    }
    let generatedNeighbours = try NearestNeighbours(
      within: generated, neighbours: Self.precisionNeighbours, team: team)
    let scan = PairScan(real, generated, team: team)
    let radii = SupportRadii(
      precision: realNeighbours.squaredRadii(Self.precisionNeighbours),
      recall: generatedNeighbours.squaredRadii(Self.precisionNeighbours),
      density: realNeighbours.squaredRadii(Self.densityNeighbours))
    let members = (0..<team.count).map { _ in SupportCounts(real: real.count, generated: generated.count) }
    team.run { countPairs(scan, radii, member: $0, of: team.count, into: members[$0]) }
    for other in members.dropFirst() { members[0].merge(other) }
    let counts = members[0]
    func share(_ flags: [Bool]) -> Double { Double(flags.count { $0 }) / Double(flags.count) }
    precision = share(counts.generatedInside)
    recall = share(counts.realInside)
    density = Double(counts.ballsEntered) / Double(Self.densityNeighbours * generated.count)
    coverage = share(counts.realCovered)
  }

  /// The scores without anything computed before.
  ///
  /// - Throws: 65 if there are no more than 5 images on either side, or if the dimensions differ.
  public init(real: FeatureMatrix, generated: FeatureMatrix, team: ThreadTeam) throws(Failure) {
    let neighbours = try NearestNeighbours(within: real, neighbours: Self.densityNeighbours, team: team)
    try self.init(real: real, generated: generated, realNeighbours: neighbours, team: team)
  }
}

/// The squared radii of all balls.
private struct SupportRadii {
  /// Of the real images, for precision.
  let precision: [Double]
  /// Of the generated images, for recall.
  let recall: [Double]
  /// Of the real images, for density and coverage.
  let density: [Double]
}

/// What a share of the pairs shows. Merging is exact, so the order does not matter.
private final class SupportCounts: @unchecked Sendable {
  var generatedInside: [Bool]
  var realInside: [Bool]
  var realCovered: [Bool]
  var ballsEntered = 0

  init(real: Int, generated: Int) {
    generatedInside = [Bool](repeating: false, count: generated)
    realInside = [Bool](repeating: false, count: real)
    realCovered = realInside
  }

  func merge(_ other: SupportCounts) {
    for index in generatedInside.indices where other.generatedInside[index] { generatedInside[index] = true }
    for index in realInside.indices {
      realInside[index] = realInside[index] || other.realInside[index]
      realCovered[index] = realCovered[index] || other.realCovered[index]
    }
    ballsEntered += other.ballsEntered
  }
}

private func countPairs(
  _ scan: PairScan<FeatureMatrix>, _ radii: SupportRadii, member: Int, of members: Int,
  into counts: SupportCounts
) {
  let rowBounds = AlignedBuffer<Float>(count: scan.left.count)
  for row in 0..<scan.left.count {
    rowBounds.pointer[row] = scan.bound(
      squaredLength: scan.leftLengths.pointer[row], reach: max(radii.precision[row], radii.density[row]))
  }
  let columnBounds = AlignedBuffer<Float>(count: scan.right.count)
  for column in 0..<scan.right.count {
    columnBounds.pointer[column] = scan.bound(
      squaredLength: scan.rightLengths.pointer[column], reach: radii.recall[column])
  }
  scan.visitCandidates(
    member: member, of: members, rowBounds: rowBounds.pointer, columnBounds: columnBounds.pointer
  ) {
    pair in
    let (row, column) = (pair.row, pair.column)
    let (precision, recall, density) = (radii.precision[row], radii.recall[column], radii.density[row])
    // Most candidates are inside or outside beyond doubt.
    var distance =
      scan.leftLengths.pointer[row] + scan.rightLengths.pointer[column] - 2 * Double(pair.product)
    let error = scan.error(row: row, column: column)
    if min(abs(distance - precision), abs(distance - recall), abs(distance - density)) <= error {
      distance = squaredDistance(pair.left, pair.right, count: scan.left.dimension)
    }
    if distance <= precision { counts.generatedInside[column] = true }
    if distance <= recall { counts.realInside[row] = true }
    if distance < density {
      counts.realCovered[row] = true
      counts.ballsEntered += 1
    }
  }
}
