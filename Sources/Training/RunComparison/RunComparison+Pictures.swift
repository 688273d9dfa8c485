import Artifacts

extension RunComparison {
  /// The figures that bars show, in this order, by the first part of their keys.
  private static let charted = ["ssim", "mse", "fid", "kid", "elbo", "bits_per_dimension", "accuracy"]

  /// Bars of the main figures, a panel for each that means the same in all runs.
  package var chart: BarChart {
    let shown = Self.charted.compactMap { name in
      metrics.first { metricName($0) == name && isComparable($0) }
    }
    let panels = shown.map { metric in
      let bars = zip(runs, texts(metric)).map { run, text in
        BarChart.Bar(label: run.name, value: run.figure(metric), valueText: text)
      }
      let better = direction(metric) == .higher ? "higher" : "lower"
      return BarChart.Panel(
        title: "\(Self.title(of: metric)), \(better) is better", bars: bars, highlighted: best(metric).first)
    }
    return BarChart(title: "Scores on the \(grouped(imageCount)) \(part.rawValue) images", panels: panels)
  }

  /// The first images, below them what each model makes of them with the SSIM of each, then images drawn from each; nil
  /// where no run has pictures.
  package var picture: GreyImage? {
    guard let shown = runs.compactMap(\.reconstructions).first, shown.count > 0 else { return nil }
    let pixels = shown.height * shown.width
    func row(_ label: String, _ images: [Float], captions: [String?] = []) -> ImageGrid.Row {
      let tiles = (0..<images.count / pixels).map { index in
        ImageGrid.Tile(
          Array(images[index * pixels..<(index + 1) * pixels]),
          caption: captions.isEmpty ? nil : captions[index])
      }
      return ImageGrid.Row(label: label, tiles)
    }
    var rows = [
      row("input", shown.inputs, captions: (0..<shown.count).map { "\(part.rawValue) \($0)" })
    ]
    for run in runs {
      guard let rebuilt = run.reconstructions else { continue }
      let captions = rebuilt.similarities.map { $0.map { "ssim \(decimals($0, 3))" } }
      rows.append(row("\(label(of: run)) rebuilt", rebuilt.outputs, captions: captions))
    }
    for run in runs {
      if let samples = run.samples { rows.append(row("\(label(of: run)) samples", samples)) }
    }
    return ImageGrid(
      tileHeight: shown.height, tileWidth: shown.width, rows: rows,
      scale: pictureScale(reconstructionScale, height: shown.height, width: shown.width)
    ).rendered()
  }

  /// A name short enough to stand beside images: its end, which tells runs of one folder apart.
  private func label(of run: ComparedRun) -> String {
    run.name.count > 32 ? "..." + run.name.suffix(29) : run.name
  }
}
