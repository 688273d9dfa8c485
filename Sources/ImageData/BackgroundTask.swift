import Glibc

/// Work on a thread of its own, whose result is waited for.
public final class BackgroundTask<Value: Sendable>: @unchecked Sendable {
  /// Nil once it was waited for, and where there is none to be had.
  private var thread: pthread_t?
  private let outcome: Outcome

  /// Written by the thread before it ends, read after it was joined.
  private final class Outcome: @unchecked Sendable {
    let work: @Sendable () throws -> Value
    var result: Result<Value, any Error>?

    init(_ work: @escaping @Sendable () throws -> Value) {
      self.work = work
    }

    func find() {
      result = Result { try work() }
    }
  }

  /// Starts the work.
  public init(_ work: @escaping @Sendable () throws -> Value) {
    let outcome = Outcome(work)
    self.outcome = outcome
    thread = startThread { outcome.find() }
  }

  /// The result, once the work is done; for one thread to ask. Where no thread was to be had, the work is done now.
  public func value() throws -> Value {
    if let thread { pthread_join(thread, nil) }
    thread = nil
    if outcome.result == nil { outcome.find() }
    return try outcome.result!.get()
  }

  deinit {
    // Nobody waits for it any more; it still ends in its own time, or with the process (see `endProcess`).
    if let thread { pthread_detach(thread) }
  }
}

private final class ThreadBody {
  let run: () -> Void

  init(_ run: @escaping () -> Void) {
    self.run = run
  }
}

private func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
  let argument = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().run()
      return nil
    }, argument.toOpaque())
  if status == 0 { return thread }
  argument.release()
  return nil
}
