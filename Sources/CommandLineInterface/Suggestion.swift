/// The candidate nearest to `word`, if it is near enough to be what the user meant.
package func suggestion(for word: String, among candidates: [String]) -> String? {
  var best: (distance: Int, candidate: String)?
  for candidate in candidates {
    let distance = editDistance(word, candidate)
    if distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  guard let best, best.distance <= max(1, min(word.count, best.candidate.count) / 3) else { return nil }
  return best.candidate
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to make one word the other.
package func editDistance(_ first: String, _ second: String) -> Int {
  let first = Array(first)
  let second = Array(second)
  var rows = [Array(0...second.count)]
  for row in 0..<first.count {
    var current = [row + 1]
    for column in 0..<second.count {
      let substitution = rows[row][column] + (first[row] == second[column] ? 0 : 1)
      var distance = min(current[column] + 1, rows[row][column + 1] + 1, substitution)
      if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
        distance = min(distance, rows[row - 1][column - 1] + 1)
      }
      current.append(distance)
    }
    rows.append(current)
  }
  return rows[first.count][second.count]
}

/// `. Did you mean '…'?` to follow a message, or nothing where no candidate is near.
package func didYouMean(_ word: String, among candidates: [String]) -> String {
  suggestion(for: word, among: candidates).map { ". Did you mean '\($0)'?" } ?? ""
}
