import RandomNumbers
import TensorCore

/// Divides a weight by its largest singular value, so that a layer can't make its input longer than it is.
///
/// The weight as a matrix W (first dimension, all others) has sigma = u^T W v, and layers multiply by W / sigma. u and v,
/// of length 1, follow W's first singular vectors by a step of the power method each time `refresh` iterates,
///
///     u = W v / |W v|        v = W^T u / |W^T u|        (lengths at least 1e-12)
///
/// and are constant for the gradient: of what has the gradient G by W / sigma, that by W is
/// (G - <G, W / sigma> u v^T) / sigma (`SpectralGradients`). A new run's v is drawn from N(0, 1), and then 15 steps taken.
///
/// u and v belong to the model's state, under the names of PyTorch's `parametrizations.spectral_norm`. All sums are in
/// Double in an order that the shape fixes, and every rank computes them itself, with the same bits.
///
/// Source: Miyato, Kataoka, Koyama and Yoshida, "Spectral normalization for generative adversarial networks", 2018.
public final class SpectralNormalization {
  private unowned let weight: Parameter
  let rows: Int
  let columns: Int
  private let u: AlignedBuffer<Float>
  private let v: AlignedBuffer<Float>
  private let effective: AlignedBuffer<Float>
  /// W v and W^T u, before they are divided by their lengths.
  private let leftProduct: AlignedBuffer<Double>
  private let rightProduct: AlignedBuffer<Double>
  /// u^T W v as of the last refresh.
  public private(set) var sigma = 0.0
  /// u and v.
  public let runningTensors: [RunningTensor]

  /// - Parameter name: what PyTorch's parametrization of the weight is called, as in `conv1.parametrizations.weight`.
  init(of weight: Parameter, name: String) {
    precondition(weight.shape.count > 1, "a matrix has two dimensions")
    self.weight = weight
    rows = weight.shape[0]
    columns = weight.count / rows
    u = AlignedBuffer(count: rows)
    v = AlignedBuffer(count: columns)
    effective = AlignedBuffer(count: weight.count)
    leftProduct = AlignedBuffer(count: rows)
    rightProduct = AlignedBuffer(count: columns)
    runningTensors = [
      RunningTensor("\(name).0._u", values: u, initialValue: nil),
      RunningTensor("\(name).0._v", values: v, initialValue: nil),
    ]
  }

  /// W / sigma as of the last refresh, in the layout of the weight; the same memory always.
  public var effectiveWeight: UnsafeMutablePointer<Float> { effective.pointer }

  /// Begins a new run of the weight as it stands.
  ///
  /// - Parameter key: the weight's own; v's numbers are of another draw.
  func initialize(key: RandomKey) {
    fillNormal(v.pointer, count: columns, key: key, step: 0, index: 0, draw: 1)
    begin()
  }

  /// Begins as a new run whose v was drawn so.
  package func initialize(v drawn: [Float]) {
    precondition(drawn.count == columns)
    v.pointer.update(from: drawn, count: columns)
    begin()
  }

  private func begin() {
    let team = ThreadTeam(count: 1)
    normalize(v.array.map(Double.init), into: v)
    // The first step makes u of v, so that u needs no draw.
    for _ in 0..<15 { iterate(team) }
    refresh(iterates: false, team: team)
  }

  /// Forms the effective weight anew from the weight.
  ///
  /// - Parameter iterates: whether u and v take a step first, as before an update; otherwise they stay, as PyTorch's do in
  ///   evaluation.
  public func refresh(iterates: Bool, team: ThreadTeam) {
    if iterates {
      iterate(team)
    } else {
      multiplyTransposed(
        weight.values, rows: rows, columns: columns, by: u.pointer, into: rightProduct.pointer, team: team)
    }
    sigma = zip(rightProduct.elements, v.elements).reduce(0) { $0 + $1.0 * Double($1.1) }
    divide(weight.values, by: sigma, into: effective.pointer, count: weight.count, team: team)
  }

  /// Leaves W^T u in `rightProduct`.
  private func iterate(_ team: ThreadTeam) {
    multiply(
      weight.values, rows: rows, columns: columns, by: v.pointer, into: leftProduct.pointer, team: team)
    normalize(leftProduct.elements, into: u)
    multiplyTransposed(
      weight.values, rows: rows, columns: columns, by: u.pointer, into: rightProduct.pointer, team: team)
    normalize(rightProduct.elements, into: v)
  }

  private func normalize(_ product: some Collection<Double>, into vector: AlignedBuffer<Float>) {
    let length = max(product.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
    for (index, value) in product.enumerated() { vector.pointer[index] = Float(value / length) }
  }

  // MARK: - Gradients

  /// The sum over `elements` of the weight's gradient times the effective weight.
  func product(of elements: Range<Int>) -> Double {
    dotProduct(
      weight.gradients + elements.lowerBound, effective.pointer + elements.lowerBound, count: elements.count)
  }

  /// Turns `elements` of the weight's gradient, taken by the effective weight, into those by the weight itself.
  ///
  /// - Parameter product: of all elements.
  func transformGradient(_ elements: Range<Int>, product: Double, team: ThreadTeam) {
    divideGradient(
      weight.gradients, elements: elements, product: product, sigma: sigma, u: u.pointer, v: v.pointer,
      columns: columns, team: team)
  }
}
