/// Notices when a GAN's training goes wrong, and says so in words: each trouble once, and again when it comes back.
package struct AdversarialWatch {
  /// Steps that a trouble has to last.
  static let patience = 200
  /// The part of images above which they count as all, below which they count as none.
  private static let (all, none) = (0.99, 0.01)
  /// A class is missing below this part of what it has where all have the same.
  private static let leastShare = 0.1
  /// The part of samples above which one class is too much.
  private static let greatestShare = 0.5
  /// The part of real images that samples reach, below which they cover next to nothing of them.
  private static let leastRecall = 0.01

  /// The last step that was looked at.
  private var step: Int
  private var stepsWon = 0
  private var stepsLost = 0
  /// What was wrong with the samples that were looked at last.
  private var sampleTroubles: [SampleTrouble] = []

  /// - Parameter step: where the run begins, or goes on.
  package init(from step: Int = 0) {
    self.step = step
  }

  /// Looks at the mean accuracies of the steps since it did last, up to `step`.
  ///
  /// - Returns: what to say, if there is anything.
  package mutating func warning(realAccuracy: Double, fakeAccuracy: Double, upTo step: Int) -> String? {
    let steps = step - self.step
    self.step = step
    let before = (won: stepsWon, lost: stepsLost)
    stepsWon = min(realAccuracy, fakeAccuracy) > Self.all ? stepsWon + steps : 0
    stepsLost = realAccuracy > 0.5 && fakeAccuracy < Self.none ? stepsLost + steps : 0
    func begins(_ before: Int, _ now: Int) -> Bool { before < Self.patience && now >= Self.patience }
    if begins(before.won, stepsWon) {
      return
        "warning the discriminator has told all images apart for \(stepsWon) steps, so the generator learns little; "
        + "try a lower --d-lr, --augment translation,cutout, --label-smoothing 0.1 or --d-norm spectral"
    }
    if begins(before.lost, stepsLost) {
      return
        "warning the discriminator has taken all generated images for real ones for \(stepsLost) steps, so the "
        + "generator learns nothing from it; try a higher --d-lr, a lower --lr or --d-steps 2"
    }
    return nil
  }

  /// Looks at what generated images are like.
  ///
  /// - Parameters:
  ///   - classShares: the part of them in each class; none where nobody tells classes apart.
  ///   - recall: the part of real images that they reach; nil where it was not computed.
  /// - Returns: what to say, a line each.
  package mutating func warnings(classShares: [Double], recall: Double?) -> [String] {
    let before = sampleTroubles
    sampleTroubles = []
    var warnings: [String] = []
    func note(_ trouble: SampleTrouble, _ warning: String) {
      sampleTroubles.append(trouble)
      if !before.contains(trouble) { warnings.append("warning " + warning) }
    }
    let usual = 1 / Double(max(classShares.count, 1))
    if let most = classShares.indices.max(by: { classShares[$0] < classShares[$1] }),
      classShares.count > 2, classShares[most] > Self.greatestShare
    {
      note(.mostlyOf(most), "samples collapse: \(percent(classShares[most])) of them are of class \(most)")
    }
    let missing = classShares.indices.filter { classShares[$0] < Self.leastShare * usual }
    if !missing.isEmpty {
      let names = missing.map { "\($0) (\(percent(classShares[$0])))" }.joined(separator: ", ")
      note(
        .without(missing),
        "samples hardly show \(missing.count == 1 ? "class" : "classes") \(names); each would have \(percent(usual)) of "
          + "them")
    }
    if let recall, recall < Self.leastRecall {
      note(
        .unlikeReal,
        "samples differ little from each other, or are far from real images: they reach \(percent(recall)) of those "
          + "(recall)")
    }
    return warnings
  }

  /// Looks at the scores of an evaluation.
  mutating func warnings(_ scores: Scores) -> [String] {
    func values(_ prefix: String) -> [Double] {
      scores.named.filter { $0.name.hasPrefix(prefix) }.map(\.value)
    }
    return warnings(classShares: values("class_share_"), recall: values("recall[").first)
  }

  private enum SampleTrouble: Equatable {
    case mostlyOf(Int)
    case without([Int])
    case unlikeReal
  }
}

private func percent(_ part: Double) -> String { "\(decimals(part * 100, 1)) %" }
