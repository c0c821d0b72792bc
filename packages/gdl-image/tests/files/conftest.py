"""Pictures as files, and all that is read of a place."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from gdl_image.arrays import to_pillow
from gdl_image.files import read


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    """Return a picture, an array or Pillow's, as the bytes of a file, a PNG unless another kind is named."""

    def encode(picture: Any, kind: str = "PNG", **options: Any) -> bytes:
        file = io.BytesIO()
        image = picture if isinstance(picture, Image.Image) else to_pillow(picture)
        image.save(file, kind, **options)
        return file.getvalue()

    return encode


@pytest.fixture
def everything() -> Callable[..., tuple[list[Any], list[str]]]:
    """Read all pictures of a place: the records, and what was skipped, as texts."""

    def collect(source: Any, **options: Any) -> tuple[list[Any], list[str]]:
        skipped: list[Any] = []
        return list(read(source, skipped=skipped.append, **options)), list(map(str, skipped))

    return collect
