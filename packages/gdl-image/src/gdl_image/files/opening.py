"""One picture from a file or from bytes, whatever its format, colours, depth and rotation."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gdl_core.errors import InputError
from gdl_image.arrays import Picture, from_pillow
from gdl_image.files.png import check_complete

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""What is opened, told by the content and not by the name. Pillow's other formats may run other programs."""

MOST_PIXELS = 64 * 1024 * 1024
"""A picture of more pixels is refused before it is unpacked, lest a small file fill the memory."""

_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")


def open_picture(source: Path | bytes) -> Picture:
    """Read one picture as bytes of shape (height, width, channels); gray, RGB or RGBA.

    Of an animation or of several pages it is the first. Sixteen bits become eight by rounding; a palette becomes its
    colours, which are gray where all of them are; an alpha channel stays where it hides something. A rotation that a
    camera noted (EXIF) is carried out.

    Raises:
        InputError: It is no picture, a damaged one, or one of more than `MOST_PIXELS`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
                _check_size(image.width, image.height)
                image.load()
                _check_rows(image, source)
                return from_pillow(_plain(_upright(image)))
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(f"this is no picture, or not one of {', '.join(FORMATS)}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(f"a picture of more than {MOST_PIXELS:,} pixels is not unpacked; scale it down") from None
    except MemoryError:
        raise InputError("there is not enough memory to unpack this picture; scale it down") from None
    except Exception as error:  # a decoder raises whatever a damaged file makes it stumble over
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise InputError(f"the picture is damaged or cannot be read: {reason}") from None


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise InputError(
            f"a picture of {width:,} x {height:,} pixels, more than {MOST_PIXELS:,}, is not unpacked; scale it down"
        )


def _check_rows(image: Image.Image, source: Path | bytes) -> None:
    """Refuse a PNG that holds fewer rows than it claims; only one whose last row is nought, or interlaced, may be."""
    if image.format == "PNG" and (image.info.get("interlace") or not np.asarray(image)[-1].any()):
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            check_complete(file)


def _upright(image: Image.Image) -> Image.Image:
    """Carry out the rotation that is noted in the picture; what notes it in a broken way stays as it is."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture as gray, RGB or RGBA of eight bits."""
    if image.mode in (*_DEEP, "I", "F"):
        return _shallow(image)
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        colours = np.asarray(image)[..., :3]
        if (colours == colours[..., :1]).all():
            image = image.convert("LA" if image.mode == "RGBA" else "L")
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return image.convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() == (255, 255):
            return image.convert("RGB")
        return image
    return image.convert("RGB")


def _shallow(image: Image.Image) -> Image.Image:
    """Turn sixteen bits into eight."""
    deep = np.asarray(image)
    if image.mode == "F" or deep.min() < 0 or deep.max() > 0xFFFF:
        raise InputError("a picture of 32 bits has no known white; save it with 8 or 16 bits")
    return Image.fromarray(((deep.astype(np.uint32) * 255 + 0x7FFF) // 0xFFFF).astype(np.uint8))
