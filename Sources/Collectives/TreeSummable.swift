import CMPIShim

/// Numbers that the tree sums: Float and Double.
protocol TreeSummable: BitwiseCopyable {
  /// values[i] += addends[i] for `count` elements that don't overlap.
  static func add(_ addends: UnsafePointer<Self>, to values: UnsafeMutablePointer<Self>, count: Int)
  /// MPI's own sum over all ranks of a communicator, in place; its status.
  static func allreduceWithMPI(
    _ values: UnsafeMutablePointer<Self>, count: Int, in communicator: cmpi_communicator
  ) -> Int32
}

extension Float: TreeSummable {
  static func add(_ addends: UnsafePointer<Float>, to values: UnsafeMutablePointer<Float>, count: Int) {
    let target = UnsafeMutableRawPointer(values)
    let source = UnsafeRawPointer(addends)
    var index = 0
    while index &+ 32 <= count {
      // Four vectors a turn keep both load ports busy; the order of the elements makes no difference to the bits.
      for lane in 0..<4 {
        let offset = (index &+ lane &* 8) &* 4
        let sum =
          target.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
          + source.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        target.storeBytes(of: sum, toByteOffset: offset, as: SIMD8<Float>.self)
      }
      index &+= 32
    }
    while index < count {
      values[index] += addends[index]
      index &+= 1
    }
  }

  static func allreduceWithMPI(
    _ values: UnsafeMutablePointer<Float>, count: Int, in communicator: cmpi_communicator
  ) -> Int32 {
    cmpi_allreduce_sum_float(communicator, values, count)
  }
}

extension Double: TreeSummable {
  static func add(_ addends: UnsafePointer<Double>, to values: UnsafeMutablePointer<Double>, count: Int) {
    for index in 0..<count { values[index] += addends[index] }
  }

  static func allreduceWithMPI(
    _ values: UnsafeMutablePointer<Double>, count: Int, in communicator: cmpi_communicator
  ) -> Int32 {
    cmpi_allreduce_sum_double(communicator, values, count)
  }
}
