import RandomNumbers

extension ImageChange {
  /// The change of one image by the policies `translation` and `cutout` of differentiable augmentation.
  ///
  /// - `translation`: by whole pixels from -s to s in each direction, s = floor(side / 8 + 1/2), all equally likely.
  /// - `cutout`: of a rectangle of floor(side / 2 + 1/2) pixels each way whose centre may be at every pixel; the part beyond
  ///   the border is lost.
  ///
  /// Words 0 to 3 of a block are for the two shifts and the cut's line and column (`uniformInteger`), so that
  /// neither policy changes the other's numbers.
  ///
  /// Source: Zhao, Liu, Lin, Zhu and Han, "Differentiable augmentation for data-efficient GAN training", 2020.
  ///
  /// - Parameters:
  ///   - index: the image's place in the global batch.
  ///   - draw: what tells the passes of a step apart.
  public static func random(
    _ augmentations: [ImageAugmentation], height: Int, width: Int, key: RandomKey, step: Int, index: Int,
    draw: Int
  ) -> ImageChange {
    func number(_ word: Int, below bound: Int) -> Int {
      key.uniformInteger(below: UInt32(bound), word: word, step: step, index: index, draw: draw)
    }
    func shift(_ word: Int, side: Int) -> Int {
      let largest = largestShift(side: side)
      return number(word, below: 2 * largest + 1) - largest
    }
    var change = ImageChange()
    if augmentations.contains(.translation) {
      change.rowShift = shift(0, side: height)
      change.columnShift = shift(1, side: width)
    }
    if augmentations.contains(.cutout) {
      change.cutRows = cut(centre: number(2, below: cutCentres(side: height)), side: height)
      change.cutColumns = cut(centre: number(3, below: cutCentres(side: width)), side: width)
    }
    return change
  }
}
