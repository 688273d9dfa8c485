import Testing

/// The trials that `atelier sweep dense-ae` with those words would train, a line each.
private func trials(_ words: String...) -> [String] {
  let result = runAtelier(["sweep", "dense-ae", "--dry-run"] + words)
  #expect(result.code == 0 && result.error == "")
  return result.output.split(separator: "\n").map(String.init)
}

/// The message that those words lead to.
private func refusal(_ words: String...) -> String {
  let result = runAtelier(["sweep", "dense-ae", "--dry-run"] + words)
  #expect(result.code == 64 && result.output == "")
  return String(result.error.split(separator: "\n").first?.dropFirst("Error: ".count) ?? "")
}

@Test func gridsAreCombinedWithTheLastKeyFastest() {
  #expect(
    trials("--grid", "lr=1e-3,0.01", "--grid", "latent=4,8") == [
      "000 lr=0.001 latent=4", "001 lr=0.001 latent=8", "002 lr=0.01 latent=4", "003 lr=0.01 latent=8",
    ])
  #expect(
    trials("--grid", "hidden=128,64;256;none", "--grid=activation=relu;tanh") == [
      "000 hidden=128,64 activation=relu", "001 hidden=128,64 activation=tanh",
      "002 hidden=256 activation=relu",
      "003 hidden=256 activation=tanh", "004 hidden=none activation=relu", "005 hidden=none activation=tanh",
    ])
  #expect(
    trials("--grid", "nesterov=true,false", "--optimizer", "sgd", "--momentum", "0.9")
      == ["000 nesterov=true", "001 nesterov=false"])
}

@Test func randomTrialsAreTheSameAtAnyNumberAndWithOtherKeys() {
  let keys = ["--range", "lr=0.0001..0.01:log", "--range", "latent=2..64"]
  let command = ["sweep", "dense-ae", "--dry-run"] + keys
  let few = runAtelier(command + ["--random", "3"]).output
  let many = runAtelier(command + ["--random", "9"]).output
  #expect(many.hasPrefix(few) && many.split(separator: "\n").count == 9)
  #expect(
    few == """
      000 lr=0.0004208 latent=59
      001 lr=0.0003732 latent=19
      002 lr=0.003819 latent=11

      """)
  #expect(runAtelier(command + ["--random", "3", "--seed", "1"]).output != few)
  let more = runAtelier(command + ["--random", "3", "--grid", "activation=relu,tanh"]).output
  for (line, longer) in zip(few.split(separator: "\n"), more.split(separator: "\n")) {
    #expect(longer.hasSuffix(line.dropFirst(3)) && longer.contains(" activation="))
  }
}

@Test func faultyGridsAreExplained() {
  #expect(refusal() == "a sweep needs something to try")
  #expect(refusal("--grid", "lr") == "--grid lr is no key with values")
  #expect(refusal("--grid", "=1") == "--grid =1 is no key with values")
  #expect(
    refusal("--grid", "latnt=4,8")
      == "--grid names 'latnt', which is no option of train. Did you mean 'latent'?")
  for key in [
    "threads=1,2", "model=vae,dense-ae", "run-dir=a,b", "data=a,b", "split=official,80-10-10",
    "validation=10,20",
    "preset=x,y", "config=x,y",
  ] {
    let name = key.prefix { $0 != "=" }
    #expect(refusal("--grid", key) == "--grid \(name): trials of a sweep can't differ in '\(name)'")
  }
  #expect(
    refusal("--grid", "lr=0.1,fast")
      == "The value 'fast' is invalid for '--grid lr'. Please provide a number above 0.")
  #expect(refusal("--grid", "lr=0.1,,0.2").hasPrefix("The value '' is invalid for '--grid lr'."))
  #expect(refusal("--grid", "lr=0.1,1e-1") == "--grid lr has the value '0.1' twice")
  #expect(refusal("--grid", "lr=0.1", "--grid", "lr=0.2") == "the sweep names 'lr' twice")
  #expect(refusal("--grid", "hidden=128,64") == "--grid hidden=128,64 is a single list")
  let proposed = runAtelier(["sweep", "dense-ae", "--dry-run", "--grid", "hidden=128,64"]).error
  #expect(proposed.contains("--grid 'hidden=128,64;256,128'\n"))
  let many = (1...101).map(String.init).joined(separator: ",")
  #expect(
    refusal("--grid", "latent=\(many)", "--grid", "batch=\(many)") == "the grid has more than 10,000 trials")
  #expect(
    refusal("--grid", "beta=1,2")
      == "trial 000 beta=1.0: --beta is for vae or conv-vae, not dense-ae")
}

