import Artifacts
import Diagnostics
import Evaluation
import ImageData

/// The codes of images on a plane: the two numbers themselves where codes have two, otherwise their places along the two
/// directions in which codes vary most.
public struct CodeScatter: Sendable {
  /// (images, 2)
  let points: [Float]
  /// What the two coordinates are called in a table.
  let names: [String]
  /// The same for people.
  let axes: [String]
  let part: SplitPart
  /// Of each image; nil where the data has none.
  let labels: [UInt8]?
  /// The part of the codes' variance that the plane shows; nil where it shows all there is.
  public let explainedShare: Double?

  public var count: Int { points.count / 2 }

  /// Writes a chart with a colour for each class if the name ends in `.svg`, a table of images, labels and coordinates if
  /// it ends in `.csv`, otherwise an npy file of shape (images, 2), float32.
  public func write(to path: String) throws {
    if path.hasSuffix(".svg") {
      try writeDurably(path, Array(chart.svg.utf8))
    } else if path.hasSuffix(".csv") {
      try writeDurably(path, Array(table.utf8))
    } else {
      try writeArray(points, shape: [count, 2], to: path)
    }
  }

  private var chart: ScatterChart {
    func series(_ name: String, _ images: some Sequence<Int>) -> ScatterChart.Series {
      ScatterChart.Series(
        name: name, points: images.map { (x: Double(points[2 * $0]), y: Double(points[2 * $0 + 1])) })
    }
    let classes = labels.map { Set($0).sorted() } ?? []
    return ScatterChart(
      title: "Codes of \(grouped(count)) \(part.rawValue) images", xLabel: axes[0], yLabel: axes[1],
      series: labels.map { labels in
        classes.map { label in
          series("class \(label)", labels.indices.filter { labels[$0] == label })
        }
      } ?? [series("\(part.rawValue) images", 0..<count)])
  }

  private var table: String {
    var lines = [(["image"] + (labels == nil ? [] : ["label"]) + names).joined(separator: ",")]
    for image in 0..<count {
      let label = labels.map { ["\($0[image])"] } ?? []
      let numbers = [points[2 * image].description, points[2 * image + 1].description]
      lines.append((["\(image)"] + label + numbers).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension LoadedModel {
  /// The codes of images on a plane; a collective call.
  ///
  /// - Parameter images: the first of `part`, at least two.
  /// - Returns: nil on all ranks but rank 0.
  /// - Throws: `Failure` 64 where a code is a single number; 65 for codes that are not finite; 1 where codes have more than two and OpenBLAS, which computes
  ///   the directions, is not installed.
  public func scatter(_ images: ImageDataset, part: SplitPart) throws -> CodeScatter? {
    _ = try coder()
    guard latentDimension >= 2 else {
      throw Failure(
        .usage, "codes of 1 number don't fill a plane", help: "train with a --latent of at least 2")
    }
    let codes = try encodeToFinite(images)
    var scatter: CodeScatter?
    try group.decideOnRoot(phase: "placing codes on a plane") {
      guard latentDimension > 2 else {
        scatter = CodeScatter(
          points: codes, names: ["z0", "z1"], axes: ["z0", "z1"], part: part, labels: images.labels,
          explainedShare: nil)
        return
      }
      let components = try PrincipalComponents(
        of: codes, dimension: latentDimension, components: 2, team: team)
      scatter = CodeScatter(
        points: components.project(codes), names: ["pc1", "pc2"],
        axes: zip(["first", "second"], components.explainedShares).map { name, share in
          "\(name) principal component, \(decimals(100 * share, 1)) % of the variance"
        }, part: part, labels: images.labels,
        explainedShare: components.explainedShares.reduce(0, +))
    }
    return scatter
  }
}
