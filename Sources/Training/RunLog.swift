import Artifacts
import Glibc

/// What a person sees of a run: lines on standard output and in `log.txt`, and on a terminal a progress bar below them.
/// Rank 0's speaks; the others' is silent.
public final class RunLog {
  private let isSilent: Bool
  private let showsBar: Bool
  private var file: UnsafeMutablePointer<FILE>?
  private var pendingText = ""
  private var barIsShown = false

  /// - Parameters:
  ///   - isRoot: whether this is rank 0.
  ///   - quiet: writes to `log.txt` only.
  public init(isRoot: Bool, quiet: Bool = false) {
    isSilent = !isRoot
    showsBar = isRoot && !quiet && isatty(STDOUT_FILENO) == 1
    printsLines = isRoot && !quiet
  }

  private let printsLines: Bool

  /// From now on lines go to this file too, after those said before.
  func open(_ path: String) {
    guard !isSilent, file == nil else { return }
    file = fopen(path, "a")
    writeToFile(pendingText)
    pendingText = ""
  }

  /// Says a line.
  public func say(_ line: String) {
    if isSilent { return }
    if printsLines {
      clearBar()
      writeToStandardOutput(line + "\n")
    }
    if file == nil { pendingText += line + "\n" } else { writeToFile(line + "\n") }
  }

  /// Shows how far the run is: a bar on a terminal; elsewhere nothing, for there `say` serves.
  ///
  /// - Parameter fraction: done, 0 to 1.
  func showProgress(_ fraction: Double, _ text: String) {
    guard showsBar else { return }
    let width = 24
    let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded(.down))
    let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: width - filled)
    writeToStandardOutput("\r\u{1B}[2K\(bar) \(text)")
    barIsShown = true
  }

  var hasBar: Bool { showsBar }

  private func clearBar() {
    guard barIsShown else { return }
    writeToStandardOutput("\r\u{1B}[2K")
    barIsShown = false
  }

  private func writeToFile(_ text: String) {
    guard let file else { return }
    fputs(text, file)
    fflush(file)
  }

  deinit {
    if barIsShown { writeToStandardOutput("\n") }
    if let file { fclose(file) }
  }
}

/// Writes text in one piece.
private func writeToStandardOutput(_ text: String) {
  var text = text
  text.withUTF8 { bytes in _ = write(STDOUT_FILENO, bytes.baseAddress, bytes.count) }
}
