"""Writes the 80/10/10 split of the published Fashion-MNIST results: `python make_split.py` (scikit-learn, numpy).

The 70,000 images are the 60,000 training images, then the 10,000 test images, each file in its own order. Of these a
stratified fifth is set aside, and halved, unstratified, into validation and test, both with random_state 42, as
github.com/elvinaben/Autoencoder_MNIST does. The file holds three lists of indices, one after the other: 56,000 for
training, 7,000 for validation, 7,000 for testing, each in scikit-learn's order, as little-endian 32-bit integers.
"""

import gzip
import hashlib
import os
from pathlib import Path

import numpy
from sklearn.model_selection import train_test_split

FOLDER = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
OUTPUT = Path(__file__).resolve().parents[2] / "Sources/CPublishedSplit/indices.bin"


def labels(part):
    with gzip.open(FOLDER / f"{part}-labels-idx1-ubyte.gz") as file:
        return numpy.frombuffer(file.read(), dtype=numpy.uint8, offset=8)


classes = numpy.concatenate([labels("train"), labels("t10k")])
indices = numpy.arange(len(classes))
train, held_out = train_test_split(indices, test_size=0.2, random_state=42, stratify=classes)
validation, test = train_test_split(held_out, test_size=0.5, random_state=42)

assert [len(train), len(validation), len(test)] == [56_000, 7_000, 7_000]
assert sorted(numpy.concatenate([train, validation, test])) == list(indices)
assert (numpy.bincount(classes[train]) == 5_600).all()

content = numpy.concatenate([train, validation, test]).astype("<u4").tobytes()
OUTPUT.write_bytes(content)
print(f"{hashlib.sha256(content).hexdigest()}  {OUTPUT.name}")
for name, part in [("train", train), ("validation", validation), ("test", test)]:
    print(name, part[:4].tolist(), numpy.bincount(classes[part]).tolist())
