/// A data set made up for tests, small and quick to learn.
public enum SyntheticImages {
  /// Writes the four IDX files of a data set into a folder: each image a disc whose place, size and brightness vary.
  ///
  /// - Returns: the folder's path.
  @discardableResult
  public static func write(to folder: TemporaryFolder, train: Int, test: Int, side: Int = 28) throws -> String
  {
    for (name, first, count) in [("train", 0, train), ("t10k", train, test)] {
      let pixels = (first..<first + count).flatMap { disc($0, height: side, width: side) }
      try folder.write(
        "\(name)-images-idx3-ubyte", SyntheticData.idx(shape: [count, side, side], elements: pixels))
      let labels = (first..<first + count).map { UInt8($0 % 10) }
      try folder.write("\(name)-labels-idx1-ubyte", SyntheticData.idx(shape: [count], elements: labels))
    }
    return folder.path
  }

  /// Images of any size, (count,H,W): the same kind of discs.
  public static func pixels(count: Int, height: Int, width: Int) -> [UInt8] {
    (0..<count).flatMap { disc($0, height: height, width: width) }
  }

  private static func disc(_ number: Int, height: Int, width: Int) -> [UInt8] {
    let side = min(height, width)
    let (column, row) = (width / 4 + number * 7 % (width / 2), height / 4 + number * 11 % (height / 2))
    let (radius, brightness) = (side / 8 + number * 5 % max(1, side / 8), 100 + number * 37 % 156)
    return (0..<height * width).map { pixel in
      let (down, right) = (pixel / width - row, pixel % width - column)
      return down * down + right * right <= radius * radius ? UInt8(brightness - pixel % 9) : 0
    }
  }
}
