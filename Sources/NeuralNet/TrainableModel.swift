import TensorCore

/// What is trained, saved and sent between ranks as one.
public protocol TrainableModel: AnyObject {
  /// In the order of the parameters.
  var networks: [Sequential] { get }
  /// The parameters of all networks, in order, then those of the model's own: an arena for what one optimiser trains.
  var arenas: [ParameterArena] { get }

  /// Makes room for up to `rows` images at a time.
  func allocate(rows: Int)
}

extension TrainableModel {
  public var parameters: [Parameter] { arenas.flatMap(\.parameters) }

  /// Trainable numbers.
  public var parameterCount: Int { arenas.reduce(0) { $0 + $1.parameterCount } }

  public var runningTensors: [RunningTensor] { networks.flatMap(\.runningTensors) }

  /// Draws every parameter anew from the seed, and puts running tensors back to the state of a new run.
  public func initialize(seed: UInt32) {
    var first = 0
    for arena in arenas {
      arena.initialize(seed: seed, firstStream: first)
      first += arena.parameters.count
    }
    for tensor in runningTensors { tensor.initialize() }
  }

  /// Makes what layers multiply by fit a state that was loaded (`SpectralNormalization`).
  public func refreshEffectiveValues(team: ThreadTeam) {
    for arena in arenas { arena.refreshEffectiveValues(iterates: false, team: team) }
  }

  /// Makes room in all networks.
  public func allocate(rows: Int) {
    for network in networks { network.allocate(rows: rows) }
  }
}
