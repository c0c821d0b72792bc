"""Sets of pictures that can be had, and how to get them: nothing here downloads anything."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A set of pictures: what it holds, under which licence, how to get it, and how to train on it."""

    name: str
    holds: str
    licence: str
    get: str
    train: str


SOURCES = (
    Source(
        name="fashion-mnist",
        holds="60,000 + 10,000 articles of clothing, gray, 28 x 28, ten classes",
        licence="MIT",
        get="apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb fashion",
        train="gdl image train fashion/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz --condition class "
        "--out runs/fashion",
    ),
    Source(
        name="digits",
        holds="1,797 handwritten digits, gray, 8 x 8, ten classes, from the package scikit-learn",
        licence="that of UCI's Optical Recognition of Handwritten Digits: look there",
        get='pip install scikit-learn && python -c "import numpy as np; from sklearn.datasets import load_digits; '
        "d = load_digits(); np.savez('digits.npz', images=(d.images * 15.9375).astype('uint8'), labels=d.target)\"",
        train="gdl image train digits.npz --condition class --out runs/digits",
    ),
    Source(
        name="emoji",
        holds="3,786 emoji, colour with transparency, 64 x 64, from the npm package emoji-datasource-google",
        licence="pictures Apache-2.0 (Noto Emoji), data MIT",
        get="npm pack emoji-datasource-google && tar -xzf emoji-datasource-google-*.tgz package/img/google/64",
        train="gdl image train package/img/google/64 --representation-option size=32 --representation-option "
        "colour=rgb --out runs/emoji",
    ),
)
"""What ``gdl image data`` lists."""
