/// Glorot-uniform weights (rows, columns) of the model of which a fixture keeps the losses but not the weights.
///
/// Element i is (h(i + tensor · 2²⁰) >> 8) / 2²⁴ · 2 - 1 times √(6 / (rows + columns)), h being MurmurHash3's 32-bit
/// finaliser; `formula_weight` in Tests/Fixtures/fixture_common.py gives the same bits.
///
/// - Parameter tensor: the layer's number, 0 for the first; biases are zero.
public func formulaWeights(tensor: Int, rows: Int, columns: Int) -> [Float] {
  let limit = Float((6 / Double(rows + columns)).squareRoot())
  return (0..<(rows * columns)).map { index in
    var hash = UInt32(index + tensor << 20)
    hash ^= hash >> 16
    hash &*= 0x85EB_CA6B
    hash ^= hash >> 13
    hash &*= 0xC2B2_AE35
    hash ^= hash >> 16
    return (Float(hash >> 8) * 0x1p-24 * 2 - 1) * limit
  }
}

/// A parameter of a model that a fixture made with `formula_weight`, the `tensor`-th in the order of its state_dict: the
/// formula over (first size, all others), and a tenth of it for biases.
public func formulaParameter(tensor: Int, shape: [Int]) -> [Float] {
  if shape.count == 1 { return formulaWeights(tensor: tensor, rows: 1, columns: shape[0]).map { $0 * 0.1 } }
  return formulaWeights(tensor: tensor, rows: shape[0], columns: shape.dropFirst().reduce(1, *))
}
