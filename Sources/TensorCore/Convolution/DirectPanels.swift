/// The weights of a product in the order in which tiles read them: panels of 16 output channels, each term by term; a
/// lone output channel is a panel of its own.
///
/// Packed anew for every call, since weights change with every step; the memory stays.
final class DirectPanels {
  /// Where a weight lies in the kernel's array, in floats.
  struct Strides {
    var output: Int
    var input: Int
  }

  let plan: DirectPlan
  /// Output channels of a panel.
  let width: Int
  /// (panels, terms, width); columns that don't exist are zero.
  let weights: AlignedBuffer<Float>
  /// A bias for each column of all panels.
  let biases: AlignedBuffer<Float>
  private let strides: Strides
  private let kernelWidth: Int

  let panelCount: Int

  init(_ plan: DirectPlan, strides: Strides, kernelWidth: Int) {
    self.plan = plan
    self.strides = strides
    self.kernelWidth = kernelWidth
    width = plan.output.channels == 1 ? 1 : 16
    panelCount = (plan.output.channels + width - 1) / width
    weights = AlignedBuffer(count: panelCount * plan.termCount * width)
    biases = AlignedBuffer(count: panelCount * width)
  }

  func pack(_ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, team: ThreadTeam) {
    for column in 0..<plan.output.channels { biases.pointer[column] = bias?[column] ?? 0 }
    let tapCount = plan.taps.count
    team.forEachRange(panelCount * tapCount) { range in
      for index in range {
        packTap(weight, panel: index / tapCount, tap: index % tapCount)
      }
    }
  }

  private func packTap(_ weight: UnsafePointer<Float>, panel: Int, tap: Int) {
    let channels = plan.input.channels
    let place = plan.taps[tap]
    let columns = min(width, plan.output.channels - panel * width)
    var source = weight + place.row * kernelWidth + place.column + panel * width * strides.output
    var target = weights.pointer + (panel * plan.termCount + tap * channels) * width
    let step = strides.output
    for _ in 0..<channels {
      var column = 0
      while column < columns {
        target[column] = source[column &* step]
        column &+= 1
      }
      source += strides.input
      target += width
    }
  }
}
