import Artifacts
import TestSupport
import Testing
import Training

private func images(_ count: Int, first: Int) -> [Float] {
  (0..<count).flatMap { [Float](repeating: Float(first + $0) / 64, count: 7 * 8) }
}

/// 12 pairs take two rows of pairs; the greys of the tiles tell which stands where.
@Test func theClosestPairsComeFirstGeneratedAboveNearest() throws {
  let folder = TemporaryFolder()
  let path = folder.path("nearest.png")
  let distances: [Double] = [9, 3, 11, 3, 5, 8, 7, 6, 12, 10, 0.125, 12345.678]
  try writeNearestImages(
    generated: images(12, first: 0), nearest: images(12, first: 32), distances: distances,
    indices: (0..<12).map { $0 * 5000 }, height: 7, width: 8, to: path)
  let order = [10, 1, 3, 4, 7, 6, 5, 0, 9, 2, 8, 11]
  func row(_ label: String, _ pairs: [Int], first: Int, _ caption: (Int) -> String) -> ImageGrid.Row {
    ImageGrid.Row(
      label: label,
      pairs.map { pair in
        ImageGrid.Tile(
          [Float](repeating: Float(first + pair) / 64, count: 56), caption: caption(pair))
      })
  }
  let texts = [
    "9.00", "3.00", "11.00", "3.00", "5.00", "8.00", "7.00", "6.00", "12.00", "10.00", "0.13", "12345.68",
  ]
  let rows = [Array(order[..<10]), Array(order[10...])].flatMap { pairs in
    [
      row("generated", pairs, first: 0) { "at \(texts[$0])" },
      row("nearest", pairs, first: 32) { "train \($0 * 5000)" },
    ]
  }
  let expected = ImageGrid(tileHeight: 7, tileWidth: 8, rows: rows, scale: 18).rendered()
  #expect(try GreyImage(png: FileSystem.read(path), path: path) == expected)
}

@Test func onePairIsAPictureToo() throws {
  let folder = TemporaryFolder()
  let path = folder.path("nearest.png")
  try writeNearestImages(
    generated: [0.5], nearest: [1], distances: [0], indices: [59_999], height: 1, width: 1, to: path)
  #expect(try GreyImage(png: FileSystem.read(path), path: path).width > 5)
}
