/// How a weight gradient is cut into tiles and blocks: decided once, from the geometry alone.
///
/// The gradient is a matrix of rows (tap, fine channel) by columns (coarse channel), and its terms are the pixels of the
/// coarse images. A tile has 6 neighbouring fine channels of a tap; channels that are left over, as all are of an image
/// with one channel, share tiles over all taps. So that the factors of a tile lie close together, the images are copied
/// into slices of 6 fine and panels of 16 coarse channels, a block of pixels that stay in L1 at a time.
struct DirectGradientPlan {
  /// Terms of one block, from `first` on in the table of terms: so many for each of the block's images.
  struct Terms {
    var first: Int
    var perImage: Int
  }

  /// The images whose pixels are the terms: with the kernel turned around when `isMirrored`.
  let geometry: ConvolutionGeometry
  /// Whether fine and coarse image have changed places, which makes no difference at stride 1 but to the tiles that are
  /// left partly empty: a coarse image with one channel fills 1 column of 16.
  let isMirrored: Bool

  let tapCount: Int
  /// Slices of 6 fine channels, and what is left of them.
  let sliceCount: Int
  let restChannels: Int
  /// Tiles of a panel: slice by slice its taps, then the rest's (tap, channel) pairs in sixes.
  let tileCount: Int
  let panelCount: Int

  /// The part of the fine image and its surroundings that the kernel touches.
  let paddedHeight: Int
  let paddedWidth: Int
  /// Whether coarse images are copied into panels. For very few tiles a panel it would cost more than it saves.
  let packsCoarse: Bool
  /// A block is so many images, or one of so many parts of an image.
  let imagesPerBlock: Int
  let partCount: Int
  /// For each tap, then for the rest, the terms of each part of an image.
  let terms: AlignedBuffer<Terms>
  let offsets: AlignedBuffer<TermOffsets>

  /// Pixels of a block. With what they touch of a slice they should fit L1, of which a stride takes the more; each tile
  /// is put away after every block.
  private static func blockPixels(stride: Int) -> Int { stride == 1 ? 224 : 112 }

  init(_ original: ConvolutionGeometry) {
    let plain = Self.tiles(original)
    isMirrored = original.stride == 1 && Self.tiles(original.mirrored) < plain
    let geometry = isMirrored ? original.mirrored : original
    self.geometry = geometry
    tapCount = geometry.kernelHeight * geometry.kernelWidth
    sliceCount = geometry.fine.channels / 6
    restChannels = geometry.fine.channels % 6
    tileCount = sliceCount * tapCount + (restChannels * tapCount + 5) / 6
    panelCount = (geometry.coarse.channels + 15) / 16
    paddedHeight = (geometry.coarse.height - 1) * geometry.stride + geometry.kernelHeight
    paddedWidth = (geometry.coarse.width - 1) * geometry.stride + geometry.kernelWidth
    packsCoarse = geometry.coarse.channels % 16 != 0 || tileCount > 3

    let coarse = geometry.coarse
    let blockPixels = Self.blockPixels(stride: geometry.stride)
    imagesPerBlock = max(1, blockPixels / coarse.pixelCount)
    let partRows = max(1, min(coarse.height, blockPixels / coarse.width))
    partCount = imagesPerBlock > 1 ? 1 : (coarse.height + partRows - 1) / partRows
    var terms: [Terms] = []
    var offsets: [TermOffsets] = []
    for list in 0...tapCount {
      let (ky, kx) = (list / geometry.kernelWidth, list % geometry.kernelWidth)
      for part in 0..<partCount {
        let first = offsets.count
        let firstRow = part * coarse.height / partCount
        let endRow = (part + 1) * coarse.height / partCount
        for image in 0..<imagesPerBlock {
          for y in firstRow..<endRow {
            for x in 0..<coarse.width {
              let exists =
                0..<geometry.fine.height ~= geometry.fineRow(y, ky)
                && 0..<geometry.fine.width ~= geometry.fineColumn(x, kx)
              if list < tapCount && !exists { continue }
              let corner = (image * paddedHeight + y * geometry.stride) * paddedWidth + x * geometry.stride
              let pixel = (image * coarse.height + y) * coarse.width + x
              offsets.append(
                TermOffsets(
                  left: Int32(list < tapCount ? (corner + ky * paddedWidth + kx) * 6 : corner * restChannels),
                  right: Int32(pixel * (packsCoarse ? 16 : coarse.channels))))
            }
          }
        }
        terms.append(Terms(first: first, perImage: (offsets.count - first) / imagesPerBlock))
      }
    }
    self.terms = AlignedBuffer(terms)
    self.offsets = AlignedBuffer(offsets)
  }

  /// Floats of a shard's sum: (panels, tiles, 6, 16).
  var sumCount: Int { panelCount * tileCount * 6 * 16 }
  /// Floats of a slice of 6 channels of a block.
  var sliceStride: Int { imagesPerBlock * paddedHeight * paddedWidth * 6 }
  var panelStride: Int { imagesPerBlock * geometry.coarse.pixelCount * 16 }

  /// How much work a geometry's tiles are, in tiles and pixels.
  private static func tiles(_ geometry: ConvolutionGeometry) -> Int {
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let rows = geometry.fine.channels / 6 * taps + (geometry.fine.channels % 6 * taps + 5) / 6
    return rows * ((geometry.coarse.channels + 15) / 16) * geometry.coarse.pixelCount
  }
}

extension ConvolutionGeometry {
  /// At stride 1, the geometry with fine and coarse image exchanged and the kernel turned by half a turn: its spreading
  /// is this one's correlation.
  fileprivate var mirrored: ConvolutionGeometry {
    ConvolutionGeometry(
      fine: coarse, coarse: fine, kernelHeight: kernelHeight, kernelWidth: kernelWidth, stride: stride,
      paddingTop: kernelHeight - 1 - paddingTop, paddingLeft: kernelWidth - 1 - paddingLeft)
  }
}
