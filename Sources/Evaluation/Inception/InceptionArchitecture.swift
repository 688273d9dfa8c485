extension InceptionStep {
  /// Inception v3 (Szegedy and others, "Rethinking the Inception Architecture for Computer Vision", 2016) from the image
  /// to the last block, whose means over the 8x8 pixels are the features `pool3`: with torchvision's names, and where
  /// the network of the Fréchet inception distance differs, as pytorch-fid has it. It differs in pools alone: means leave
  /// out the padding, and the last block has a maximum in the place of the mean.
  static let inception: [InceptionStep] = [
    .convolution("Conv2d_1a_3x3", 32, kernel: 3, stride: 2),
    .convolution("Conv2d_2a_3x3", 32, kernel: 3),
    .convolution("Conv2d_2b_3x3", 64, kernel: 3, padding: 1),
    .maximumPool(stride: 2, padding: 0),
    .convolution("Conv2d_3b_1x1", 80),
    .convolution("Conv2d_4a_3x3", 192, kernel: 3),
    .maximumPool(stride: 2, padding: 0),
    .block("Mixed_5b", inceptionA(pool: 32)),
    .block("Mixed_5c", inceptionA(pool: 64)),
    .block("Mixed_5d", inceptionA(pool: 64)),
    .block("Mixed_6a", inceptionB),
    .block("Mixed_6b", inceptionC(inner: 128)),
    .block("Mixed_6c", inceptionC(inner: 160)),
    .block("Mixed_6d", inceptionC(inner: 160)),
    .block("Mixed_6e", inceptionC(inner: 192)),
    .block("Mixed_7a", inceptionD),
    .block("Mixed_7b", inceptionE(pool: .averagePool)),
    .block("Mixed_7c", inceptionE(pool: .maximumPool(stride: 1, padding: 1))),
  ]

  /// 35x35 pixels.
  private static func inceptionA(pool channels: Int) -> [[InceptionStep]] {
    [
      [.convolution("branch1x1", 64)],
      [
        .convolution("branch5x5_1", 48),
        .convolution("branch5x5_2", 64, kernel: 5, padding: 2),
      ],
      [
        .convolution("branch3x3dbl_1", 64),
        .convolution("branch3x3dbl_2", 96, kernel: 3, padding: 1),
        .convolution("branch3x3dbl_3", 96, kernel: 3, padding: 1),
      ],
      [.averagePool, .convolution("branch_pool", channels)],
    ]
  }

  /// From 35x35 pixels to 17x17.
  private static let inceptionB: [[InceptionStep]] = [
    [.convolution("branch3x3", 384, kernel: 3, stride: 2)],
    [
      .convolution("branch3x3dbl_1", 64),
      .convolution("branch3x3dbl_2", 96, kernel: 3, padding: 1),
      .convolution("branch3x3dbl_3", 96, kernel: 3, stride: 2),
    ],
    [.maximumPool(stride: 2, padding: 0)],
  ]

  /// 17x17 pixels.
  private static func inceptionC(inner: Int) -> [[InceptionStep]] {
    [
      [.convolution("branch1x1", 192)],
      [
        .convolution("branch7x7_1", inner),
        .convolution("branch7x7_2", inner, kernel: (1, 7), padding: (0, 3)),
        .convolution("branch7x7_3", 192, kernel: (7, 1), padding: (3, 0)),
      ],
      [
        .convolution("branch7x7dbl_1", inner),
        .convolution("branch7x7dbl_2", inner, kernel: (7, 1), padding: (3, 0)),
        .convolution("branch7x7dbl_3", inner, kernel: (1, 7), padding: (0, 3)),
        .convolution("branch7x7dbl_4", inner, kernel: (7, 1), padding: (3, 0)),
        .convolution("branch7x7dbl_5", 192, kernel: (1, 7), padding: (0, 3)),
      ],
      [.averagePool, .convolution("branch_pool", 192)],
    ]
  }

  /// From 17x17 pixels to 8x8.
  private static let inceptionD: [[InceptionStep]] = [
    [
      .convolution("branch3x3_1", 192),
      .convolution("branch3x3_2", 320, kernel: 3, stride: 2),
    ],
    [
      .convolution("branch7x7x3_1", 192),
      .convolution("branch7x7x3_2", 192, kernel: (1, 7), padding: (0, 3)),
      .convolution("branch7x7x3_3", 192, kernel: (7, 1), padding: (3, 0)),
      .convolution("branch7x7x3_4", 192, kernel: 3, stride: 2),
    ],
    [.maximumPool(stride: 2, padding: 0)],
  ]

  /// 8x8 pixels.
  private static func inceptionE(pool: InceptionStep) -> [[InceptionStep]] {
    [
      [.convolution("branch1x1", 320)],
      [
        .convolution("branch3x3_1", 384),
        .fork([
          [.convolution("branch3x3_2a", 384, kernel: (1, 3), padding: (0, 1))],
          [.convolution("branch3x3_2b", 384, kernel: (3, 1), padding: (1, 0))],
        ]),
      ],
      [
        .convolution("branch3x3dbl_1", 448),
        .convolution("branch3x3dbl_2", 384, kernel: 3, padding: 1),
        .fork([
          [.convolution("branch3x3dbl_3a", 384, kernel: (1, 3), padding: (0, 1))],
          [.convolution("branch3x3dbl_3b", 384, kernel: (3, 1), padding: (1, 0))],
        ]),
      ],
      [pool, .convolution("branch_pool", 192)],
    ]
  }
}
