/// A way to convolve a short stretch of a line with fewer multiplications than it has products.
///
/// Any such way has the form
///     coarse = A^T [ (G taps) . (B^T fine) ],
/// where the bracket multiplies element by element: few sums of samples with few sums of taps, as a Fourier transform
/// would, which is why the elements are called frequencies (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for
/// Convolutional Neural Networks"). Transposing it gives the other two products with the same matrices:
///     fine = B [ (G taps) . (A coarse) ]             (spread; neighbouring tiles overlap and are added)
///     taps = G^T sum over tiles of [ (B^T fine) . (A coarse) ]         (weight gradient)
/// A type has the four transforms of samples; those of the taps are a `WinogradTaps`. Images are transformed down the
/// columns and along the rows, which costs the square of the frequencies in multiplications.
///
/// All transforms work on eight channels at a time: element k is asked for by `fine(k)` and given away by
/// `frequency(k, …)`. They are inlined, with k known.
protocol WinogradTile: SendableMetatype {
  /// Fine samples that the tile reads, and coarse samples that it gives.
  static var fineSize: Int { get }
  static var coarseSize: Int { get }
  static var frequencyCount: Int { get }
  /// Which of the `WinogradTaps`' sums each frequency is multiplied with.
  static var points: [Int] { get }
  /// How many of the tile's frequencies have the same point as this one.
  static func multiplicity(_ frequency: Int) -> Int

  /// B^T
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void)
  /// B
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void)
  /// A
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void)
  /// A^T
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void)

  // The loops around them are requirements too, though all have the same code: so each tile has its own, in which the
  // transforms are inlined, and a caller needs to know no more than `any WinogradTile.Type`. WinogradPasses.swift has
  // them, not inlined themselves: the compiler would not inline anything further into a thunk of the protocol.
  static func fineRowsToLines(_ rows: RowPointers, _ lines: WinogradLines)
  static func coarseRowsToLines(_ rows: RowPointers, _ lines: WinogradLines)
  static func linesToCoarseRows(
    _ lines: WinogradLines, _ rows: RowPointers, bias: UnsafePointer<Float>, negativeSlope: Float)
  static func linesToFineRows(
    _ lines: WinogradLines, _ rows: RowPointers, added: RowPointers, bias: UnsafePointer<Float>,
    negativeSlope: Float, stride: Int)
  static func fineLineToSpectrum(_ line: WinogradLineRun, _ spectrum: SpectrumLine, stride: Int)
  static func coarseLineToSpectrum(_ line: WinogradLineRun, _ spectrum: SpectrumLine)
  static func spectrumToCoarseLine(_ spectrum: SpectrumLine, _ line: WinogradLineRun)
  static func spectrumToFineLine(_ spectrum: SpectrumLine, _ line: WinogradLineRun, stride: Int)
}

/// The sums of taps that the frequencies of all tile sizes of one kind of kernel are multiplied with.
///
/// They are the values of the taps' polynomial at a few points, so tiles of different sizes can share them: a line is
/// covered by tiles of two sizes, and what is multiplied with the same sum is one matrix product.
protocol WinogradTaps: SendableMetatype {
  static var count: Int { get }
  static var pointCount: Int { get }
  /// G
  static func toPoints(_ tap: (Int) -> Vector, _ point: (Int, Vector) -> Void)
  /// G^T
  static func fromPoints(_ point: (Int) -> Vector, _ tap: (Int, Vector) -> Void)

  // As for tiles, the loops are in WinogradWeights.swift.
  static func pack(
    _ taps: UnsafePointer<Float>, tapStride: Int, _ points: UnsafeMutablePointer<Float>, pointStride: Int)
  static func unpack(
    _ points: UnsafePointer<Float>, pointStride: Int, waiting: UnsafeMutablePointer<Float>, level: Int,
    levelStride: Int)
}
