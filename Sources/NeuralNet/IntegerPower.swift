/// base^exponent by squaring, for an exponent of at least 0: libm's `pow` is not the same on every system.
func integerPower(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var bits = exponent
  while bits > 0 {
    if bits & 1 == 1 { result *= square }
    square *= square
    bits >>= 1
  }
  return result
}
