import Artifacts

/// Pages of the images that a GAN draws of the same codes at one evaluation after another, in the folder `progress`, and
/// one page with a row of each. Rank 0 only.
///
/// The pages are what is known of earlier evaluations, so that a run that goes on leaves the same as one that never
/// stopped.
struct ProgressPictures {
  /// Rows of the page of all at most.
  private static let rowLimit = 24

  let folder: RunFolder
  let height: Int
  let width: Int
  /// Of a GAN with classes, each of which has a column; nil for others.
  let classes: Int?

  /// Images of a page.
  var count: Int { classes.map { 6 * $0 } ?? 64 }
  private var columns: Int { classes ?? 8 }
  /// Images of a row of the page of all.
  private var rowLength: Int { classes ?? 12 }

  private var scale: Int { pictureScale(gridScale, height: height, width: width) }

  /// Writes the page of an epoch.
  ///
  /// - Parameter images: (count, height, width) in [0, 1].
  func write(_ images: [Float], epoch: Int) throws {
    try FileSystem.createFolder(folder.progress)
    try writeDurably(path(epoch), page(images).rendered().png)
  }

  /// Removes pages of what comes after an epoch, and takes those up to there along from the run that this one continues.
  ///
  /// - Parameter original: the folder of that run; nil where there is none, or it is this one.
  func keep(upTo epoch: Int, from original: RunFolder?) throws {
    for later in try epochs(folder) where later > epoch { try FileSystem.remove(path(later)) }
    guard let original else { return }
    for earlier in try epochs(original) where earlier <= epoch {
      try FileSystem.createFolder(folder.progress)
      try writeDurably(path(earlier), FileSystem.read("\(original.progress)/\(Self.name(earlier))"))
    }
  }

  /// Writes the page of all: the first images of each epoch, evenly chosen where they are too many, then those of the end.
  ///
  /// - Parameters:
  ///   - final: (count, height, width) in [0, 1].
  ///   - label: of their row.
  ///   - epoch: the last, whose own page is that of the end if there is one.
  func writeSummary(final: [Float], label: String, epoch: Int) throws {
    let earlier = try epochs(folder).filter { $0 < epoch }
    let shown = min(earlier.count, Self.rowLimit - 1)
    var rows: [ImageGrid.Row] = []
    for index in 0..<shown {
      let chosen = earlier[index * earlier.count / shown]
      let file = path(chosen)
      let image = try GreyImage(png: FileSystem.read(file), path: file)
      // A page of another program's, or of images of another size, has no row.
      guard let tiles = page([Float](repeating: 0, count: count * height * width)).tiles(of: image)
      else { continue }
      rows.append(ImageGrid.Row(label: "epoch \(chosen)", Array(tiles.prefix(rowLength))))
    }
    rows.append(ImageGrid.Row(label: label, Array(page(final).rows.flatMap(\.tiles).prefix(rowLength))))
    let grid = ImageGrid(tileHeight: height, tileWidth: width, rows: rows, scale: scale)
    try writeDurably(folder.progressPicture, grid.rendered().png)
  }

  private func page(_ images: [Float]) -> ImageGrid {
    ImageGrid(
      images: images, tileHeight: height, tileWidth: width, columns: columns, scale: scale)
  }

  // MARK: - Files

  private func path(_ epoch: Int) -> String { "\(folder.progress)/\(Self.name(epoch))" }

  private static func name(_ epoch: Int) -> String {
    let digits = "\(epoch)"
    return "fakes-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).png"
  }

  /// The epochs that a folder has pages of, in order.
  private func epochs(_ folder: RunFolder) throws -> [Int] {
    guard FileSystem.isFolder(folder.progress) else { return [] }
    return try FileSystem.names(in: folder.progress).compactMap { file in
      guard file.hasPrefix("fakes-"), file.hasSuffix(".png"),
        let epoch = Int(file.dropFirst(6).dropLast(4)), file == Self.name(epoch)
      else { return nil }
      return epoch
    }.sorted()
  }
}
