import Artifacts
import TensorCore
import Testing
import Training

private func run(
  _ name: String, model: ModelName = .denseAutoencoder, seconds: Double? = nil,
  figures: [(String, Double)], change: (inout RunConfiguration) -> Void = { _ in }
) -> ComparedRun {
  var configuration = RunConfiguration.defaults(for: model)
  change(&configuration)
  let figures = figures.map { (key: "test/\($0.0)", value: $0.1) }
  return ComparedRun(
    path: "runs/\(name)", name: name, configuration: configuration, parameterCount: 12_345, epoch: 2,
    step: 938,
    effort: TrainingEffort(seconds: seconds, ranks: 2, threadsPerRank: 1), figures: figures,
    report: .object(figures.map { JSONMember($0.key, .double($0.value)) }))
}

private func comparison(_ runs: ComparedRun...) -> RunComparison {
  RunComparison(runs: runs, part: .test, imageCount: 10_000, dataHash: "abc")
}

private var three: RunComparison {
  comparison(
    run(
      "ae", seconds: 7.46,
      figures: [
        ("loss", 0.28), ("mse", 0.00912), ("ssim", 0.75), ("entropy", 3), ("fid[fashion-cnn-v1]", 1203.123),
      ]),
    run(
      "vae|2", model: .variationalAutoencoder, seconds: 125,
      figures: [
        ("loss", 240), ("elbo", -240), ("kl", 20), ("mse", 0.0134), ("ssim", 0.7),
        ("fid[fashion-cnn-v1]", 34.5678),
      ]),
    run("small", figures: [("loss", 0.3), ("mse", 0.00912), ("ssim", .nan), ("fid[fashion-cnn-v1]", 999)]) {
      $0.latent = 16
      $0.learningRate = 3e-4
    })
}

@Test func theBestOfEachMetricIsFoundInItsDirection() {
  #expect(three.metrics == ["test/loss", "test/mse", "test/ssim", "test/fid[fashion-cnn-v1]", "test/elbo"])
  #expect(three.best("test/mse") == [0, 2])
  #expect(three.best("test/ssim") == [0])
  #expect(three.best("test/fid[fashion-cnn-v1]") == [1])
  // One alone is not the best of anything.
  #expect(three.best("test/elbo") == [])
  #expect(
    comparison(run("a", figures: [("ssim", 0.5)]), run("b", figures: [("ssim", 0.5)])).best("test/ssim") == []
  )
}

@Test func lossesOfDifferentKindsAreNotCompared() {
  #expect(!three.isComparable("test/loss") && three.best("test/loss") == [])
  #expect(three.notes == ["loss is not of one kind in these runs: none is marked as the best"])
  let alike = comparison(
    run("a", figures: [("loss", 0.3)]), run("b", figures: [("loss", 0.2)]) { $0.latent = 8 })
  #expect(alike.best("test/loss") == [1] && alike.notes == [])
  let weights = comparison(
    run("a", model: .variationalAutoencoder, figures: [("loss", 3), ("elbo", -3)]),
    run("b", model: .variationalAutoencoder, figures: [("loss", 2), ("elbo", -4)]) { $0.beta = 0.5 })
  #expect(weights.best("test/loss") == [] && weights.best("test/elbo") == [0])
}

@Test func onlySettingsThatDifferAreShown() {
  #expect(
    three.differingSettings == [
      "hidden", "latent", "latent-activation", "loss", "likelihood", "beta", "conventions", "lr",
    ])
  #expect(comparison(run("a", figures: [])).differingSettings == [])
}

@Test func theTableHasARunAColumn() {
  let expected = """
                             ae   vae|2      small
    model              dense-ae     vae   dense-ae
    hidden               128,64     400     128,64
    latent                   32      20         16
    latent-activation      relu       -       relu
    loss                    bce       -        bce
    likelihood                - bernoulli        -
    beta                      -       1          -
    conventions           keras   torch      keras
    lr                    0.001   0.001     0.0003
    parameters           12,345  12,345     12,345
    epochs                    2       2          2
    steps                   938     938        938
    training time         7.5 s    2:05          -
    ranks x threads       2 x 1   2 x 1      2 x 1
    loss ↓               0.2800  240.0000     0.3000

    """
  let lines = three.text(width: 80).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }
  for (line, wanted) in zip(lines, expected.split(separator: "\n")) {
    #expect(words(line) == words(String(wanted)))
  }
  func line(_ label: String) -> [String] { words(lines.first { $0.hasPrefix(label) } ?? "") }
  #expect(line("MSE") == ["MSE", "↓", "0.009120*", "0.013400", "0.009120*"])
  #expect(line("SSIM") == ["SSIM", "↑", "0.7500*", "0.7000", "-"])
  #expect(line("FID") == ["FID", "↓", "1203.12", "34.57*", "999.00"])
  #expect(line("ELBO") == ["ELBO", "(nats)", "↑", "-", "-240.00", "-"])
  #expect(lines.last { !$0.isEmpty } == "*: the best; ↑: higher is better, ↓: lower is better")
}

