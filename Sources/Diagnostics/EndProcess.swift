import Glibc

/// Ends the process at once, with all output written.
///
/// Not by `exit`: that takes down the libraries' state (libcrypto's, for one) while a thread that reads ahead may still
/// be using it.
public func endProcess(_ code: Int32) -> Never {
  fflush(nil)
  _exit(code)
}
