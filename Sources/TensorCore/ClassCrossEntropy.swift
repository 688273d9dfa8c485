/// Softmax and the cross-entropy of class labels, for a batch of logits.
///
///     p_k = exp(a_k - m) / sum over j of exp(a_j - m),  m the largest logit
///     loss = log(sum over j of exp(a_j - m)) + m - a_label,   gradient of the loss: p_k - [k = label]
///
/// PyTorch's `cross_entropy` and Keras's `SparseCategoricalCrossentropy(from_logits=True)`, for each sample alone. The
/// sums over classes go through eight lanes in a fixed order.
///
/// - Parameters:
///   - logits: (rows, classes).
///   - labels: (rows), each below `classes`.
///   - logitGradient: (rows, classes), of the sum over rows; may be `logits`. Nil where only the loss is wanted.
///   - sampleLosses: (rows).
public func classCrossEntropy(
  logits: UnsafePointer<Float>, labels: UnsafePointer<UInt8>, logitGradient: UnsafeMutablePointer<Float>?,
  sampleLosses: UnsafeMutablePointer<Double>, rows: Int, classes: Int, team: ThreadTeam
) {
  team.forEachRange(rows) { range in
    withUnsafeTemporaryAllocation(of: Float.self, capacity: classes) { probabilities in
      let row = probabilities.baseAddress!
      for index in range {
        let label = Int(labels[index])
        precondition(label < classes, "label \(label) of \(classes) classes")
        let own = logits + index * classes
        let labelLogit = own[label]
        let (largest, sum) = softmaxRow(own, to: row, classes: classes)
        let logarithm = Vector.log(Vector(repeating: sum))[0]
        sampleLosses[index] = Double(logarithm) + (Double(largest) - Double(labelLogit))
        if let logitGradient {
          let gradient = logitGradient + index * classes
          gradient.update(from: row, count: classes)
          gradient[label] -= 1
        }
      }
    }
  }
}

/// Sets each row of `probabilities` to the softmax of that of `logits`; they may be the same.
public func softmax(
  _ logits: UnsafePointer<Float>, to probabilities: UnsafeMutablePointer<Float>, rows: Int, classes: Int,
  team: ThreadTeam
) {
  team.forEachRange(rows) { range in
    for row in range {
      _ = softmaxRow(logits + row * classes, to: probabilities + row * classes, classes: classes)
    }
  }
}

/// - Returns: the largest logit, and the sum of exp(a - largest).
private func softmaxRow(
  _ logits: UnsafePointer<Float>, to probabilities: UnsafeMutablePointer<Float>, classes: Int
) -> (largest: Float, sum: Float) {
  var largest = logits[0]
  for k in 1..<classes where logits[k] > largest || logits[k].isNaN { largest = logits[k] }
  mapVectors(logits, probabilities, count: classes) { Vector.exp($0 - largest) }
  let sum = sumOverRow(classes) { first, width in
    Vector.loadPartial(probabilities + first, count: width)
  }
  mapVectors(probabilities, probabilities, count: classes) { $0 / Vector(repeating: sum) }
  return (largest, sum)
}
