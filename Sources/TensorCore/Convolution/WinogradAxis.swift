/// How one side of the images is covered by tiles: long ones first, then short ones.
///
/// All tables are made once and read by kernels.
final class WinogradAxis {
  /// A row of equal tiles.
  struct Run {
    var tile: any WinogradTile.Type
    var tiles: Int
    /// Where the first one begins: in coarse samples, and in fine ones (which may lie before the image).
    var coarseStart: Int
    var fineStart: Int
    /// The first of the line's frequencies that belongs to it.
    var firstFrequency: Int
  }

  /// One of a line's frequencies: its point, and how many of the line's frequencies with that point come before.
  struct Frequency {
    var point: Int
    var position: Int
  }

  let runs: [Run]
  let frequencies: [Frequency]
  /// How many frequencies have each point.
  let pointCounts: [Int]
  /// Where the covered parts end; the fine one from where the first tile begins.
  let coarseEnd: Int
  let fineStart: Int
  let fineEnd: Int
  /// Fine samples that neighbouring tiles share.
  let overlap: Int

  /// - Parameter padding: how far before the image the first tile begins, in fine samples.
  init(family: WinogradFamily, coarseSize: Int, padding: Int) {
    let (long, short) = Self.cover(
      coarseSize, long: family.longTile.coarseSize, short: family.shortTile.coarseSize)
    var runs: [Run] = []
    var frequencies: [Frequency] = []
    var counts = [Int](repeating: 0, count: family.taps.pointCount)
    var covered = 0
    for (tile, tiles) in [(family.longTile, long), (family.shortTile, short)] where tiles > 0 {
      runs.append(
        Run(
          tile: tile, tiles: tiles, coarseStart: covered, fineStart: covered * family.stride - padding,
          firstFrequency: frequencies.count))
      for _ in 0..<tiles {
        for point in tile.points {
          frequencies.append(Frequency(point: point, position: counts[point]))
          counts[point] += 1
        }
      }
      covered += tiles * tile.coarseSize
    }
    self.runs = runs
    self.frequencies = frequencies
    pointCounts = counts
    overlap = family.taps.count - family.stride
    coarseEnd = covered
    fineStart = -padding
    fineEnd = covered * family.stride - padding + overlap
  }

  var tileCount: Int { runs.reduce(0) { $0 + $1.tiles } }

  /// How many tiles of either size: as few short ones as fill `size` exactly; if that can't be, short ones alone.
  private static func cover(_ size: Int, long: Int, short: Int) -> (long: Int, short: Int) {
    for shorts in 0...size / short where (size - shorts * short) % long == 0 {
      return ((size - shorts * short) / long, shorts)
    }
    return (0, (size + short - 1) / short)
  }
}
