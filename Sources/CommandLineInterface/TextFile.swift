import Diagnostics
import Glibc

/// The whole text of a file.
///
/// Throws `noInput` where there is none, `inputOutput` where it can't be read, `badConfiguration` where it isn't UTF-8.
func readText(at path: String) throws(Failure) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 {
    let code: ExitCode = errno == ENOENT || errno == ENOTDIR ? .noInput : .inputOutput
    throw Failure(code, "Can't open the configuration file '\(path)': \(String(cString: strerror(errno)))")
  }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &part, part.count)
    if count == 0 { break }
    if count < 0 {
      if errno == EINTR { continue }
      throw Failure(
        .inputOutput, "Can't read the configuration file '\(path)': \(String(cString: strerror(errno)))")
    }
    bytes += part[..<count]
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw Failure(.badConfiguration, "The configuration file '\(path)' is not UTF-8 text")
  }
  return text
}