@Test func faultyRangesAreExplained() {
  func refused(_ range: String) -> String { refusal("--random", "2", "--range", range) }
  #expect(refusal("--range", "lr=0.1..0.2") == "--range lr needs --random")
  #expect(refused("lr=0.1") == "--range lr=0.1 is not two numbers")
  #expect(refused("lr=0.1..0.2..0.3") == "--range lr=0.1..0.2..0.3 is not two numbers")
  #expect(
    refused("lr=0.1..1e-1") == "--range lr=0.1..1e-1 has two equal ends, so that there is nothing to draw")
  #expect(refused("lr=0.2..0.1") == "--range lr=0.2..0.1 ends before it begins")
  #expect(
    refused("weight-decay=0..0.1:log")
      == "--range weight-decay=0..0.1:log begins at 0, which has no logarithm")
  #expect(
    refused("latent=0..8")
      == "The value '0' is invalid for '--range latent'. Please provide an integer of at least 1.")
  #expect(refused("activation=relu..tanh").hasPrefix("--range activation has no numbers to draw from"))
  #expect(refused("shards=2..64").hasSuffix("which takes a power of two from 1 to 1024"))
  #expect(
    refusal("--random", "2", "--range", "lr=0.1..0.2", "--grid", "lr=0.1,0.2") == "the sweep names 'lr' twice"
  )
}

/// The message and the remedy that `atelier sweep` with those words leads to.
private func remedy(_ model: String, _ words: String...) -> String {
  let result = runAtelier(["sweep", model, "--dry-run"] + words)
  #expect(result.code == 64 && result.output == "")
  return result.error
}

@Test func trialsThatOneFigureCannotCompareAreRefused() {
  #expect(
    remedy("vae", "--grid", "beta=0.5,1") == """
      Error: trials that differ in 'beta' can't be compared by validation/loss, which means another thing in each
      Help:  give all trials one --beta, or name a --metric such as validation/ssim or validation/elbo

      """)
  for (key, metric) in [("likelihood=bernoulli,gaussian", "loss"), ("likelihood=bernoulli,gaussian", "elbo")]
  {
    let text = remedy("vae", "--grid", key, "--metric", "validation/\(metric)")
    #expect(text.contains("differ in 'likelihood' can't be compared by validation/\(metric),"))
    #expect(text.hasSuffix("such as validation/ssim\n"))
  }
  #expect(remedy("dense-ae", "--grid", "loss=bce,mse").hasSuffix("such as validation/ssim\n"))
  #expect(remedy("dense-ae", "--loss", "mix", "--grid", "mix-alpha=0.1,0.2").contains("'mix-alpha'"))
  let fid = remedy("vae", "--grid", "fid-samples=10,20", "--metric", "validation/fid[fashion-cnn-v1]")
  #expect(fid.contains("'fid-samples' can't be compared by validation/fid[fashion-cnn-v1],"))
  #expect(remedy("vae", "--grid", "lr=0.1,0.2", "--metric", "validation/kl").contains("less or more"))
  let fine = runAtelier(["sweep", "vae", "--dry-run", "--grid", "beta=0.5,1", "--metric", "validation/elbo"])
  #expect(fine.code == 0)
}

@Test func optionsThatASweepDecidesItselfAreUnknown() {
  for option in ["--run-dir", "--batch-per-rank"] {
    #expect(refusal("--grid", "lr=0.1,0.2", option, "1").hasPrefix("Unknown option '\(option)'"))
  }
}
