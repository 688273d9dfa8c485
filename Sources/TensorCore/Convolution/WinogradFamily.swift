/// The tiles for one kind of kernel: two sizes that share their taps' sums, so that most sides are covered exactly.
struct WinogradFamily {
  let stride: Int
  let taps: any WinogradTaps.Type
  let longTile: any WinogradTile.Type
  let shortTile: any WinogradTile.Type

  /// nil if there are none for such a kernel.
  init?(kernelHeight: Int, kernelWidth: Int, stride: Int) {
    self.stride = stride
    switch (kernelHeight, kernelWidth, stride) {
    case (3, 3, 1):
      taps = WinogradThreeTaps.self
      longTile = WinogradFourOfThreeTaps.self
      shortTile = WinogradThreeOfThreeTaps.self
    case (3, 3, 2):
      taps = WinogradThreeTapsInTwos.self
      longTile = WinogradThreeOfThreeTapsInTwos.self
      shortTile = WinogradTwoOfThreeTapsInTwos.self
    case (4, 4, 2):
      taps = WinogradFourTapsInTwos.self
      longTile = WinogradThreeOfFourTapsInTwos.self
      shortTile = WinogradTwoOfFourTapsInTwos.self
    default: return nil
    }
  }
}
