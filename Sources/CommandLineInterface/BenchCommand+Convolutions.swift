import Artifacts
import Diagnostics
import TensorCore
import Training

/// `atelier bench convolutions`: a table for people, or one JSON object.
func benchConvolutions(_ options: BenchOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    let benchmark = try ConvolutionBenchmark.run(
      configuration: options.configuration, seconds: Double(options.seconds), group: group)
    console.write(options.printsJSON ? benchmark.json.compactText + "\n" : benchmark.table)
  }
}

extension ConvolutionBenchmark {
  fileprivate var table: String {
    var lines = [
      ["fine", "coarse", "kernel", "product", "direct ms", "GFLOP/s", "winograd ms", "GFLOP/s", "gain"]
    ]
    for timing in timings {
      let geometry = timing.geometry
      for (product, name) in ConvolutionTiming.productNames.enumerated() {
        let direct = timing.direct[product]
        var line = [
          "\(geometry.fine)", "\(geometry.coarse)",
          "\(geometry.kernelHeight)x\(geometry.kernelWidth) s\(geometry.stride)", name,
          decimals(direct * 1000, 3), rate(geometry, direct),
        ]
        if let winograd = timing.winograd?[product] {
          line += [decimals(winograd * 1000, 3), rate(geometry, winograd), decimals(direct / winograd, 2)]
        } else {
          line += ["", "", ""]
        }
        lines.append(line)
      }
    }
    return "batch \(batch); peak \(decimals(peak / 1e9, 1)) GFLOP/s\n" + alignedColumns(lines, leftAligned: 4)
  }

  /// Of the multiplications that the definition has, whatever an algorithm saves.
  private func rate(_ geometry: ConvolutionGeometry, _ seconds: Double) -> String {
    decimals(Double(2 * geometry.multiplications * batch) / seconds / 1e9, 1)
  }

  fileprivate var json: JSONValue {
    let entries = timings.map { timing -> JSONValue in
      let products = ConvolutionTiming.productNames.enumerated().map { product, name -> JSONMember in
        let key = name.split(separator: " ").joined(separator: "_")
        let winograd = timing.winograd.map { JSONValue.double($0[product] * 1000) } ?? .null
        return JSONMember(
          key, ["direct_ms": .double(timing.direct[product] * 1000), "winograd_ms": winograd])
      }
      return .object(
        [
          JSONMember("fine", .string("\(timing.geometry.fine)")),
          JSONMember("coarse", .string("\(timing.geometry.coarse)")),
        ] + products)
    }
    return [
      "batch": .integer(batch), "peak_gflops": .double(peak / 1e9), "convolutions": .array(entries),
    ]
  }
}