@Test func runsThatDoNotFitFollowInATableOfTheirOwn() {
  let names = (0..<5).map { "run-with-a-long-name-\($0)" }
  let many = RunComparison(
    runs: names.enumerated().map { run($1, figures: [("ssim", Double($0) / 10)]) }, part: .test,
    imageCount: 1,
    dataHash: "")
  for width in [10, 60, 80, 200] {
    let text = many.text(width: width)
    for name in names { #expect(text.split(separator: name, omittingEmptySubsequences: false).count == 2) }
    #expect(text.contains("0.4000*"))
    let table = text.split(separator: "\n").filter { $0.hasPrefix("SSIM") || $0.hasPrefix(" ") }
    if width >= 60 { for line in table { #expect(line.count <= width) } }
  }
  #expect(many.text(width: 80).split(separator: "\n").count { $0.hasPrefix("SSIM") } == 3)
}

@Test func markdownHasTheBestInBold() {
  let text = three.markdown(chart: "c.svg", picture: "p.png")
  #expect(text.hasPrefix("# Comparison of 3 runs\n\nScores on the 10,000 test images.\n"))
  #expect(
    text.contains(
      "\n|  | ae | vae\\|2 | small |\n| --- | --: | --: | --: |\n| model | dense-ae | vae | dense-ae |\n"))
  #expect(text.contains("\n| FID ↓ | 1203.12 | **34.57** | 999.00 |\n"))
  #expect(text.contains("\n| MSE ↓ | **0.009120** | 0.013400 | **0.009120** |\n"))
  #expect(text.contains("\n- loss is not of one kind"))
  #expect(text.contains("](c.svg)\n") && text.contains("](p.png)\n"))
  #expect(!three.markdown(chart: "c.svg", picture: nil).contains("p.png"))
}

@Test func theJSONHasTheKeysOfMetrics() {
  let json = three.json
  let runs = json["runs"]?.arrayValue ?? []
  #expect(runs.map { $0["name"]?.stringValue } == ["ae", "vae|2", "small"])
  #expect(runs[1]["test/elbo"] == .double(-240) && runs[0]["test/elbo"] == nil)
  #expect(runs[0]["test/entropy"] == .double(3))
  #expect(runs[2]["configuration"]?["latent"] == .integer(16))
  #expect(runs[0]["training_seconds"] == .double(7.46) && runs[2]["training_seconds"] == .null)
  #expect(json["best"]?["test/mse"] == ["ae", "small"] && json["best"]?["test/loss"] == nil)
}

@Test func theChartHasAPanelForEachMainMetric() {
  let svg = three.chart.svg
  #expect(svg.contains(">FID, lower is better<") && svg.contains(">SSIM, higher is better<"))
  #expect(svg.contains("vae|2") && svg.contains("34.57") && !svg.contains(">loss"))
}

@Test func theChartLeavesOutWhatTheTableDoesNotCompare() {
  let runs = [PixelLikelihood.bernoulli, .gaussian].map { likelihood in
    run(likelihood.rawValue, model: .variationalAutoencoder, figures: [("elbo", -240), ("ssim", 0.5)]) {
      $0.likelihood = likelihood
    }
  }
  let svg = comparison(runs[0], runs[1]).chart.svg
  #expect(svg.contains(">SSIM, higher is better<") && !svg.contains("ELBO"))
}

@Test func columnsAreNamedAfterFolders() {
  #expect(ComparedRun.names(of: ["runs/00000-vae/", "b"]) == ["00000-vae", "b"])
  #expect(
    ComparedRun.names(of: ["a/run", "a/run/checkpoints/step-00000010", "a/run/checkpoints/best"])
      == ["run", "run/step-00000010", "run/best"])
  #expect(ComparedRun.names(of: ["a/run", "b/run", "c"]) == ["a/run", "b/run", "c"])
}

@Test func trainingTimeIsThatOfTheStepsThatCount() {
  func seconds(_ rows: [(Int, Double)], upTo step: Int) -> Double? {
    let text = rows.map { "{\"step\":\($0.0),\"step_ms\":\($0.1)}\n" }.joined()
    return TrainingEffort.seconds(inRows: Array((text + "{\"step\":9").utf8), upTo: step)
  }
  #expect(seconds([(50, 2), (100, 4), (120, 10)], upTo: 120) == 0.1 + 0.2 + 0.2)
  // Up to an earlier checkpoint.
  #expect(seconds([(50, 2), (100, 4)], upTo: 75) == 0.1 + 0.1)
  // Killed after 150 steps, resumed from 110: steps up to 150 were made again, more slowly.
  #expect(seconds([(50, 2), (100, 2), (150, 2), (150, 8), (200, 8)], upTo: 200) == 0.1 + 0.1 + 0.4 + 0.4)
  #expect(seconds([(50, 2)], upTo: 60) == nil && seconds([], upTo: 10) == nil)
}
