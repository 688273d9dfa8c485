import Evaluation

/// The figures of one comparison; of several, that differ in the seeds of the images, their means, those that images enter
/// followed by `<figure>_seed_std`, the standard deviation over the comparisons (divided by their number less 1).
func meansAndDeviations(of scores: [GenerationScores]) -> [(name: String, value: Double)] {
  if scores.count == 1 { return scores[0].named }
  let network = scores[0].network
  let deviating = Set(GenerationMetric.allCases.filter(\.hasSpread).map { $0.key(network: network) })
  let all = scores.map(\.named)
  return all[0].indices.flatMap { index -> [(name: String, value: Double)] in
    let name = all[0][index].name
    let values = all.map { $0[index].value }
    let mean = values.reduce(0, +) / Double(values.count)
    guard deviating.contains(name) else { return [(name, mean)] }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let bracket = name.firstIndex(of: "[")!
    return [
      (name, mean),
      ("\(name[..<bracket])_seed_std\(name[bracket...])", (squares / Double(values.count - 1)).squareRoot()),
    ]
  }
}
