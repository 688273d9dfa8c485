"""Computes the coefficients in Sources/TensorCore/ElementaryFunctions*.swift.

Each is the minimax polynomial of its function's relative error (Remez exchange, 60 digits), rounded to Float at the
end. Needs mpmath; prints the coefficients, highest power first, and the relative error of the rounded polynomial.
"""

import struct

from mpmath import cos, exp, fabs, linspace, log, lu_solve, matrix, mp, mpf, pi, sign, sin, sqrt, tanh

mp.dps = 60


def to_float(x):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def minimax(target, weight, low, high, degree, rounds=12):
    """Coefficients c with max |weight(x) * (target(x) - sum c_k x^k)| least on [low, high]."""
    count = degree + 2
    points = [(low + high) / 2 - (high - low) / 2 * cos(pi * k / (count - 1)) for k in range(count)]
    for _ in range(rounds):
        system = matrix(count, count)
        right = matrix(count, 1)
        for row, x in enumerate(points):
            for power in range(degree + 1):
                system[row, power] = weight(x) * x**power
            system[row, degree + 1] = (-1) ** row
            right[row] = weight(x) * target(x)
        solution = lu_solve(system, right)
        coefficients = [solution[k] for k in range(degree + 1)]
        grid = linspace(low, high, 1200)
        errors = [weight(x) * (target(x) - sum(c * x**k for k, c in enumerate(coefficients))) for x in grid]
        extrema = []
        for x, error in zip(grid, errors):
            if error == 0:
                continue
            if extrema and sign(extrema[-1][1]) == sign(error):
                if fabs(error) > fabs(extrema[-1][1]):
                    extrema[-1] = (x, error)
            else:
                extrema.append((x, error))
        while len(extrema) > count:
            extrema.pop(0 if fabs(extrema[0][1]) < fabs(extrema[-1][1]) else -1)
        if len(extrema) < count:
            break
        points = [x for x, _ in extrema]
    return coefficients


def report(name, target, weight, low, high, degree):
    coefficients = [to_float(c) for c in minimax(target, weight, mpf(low), mpf(high), degree)]
    worst = max(
        fabs(weight(x) * (target(x) - sum(c * x**k for k, c in enumerate(coefficients))))
        for x in linspace(mpf(low), mpf(high), 4001)
    )
    print(name, "relative error", mp.nstr(worst, 3), "=", mp.nstr(log(worst, 2), 4), "bits")
    for c in reversed(coefficients):
        print("   ", float(c).hex(), "//", mp.nstr(c, 10))


tiny = mpf(10) ** -12  # Keeps quotients away from 0 / 0; the minimax error there is far below Float's.
half_log2 = log(mpf(2)) / 2 * (1 + mpf(2) ** -10)

# exp(r) = 1 + r + r^2 P(r)
report("exp", lambda r: (exp(r) - 1 - r) / r**2 if fabs(r) > tiny else mpf(1) / 2,
       lambda r: r**2 / exp(r), -half_log2, half_log2, 4)
# log(1 + f) = f - f^2/2 + f^3 P(f)
report("log", lambda f: (log(1 + f) - f + f**2 / 2) / f**3 if fabs(f) > tiny else mpf(1) / 3,
       lambda f: f**3 / log(1 + f) if fabs(f) > tiny else f**2, sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 7)
# log(1 + t) = t + t^2 P(t) on the whole of [0, 1]
report("log(1 + t)", lambda t: (log(1 + t) - t) / t**2 if t > tiny else -mpf(1) / 2,
       lambda t: t**2 / log(1 + t) if t > tiny else t, 0, 1, 9)
# tanh(x) = x + x^3 P(x^2), as a polynomial in z = x^2
report("tanh", lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z if z > tiny else -mpf(1) / 3,
       lambda z: z * sqrt(z) / tanh(sqrt(z)) if z > tiny else z, 0, mpf("0.625") ** 2, 4)
# sin(2 pi r) = r (2 pi + z P(z)), cos(2 pi r) = 1 + z Q(z), z = r^2
report("sin", lambda z: (sin(2 * pi * sqrt(z)) / sqrt(z) - 2 * pi) / z if z > tiny else -(2 * pi) ** 3 / 6,
       lambda z: z * sqrt(z) / sin(2 * pi * sqrt(z)) if z > tiny else z / (2 * pi), 0, mpf(1) / 64, 3)
report("cos", lambda z: (cos(2 * pi * sqrt(z)) - 1) / z if z > tiny else -(2 * pi) ** 2 / 2,
       lambda z: z / cos(2 * pi * sqrt(z)), 0, mpf(1) / 64, 3)

two_pi = to_float(2 * pi)
print("2 pi", float(two_pi).hex(), float(to_float(2 * pi - two_pi)).hex())
log2_high = mpf(struct.unpack("f", struct.pack("I", struct.unpack("I", struct.pack("f", float(log(mpf(2)))))[0] & 0xFFFFFE00))[0])
print("ln 2", float(log2_high).hex(), float(to_float(log(mpf(2)) - log2_high)).hex())
print("1 / ln 2", float(to_float(1 / log(mpf(2)))).hex())
