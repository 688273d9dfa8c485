import Artifacts
import Glibc

/// What a person sees of a run: lines on standard output and in `log.txt`, and on a terminal a progress bar below them.
/// Rank 0's speaks; the others' is silent.
public final class RunLog {
  private let isSilent: Bool
  private let terminal: VisibleTerminal?
  private var file: UnsafeMutablePointer<FILE>?
  private var pendingText = ""
  private var barIsShown = false

  /// - Parameters:
  ///   - isRoot: whether this is rank 0.
  ///   - quiet: writes to `log.txt` only.
  public init(isRoot: Bool, quiet: Bool = false) {
    isSilent = !isRoot
    terminal = isRoot && !quiet ? VisibleTerminal.current() : nil
    printsLines = isRoot && !quiet
  }

  private let printsLines: Bool

  /// Whether anybody sees at once what it says.
  var isHeard: Bool { printsLines }

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

  /// Says what people should know even where they asked for nothing else: on standard error.
  func warn(_ line: String) {
    if isSilent { return }
    clearBar()
    writeToStandardError(line + "\n")
    if file == nil { pendingText += line + "\n" } else { writeToFile(line + "\n") }
  }

  /// Writes a line to the file only, for what is said to people elsewhere.
  func record(_ line: String) {
    clearBar()
    writeToFile(line + "\n")
  }

  /// Shows how far the run is: a bar on a terminal; elsewhere nothing, for there `say` serves.
  ///
  /// - Parameter fraction: done, 0 to 1.
  func showProgress(_ fraction: Double, _ text: String) {
    guard let terminal else { return }
    // A line that wraps could not be taken back.
    let room = terminal.columns - 1
    let width = min(24, max(0, room - text.count - 1))
    let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded(.down))
    let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: width - filled)
    let line = width > 0 ? "\(bar) \(text)" : String(text.prefix(room))
    writeToStandardOutput("\r\u{1B}[2K\(line)")
    barIsShown = true
  }

  var hasBar: Bool { terminal != nil }

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
private func writeToStandardOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

private func writeToStandardError(_ text: String) { write(text, to: STDERR_FILENO) }

private func write(_ text: String, to descriptor: Int32) {
  var text = text
  text.withUTF8 { bytes in _ = Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
}
