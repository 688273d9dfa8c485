import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// Lines of README.md as a reader types them, made short by options at their end.
  @Suite struct ReadmeTests {
    private static let repository = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    @Test func theHostfileLineTrainsAGAN() throws {
      let readme = try String(
        decoding: FileSystem.read(Self.repository + "/README.md"), as: UTF8.self)
      let line = try #require(
        readme.split(separator: "\n").first {
          $0.contains("launch/run") && $0.contains("--hostfile hostfiles/") && $0.contains("train dcgan")
        })
      let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
      let images = TemporaryFolder()
      try SyntheticImages.write(to: images, train: 200, test: 50)
      let short = [
        "--data", images.path, "--channels", "4,8", "--latent", "6", "--epochs", "1", "--fid-samples", "0",
      ]
      let program = BuiltExecutable.path("atelier")
      let result = Shell.run(
        Self.repository + "/" + words[0].drop { $0 != "l" },
        words.dropFirst() + short + ["--run-dir", images.path("eight")],
        environment: ["ATELIER_PROGRAM": program], workingDirectory: Self.repository, timeLimit: 120)
      result.expectSuccess()
      let alone = Shell.run(
        program, ["train", "dcgan"] + short + ["--run-dir", images.path("one")],
        workingDirectory: Self.repository)
      alone.expectSuccess()
      for file in ["samples.npy", "metrics.jsonl", "checkpoints/last/model.safetensors"] {
        #expect(
          try FileSystem.read(images.path("eight/\(file)")) == FileSystem.read(images.path("one/\(file)")),
          "\(file)")
      }
    }
  }
}
