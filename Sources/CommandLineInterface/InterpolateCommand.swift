import Collectives
import Diagnostics
import ImageData
import Training

/// What `atelier interpolate` was asked for.
package struct InterpolateOptions: Sendable, Equatable {
  package var model = ModelOptions()
  /// Nil leaves the choice to the program.
  package var pairs: [ImagePair]?
  /// Pairs for the program to choose; nil stands for at most `usualCount`.
  package var count: Int?
  package var steps = 10
  package var path = PathChoice.linear
  /// The `.png` or `.npy` file to write.
  package var output = "interpolation.png"
  package var verbosity = Verbosity.normal

  static let usualCount = 5
}

/// `atelier interpolate`.
let interpolateCommand = CommandSpecification(
  name: "interpolate", overview: "Draw the images on the way between the codes of two images.",
  discussion: """
      atelier interpolate runs/00000-vae --pairs 0-1,5-9 --path both --out path.png
    """,
  table: [
    .run(\.model.run),
    .splitPart(\.model.part, "Where the images at the ends are from."),
    .runData(
      \.model.data, "Other data to take images from, of the same image size and split as the run's was."),
    .option(
      "pairs", "i-j,...", \.pairs, .imagePairs, .data, .invocation,
      "Images at the ends of each row, by their numbers in the part.",
      defaultText: "the first ones of different classes"),
    .option(
      "count", "n", \.count, .integer(atLeast: 1), .data, .invocation,
      "Pairs to choose where --pairs is not given.",
      defaultText: "\(InterpolateOptions.usualCount)"),
    .option(
      "steps", "n", \.steps, .integer(2...1000), .data, .invocation, "Images on each way, its ends included."),
    .option(
      "path", "path", \.path, .choice, .data, .invocation,
      "A straight line, the great circle with norms that change evenly, or one below the other."),
    .threads(\.model.threads),
    .option(
      "out", "file", \.output, .path(endingIn: [".png", ".npy"]), .output, .invocation,
      "File to write: a picture with the images themselves at the ends, or a NumPy array (rows, steps, height, width) of "
        + "float32 in [0, 1]; one of that name is replaced."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in InterpolateOptions() }, helpDefaults: { _ in [InterpolateOptions()] },
  body: { options, console in try interpolate(options, console) })

private func interpolate(_ options: InterpolateOptions, _ console: Console) throws -> ExitCode {
  if options.pairs != nil && options.count != nil {
    throw Failure(
      .usage, "--count has no place beside --pairs, which says how many there are",
      help: "leave out one of them")
  }
  return try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.model.run, group: group, threads: options.model.threads)
    let images = try loaded.images(options.model, group)
    let part = options.model.part
    let pairs = try options.pairs ?? choosePairs(of: images, part: part, count: options.count)
    let picture = try loaded.interpolate(
      images, part: part, pairs: pairs, along: options.path, steps: options.steps, for: options.output)
    try group.decideOnRoot(phase: "writing the interpolation") { try picture?.write(to: options.output) }
    if options.verbosity != .quiet {
      let shown = pairs.prefix(10).map(\.text).joined(separator: ", ") + (pairs.count > 10 ? ", ..." : "")
      let ways = options.path == .both ? "linear and spherical" : options.path.rawValue
      console.write(
        "\(options.output): \(part.rawValue) images \(shown) in \(options.steps) steps, \(ways)\n")
    }
  }
}

private func choosePairs(of images: ImageDataset, part: SplitPart, count: Int?) throws -> [ImagePair] {
  let pairs = images.pairsOfDifferentClasses(atMost: count ?? InterpolateOptions.usualCount)
  guard !pairs.isEmpty && pairs.count >= count ?? 1 else {
    throw Failure(
      .usage,
      "the \(grouped(images.count)) images of --split \(part.rawValue) make \(grouped(pairs.count)) pairs of different "
        + "classes, not \(grouped(count ?? 1))",
      help: "name a smaller --count, or images with --pairs")
  }
  return pairs
}

extension ValueFormat where Value == [ImagePair] {
  /// `0-1,5-9`: two and two numbers of images.
  static var imagePairs: ValueFormat {
    ValueFormat(
      kind: .string, completion: .nothing,
      expectation: "numbers of images, two and two, as in '0-1' or '0-1,5-9'",
      read: { text in
        let pairs = text.split(separator: ",", omittingEmptySubsequences: false).map { word -> ImagePair? in
          let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
          guard ends.count == 2, let first = ends[0], let last = ends[1] else { return nil }
          return ImagePair(first: Int(first), last: Int(last))
        }
        return pairs.contains(nil) ? nil : pairs.compactMap { $0 }
      },
      show: { .string($0.map(\.text).joined(separator: ",")) })
  }
}
