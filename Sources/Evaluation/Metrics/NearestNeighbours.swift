import Diagnostics
import ImageData
import TensorCore

/// For each of some vectors, the nearest others by Euclidean distance, nearest first.
///
/// Distances are those of double precision (`squaredDistance`), to the bit at any number of threads; of equal ones, the
/// lower index comes first.
public struct NearestNeighbours: Sendable, Equatable {
  public let count: Int
  /// Neighbours of each vector.
  public let neighbours: Int
  /// (count, neighbours), ascending in each row.
  public let squaredDistances: [Double]
  /// (count, neighbours): which vector each neighbour is.
  public let indices: [Int32]

  /// Neighbours found before, such as those of a cache.
  ///
  /// - Precondition: as many distances as indices.
  init(count: Int, neighbours: Int, squaredDistances: [Double], indices: [Int32]) {
    precondition(squaredDistances.count == count * neighbours && indices.count == squaredDistances.count)
    self.count = count
    self.neighbours = neighbours
    self.squaredDistances = squaredDistances
    self.indices = indices
  }

  /// Neighbours within a set; a vector is not its own neighbour, though an equal one is.
  ///
  /// - Throws: 65 if there are no more than `neighbours` vectors.
  public init(within features: FeatureMatrix, neighbours: Int, team: ThreadTeam) throws(Failure) {
    guard features.count > neighbours else {
      throw Failure(
        .badData, "\(features.count) \(features.name) can't have \(neighbours) neighbours each",
        help: "give more than \(neighbours), better 10,000")
    }
    self.init(
      PairScan(features, features, isWithinOneSet: true, team: team), neighbours: neighbours, team: team)
  }

  /// The nearest of `others` to each of `queries`.
  ///
  /// - Throws: 65 if there are fewer than `neighbours` others, or if their dimensions differ.
  public init(
    of queries: FeatureMatrix, among others: FeatureMatrix, neighbours: Int = 1, team: ThreadTeam
  ) throws(Failure) {
    try self.init(of: queries, amongRows: others, name: others.name, neighbours: neighbours, team: team)
  }

  /// The nearest images to each of `queries`, which hold pixels in [0, 1]: a generator that copies its training images
  /// shows here.
  ///
  /// - Throws: 65 if there are fewer than `neighbours` images, or if they have another number of pixels.
  public init(
    of queries: FeatureMatrix, among images: ImageDataset, neighbours: Int = 1, team: ThreadTeam
  ) throws(Failure) {
    try self.init(of: queries, amongRows: images, name: "images", neighbours: neighbours, team: team)
  }

  private init(
    of queries: FeatureMatrix, amongRows others: some RowSource, name: String, neighbours: Int,
    team: ThreadTeam
  ) throws(Failure) {
    guard queries.dimension == others.dimension else {
      throw Failure(
        .badData,
        "\(queries.name) of \(queries.dimension) numbers and \(name) of \(others.dimension) have no distance")
    }
    guard others.count >= neighbours else {
      throw Failure(.badData, "\(others.count) \(name) can't be \(neighbours) neighbours")
    }
    self.init(PairScan(queries, others, team: team), neighbours: neighbours, team: team)
  }

  private init(_ scan: PairScan<some RowSource>, neighbours: Int, team: ThreadTeam) {
    precondition(neighbours >= 1)
    let rows = scan.left.count
    let members = (0..<team.count).map { _ in NeighbourLists(count: rows, neighbours: neighbours) }
    team.run { member in findNeighbours(scan, member: member, of: team.count, lists: members[member]) }
    for other in members.dropFirst() { members[0].merge(other) }
    count = rows
    self.neighbours = neighbours
    squaredDistances = members[0].squaredDistances.array
    indices = members[0].indices.array
  }

  /// The distance of each vector to its k-th neighbour, squared.
  ///
  /// - Precondition: `k` is from 1 to `neighbours`.
  public func squaredRadii(_ k: Int) -> [Double] {
    precondition(k >= 1 && k <= neighbours)
    return (0..<count).map { squaredDistances[$0 * neighbours + k - 1] }
  }
}

/// A thread's share of the pairs, with a list for every row. The further the lists fill, the fewer pairs are candidates.
private func findNeighbours(
  _ scan: PairScan<some RowSource>, member: Int, of members: Int, lists: NeighbourLists
) {
  let bounds = AlignedBuffer<Float>(count: scan.left.count)
  bounds.elements.update(repeating: -.infinity)
  let unbound = AlignedBuffer<Float>(count: scan.isWithinOneSet ? 0 : scan.right.count)
  unbound.elements.update(repeating: .infinity)
  func offer(_ index: Int, at distance: Double, to row: Int) {
    if lists.offer(Int32(index), at: distance, to: row) {
      bounds.pointer[row] = scan.bound(
        squaredLength: scan.leftLengths.pointer[row], reach: lists.reach(row))
    }
  }
  scan.visitCandidates(
    member: member, of: members, rowBounds: bounds.pointer,
    columnBounds: scan.isWithinOneSet ? bounds.pointer : unbound.pointer
  ) { pair in
    let distance = squaredDistance(pair.left, pair.right, count: scan.left.dimension)
    offer(pair.column, at: distance, to: pair.row)
    if scan.isWithinOneSet { offer(pair.row, at: distance, to: pair.column) }
  }
}
