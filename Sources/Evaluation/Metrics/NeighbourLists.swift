import TensorCore

/// The nearest rows found so far for each of some rows. What it holds in the end does not depend on the order of the
/// offers: of equal distances, the lower index wins.
final class NeighbourLists: @unchecked Sendable {
  let count: Int
  let neighbours: Int
  /// (count, neighbours), ascending in each row; infinite where nothing was offered.
  let squaredDistances: AlignedBuffer<Double>
  /// (count, neighbours)
  let indices: AlignedBuffer<Int32>

  init(count: Int, neighbours: Int) {
    self.count = count
    self.neighbours = neighbours
    squaredDistances = AlignedBuffer(count: count * neighbours)
    indices = AlignedBuffer(count: count * neighbours)
    squaredDistances.elements.update(repeating: .infinity)
    indices.elements.update(repeating: .max)
  }

  /// The largest distance in a row's list: what another must not exceed to enter it.
  func reach(_ row: Int) -> Double { squaredDistances.pointer[(row + 1) * neighbours - 1] }

  /// Enters a neighbour into a row's list if it belongs there, and tells whether it does.
  func offer(_ index: Int32, at squaredDistance: Double, to row: Int) -> Bool {
    let distances = squaredDistances.pointer + row * neighbours
    let places = indices.pointer + row * neighbours
    func isNearer(than place: Int) -> Bool {
      squaredDistance < distances[place] || squaredDistance == distances[place] && index < places[place]
    }
    guard isNearer(than: neighbours - 1) else { return false }
    var place = neighbours - 1
    while place > 0 && isNearer(than: place - 1) {
      distances[place] = distances[place - 1]
      places[place] = places[place - 1]
      place -= 1
    }
    distances[place] = squaredDistance
    places[place] = index
    return true
  }

  func merge(_ other: NeighbourLists) {
    for row in 0..<count {
      for place in row * neighbours..<(row + 1) * neighbours where other.indices.pointer[place] != .max {
        _ = offer(other.indices.pointer[place], at: other.squaredDistances.pointer[place], to: row)
      }
    }
  }
}
