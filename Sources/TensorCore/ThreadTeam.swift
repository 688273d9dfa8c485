import Glibc
import Synchronization

/// A fixed team of threads that carry out one kernel after another, each thread its own static share.
///
/// The shares never depend on timing, so results don't either. Between kernels the helpers spin for a short while (a
/// training step starts a kernel every few microseconds), then sleep. The calling thread is member 0.
public final class ThreadTeam: @unchecked Sendable {
  /// Members, the caller included.
  public let count: Int
  private let post: Post
  private var threads: [pthread_t] = []

  /// - Parameter oversubscribed: whether there are more runnable threads than cores, so that spinning would only keep
  ///   others from working.
  public init(count: Int, oversubscribed: Bool = false) {
    precondition(count >= 1)
    self.count = count
    post = Post(spinLimit: oversubscribed ? 0 : 20_000)
    for member in 1..<max(count, 1) { threads.append(startHelper(member, of: post)) }
  }

  deinit {
    post.isStopping = true
    post.announce()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs `body` once on each member with the member's index, and returns when all are done.
  ///
  /// - Precondition: no other run of this team is under way: `body` may not start one, nor may two threads.
  public func run(_ body: (Int) -> Void) {
    if count == 1 { return body(0) }
    precondition(post.body == nil, "a thread team runs one kernel at a time")
    withoutActuallyEscaping(body) { escapable in
      post.body = escapable
      post.announce()
      escapable(0)
      post.awaitHelpers(count - 1)
      post.body = nil
    }
  }

  /// Runs `body` over `0..<total`, cut into one contiguous range a member; boundaries are multiples of `granule`.
  public func forEachRange(_ total: Int, granule: Int = 1, _ body: (Range<Int>) -> Void) {
    if total <= 0 { return }
    if count == 1 || total <= granule { return body(0..<total) }
    let granules = (total + granule - 1) / granule
    run { member in
      let lower = min(total, granules * member / count * granule)
      let upper = min(total, granules * (member + 1) / count * granule)
      if lower < upper { body(lower..<upper) }
    }
  }
}

/// What the members share: the kernel to run, and who has seen or done it. Helpers keep this alive, not the team, so
/// that a team can end.
private final class Post: @unchecked Sendable {
  var body: ((Int) -> Void)?
  var isStopping = false
  private let generation = Atomic<Int>(0)
  private let finished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let spinLimit: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(spinLimit: Int) {
    self.spinLimit = spinLimit
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Starts the next kernel.
  func announce() {
    finished.store(0, ordering: .relaxed)
    generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
  }

  func awaitHelpers(_ helpers: Int) {
    var spins = 0
    while finished.load(ordering: .acquiring) != helpers {
      spins += 1
      if spins > spinLimit { sched_yield() }
    }
  }

  /// A helper's life: wait, work, report.
  func serve(member: Int) {
    var seen = 0
    while true {
      seen = nextGeneration(after: seen)
      if isStopping { return }
      body!(member)
      finished.wrappingAdd(1, ordering: .releasing)
    }
  }

  private func nextGeneration(after seen: Int) -> Int {
    for _ in 0..<spinLimit {
      let current = generation.load(ordering: .acquiring)
      if current != seen { return current }
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    var current = generation.load(ordering: .sequentiallyConsistent)
    while current == seen {
      pthread_cond_wait(condition, mutex)
      current = generation.load(ordering: .sequentiallyConsistent)
    }
    sleepers.wrappingSubtract(1, ordering: .relaxed)
    return current
  }
}

private final class HelperStart {
  let post: Post
  let member: Int
  init(post: Post, member: Int) {
    self.post = post
    self.member = member
  }
}

private func startHelper(_ member: Int, of post: Post) -> pthread_t {
  let start = Unmanaged.passRetained(HelperStart(post: post, member: member))
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      let start = Unmanaged<HelperStart>.fromOpaque(argument!).takeRetainedValue()
      start.post.serve(member: start.member)
      return nil
    }, start.toOpaque())
  precondition(status == 0, "can't start a thread")
  return thread
}
