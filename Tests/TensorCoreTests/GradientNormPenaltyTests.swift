import TensorCore
import TestSupport
import Testing

private let penalties: [GradientNormPenalty] = [.zeroCentered(3), .oneCentered(10)]

/// Columns that end within a vector, and within and beyond a block of the squared norm.
@Test(arguments: penalties, [(0, 5), (1, 1), (3, 7), (5, 64), (2, 1023), (3, 2500)])
private func slopePenaltyIsItsReference(penalty: GradientNormPenalty, sizes: (rows: Int, columns: Int)) {
  let (rows, columns) = sizes
  let input = randomFloats(rows * columns, seed: 1, low: -0.3, high: 0.3)
  for threads in [1, 3] {
    let gradients = FencedBuffer(input)
    var values = [Double](repeating: .nan, count: rows)
    penalty.evaluate(
      gradients: gradients.pointer, penalties: &values, rows: rows, columns: columns,
      team: ThreadTeam(count: threads))
    #expect(gradients.isIntact)
    for row in 0..<rows {
      let range = row * columns..<(row + 1) * columns
      let expected = penalty.reference(gradient: input[range].map(Double.init))
      #expect(abs(values[row] - expected.penalty) <= 1e-5 * max(expected.penalty, 0.1))
      expectClose(
        "derivative", gradients.array[range].map(Double.init), expected.derivative, tolerance: 2e-6)
    }
  }
}

@Test(arguments: penalties) private func slopePenaltiesHaveTheirDerivatives(penalty: GradientNormPenalty) {
  for scale in [0.05, 0.5, 4] {
    let point = randomFloats(12, seed: 2).map { scale * Double($0) }
    expectGradient(
      of: { penalty.reference(gradient: $0).penalty }, at: point,
      equals: penalty.reference(gradient: point).derivative)
  }
}

/// Where the slope is 0 the distance from 1 has no direction to grow in; what is not a number stays so.
@Test(arguments: penalties) private func slopesOfZeroAndNaN(penalty: GradientNormPenalty) {
  var gradients: [Float] = [0, 0, 0, .nan, 1, 2]
  var values = [1.0, 1.0]
  penalty.evaluate(gradients: &gradients, penalties: &values, rows: 2, columns: 3, team: singleThread)
  #expect(gradients[..<3] == [0, 0, 0])
  #expect(values[0] == (penalty == .oneCentered(10) ? 10 : 0))
  #expect(values[1].isNaN && gradients[3].isNaN)
  if penalty == .oneCentered(10) { #expect(gradients[3...].allSatisfy { $0.isNaN }) }
}

@Test func rowsAreMixedEachWithAPartOfItsOwn() {
  let (rows, columns) = (4, 13)
  let (first, second) = (
    randomFloats(rows * columns, seed: 3), randomFloats(rows * columns, seed: 4)
  )
  let parts: [Float] = [0, 0.25, 0.625, 1]
  for threads in [1, 3] {
    let mixed = FencedBuffer(count: rows * columns)
    mixRows(
      first, second, parts: parts, into: mixed.pointer, rows: rows, columns: columns,
      team: ThreadTeam(count: threads))
    #expect(mixed.isIntact)
    let expected = first.indices.map { index in
      let part = Double(parts[index / columns])
      return part * Double(first[index]) + (1 - part) * Double(second[index])
    }
    expectClose("mixed", mixed.array.map(Double.init), expected, tolerance: 1e-6)
    expectSameBits("part 0", mixed.array[..<columns], second[..<columns])
  }
}
