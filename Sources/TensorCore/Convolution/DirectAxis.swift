/// One axis of a product over sliding windows: which taps reach each output coordinate, and from where.
///
/// Output coordinates with the same taps modulo the stride form a *phase*; a correlation has one phase, the spreading of
/// a stride s has s of them. Within a phase, tap j of coordinate n reads the input coordinate `first + j - taps.first`,
/// so that the taps of a window lie next to each other in the input; taps that would read outside it are left out.
struct DirectAxis {
  /// What an output coordinate sums over.
  struct Place: Equatable {
    var phase: Int
    /// Positions in the phase's list of taps.
    var taps: Range<Int>
    /// The input coordinate of the first tap, 0 where there is none.
    var first: Int

    /// Whether the same tile may work on both.
    func hasTaps(of other: Place) -> Bool { phase == other.phase && taps == other.taps }
  }

  /// The kernel coordinates of each phase, in order of rising input coordinate.
  let phases: [[Int]]
  let places: [Place]

  /// From `inputs` fine coordinates to `outputs` coarse ones.
  static func correlating(inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) -> DirectAxis {
    let places = (0..<outputs).map { coarse in
      place(phase: 0, base: coarse * stride - padding, taps: kernel, inputs: inputs)
    }
    return DirectAxis(phases: [Array(0..<kernel)], places: places)
  }

  /// From `inputs` coarse coordinates to `outputs` fine ones: coarse c reaches fine c * stride + k - padding by tap k.
  static func spreading(inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) -> DirectAxis {
    let phases = (0..<stride).map { phase in
      Array(Swift.stride(from: phase, to: kernel, by: stride).reversed())
    }
    let places = (0..<outputs).map { fine in
      let shifted = fine + padding
      let phase = (shifted % stride + stride) % stride
      let last = (shifted - phase) / stride
      let taps = phases[phase].count
      return place(phase: phase, base: last - taps + 1, taps: taps, inputs: inputs)
    }
    return DirectAxis(phases: phases, places: places)
  }

  /// The coordinates that share phase and taps, class by class, in order of their first one.
  var classes: [[Int]] {
    var classes: [[Int]] = []
    for (coordinate, place) in places.enumerated() {
      if let index = classes.firstIndex(where: { places[$0[0]].hasTaps(of: place) }) {
        classes[index].append(coordinate)
      } else {
        classes.append([coordinate])
      }
    }
    return classes
  }

  private static func place(phase: Int, base: Int, taps: Int, inputs: Int) -> Place {
    let low = max(0, -base)
    let high = min(taps, inputs - base)
    if low >= high { return Place(phase: phase, taps: 0..<0, first: 0) }
    return Place(phase: phase, taps: low..<high, first: base + low)
  }
}
