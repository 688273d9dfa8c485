import Glibc

/// log of the sum of exp(x) over numbers given one after another, in Double, without overflow: the sum is kept as parts of
/// the largest so far. NaN stays.
struct LogSumOfExponentials {
  private var largest = -Double.infinity
  /// The sum over exp(largest).
  private var sum = 0.0

  mutating func add(_ x: Double) {
    if x > largest {
      sum = sum * exp(largest - x) + 1
      largest = x
    } else {
      sum += exp(x - largest)
    }
  }

  /// -infinity of no numbers.
  var value: Double { largest + log(sum) }
}
