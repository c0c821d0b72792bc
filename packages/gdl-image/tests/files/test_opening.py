"""One picture of whatever format, colours, depth and rotation; what is none is refused before it takes memory."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from gdl_core.errors import InputError
from gdl_image.arrays import from_pillow
from gdl_image.files.opening import open_picture

RANDOM = np.random.default_rng(0)
GRAY = RANDOM.integers(0, 256, (6, 5, 1), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (6, 5, 3), dtype=np.uint8)
NOISE = RANDOM.integers(0, 256, (40, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize("picture", [GRAY, COLOUR], ids=["gray", "colour"])
@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_a_picture_comes_back_as_it_was_written(encoded, kind, picture):
    assert np.array_equal(open_picture(encoded(picture, kind)), picture)


@pytest.mark.parametrize(("kind", "options"), [("WEBP", {"lossless": True}), ("JPEG", {"quality": 100})])
def test_other_formats_come_near_what_was_written(encoded, kind, options):
    smooth = np.tile(np.arange(0, 240, 30, dtype=np.uint8)[:, None, None], (1, 8, 3))
    found = open_picture(encoded(smooth, kind, **options))
    assert np.abs(found.astype(int) - smooth).max() <= 4


def test_sixteen_bits_become_eight_by_rounding(encoded):
    deep = Image.fromarray(np.array([[0, 128, 129, 65535]], np.uint16))
    assert open_picture(encoded(deep))[0, :, 0].tolist() == [0, 0, 1, 255]


def test_a_palette_becomes_its_colours_and_is_gray_where_all_of_them_are(encoded):
    image = Image.fromarray(COLOUR).quantize(256)
    assert np.array_equal(open_picture(encoded(image)), np.asarray(image.convert("RGB")))
    assert np.array_equal(open_picture(encoded(Image.fromarray(GRAY[..., 0]).convert("P"))), GRAY)


def test_transparency_stays_where_it_hides_something(encoded):
    clear = np.dstack([COLOUR, np.full((6, 5), 255, np.uint8)])
    assert np.array_equal(open_picture(encoded(clear)), COLOUR)
    clear[0, 0, 3] = 0
    assert np.array_equal(open_picture(encoded(clear)), clear)
    assert open_picture(encoded(Image.new("LA", (3, 2), (9, 100)))).tolist() == [[[9, 9, 9, 100]] * 3] * 2


def test_black_and_white_is_gray_and_a_printers_colours_are_colours(encoded):
    assert np.unique(open_picture(encoded(Image.fromarray(GRAY[..., 0] > 99)))).tolist() == [0, 255]
    assert open_picture(encoded(Image.new("CMYK", (3, 2)), "JPEG")).shape == (2, 3, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_rotation_that_a_camera_noted_is_carried_out(encoded, kind):
    noted = Image.Exif()
    noted[0x0112] = 6  # turned by a quarter
    plain, turned = (open_picture(encoded(NOISE[:24], kind, **more)) for more in ({}, {"exif": noted}))
    assert np.array_equal(turned, np.rot90(plain, -1))


def test_a_rotation_that_there_is_not_changes_nothing(encoded):
    noted = Image.Exif()
    noted[0x0112] = 99
    assert np.array_equal(open_picture(encoded(COLOUR, exif=noted)), COLOUR)


@pytest.mark.parametrize(("kind", "options"), [("GIF", {}), ("WEBP", {"lossless": True}), ("TIFF", {})])
def test_of_an_animation_or_of_pages_the_first_is_read(encoded, kind, options):
    frames = [Image.new("RGB", (4, 4), (level,) * 3) for level in (10, 200, 100)]
    found = open_picture(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    assert found.shape[:2] == (4, 4) and np.unique(found).tolist() == [10]


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 20_000, 3), (20_000, 1, 1)])
def test_very_small_and_very_long_pictures_are_pictures(encoded, shape):
    assert open_picture(encoded(np.zeros(shape, np.uint8))).shape == shape


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "WEBP", "BMP"])
def test_a_picture_is_told_by_its_content_not_its_name(tmp_path, encoded, kind):
    place = tmp_path / "a.png"
    place.write_bytes(encoded(NOISE, kind))
    assert np.array_equal(open_picture(place), from_pillow(Image.open(place).convert("RGB")))


def claiming(width, height, rows):
    """Return a PNG that claims to be so large and holds these bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = (struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
             for kind, body in chunks)  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("side", [9_000, 100_000, 2**31 - 1])
def test_a_decompression_bomb_is_not_unpacked(side):
    with pytest.raises(InputError, match="more than 67,108,864"):
        open_picture(claiming(side, side, bytes(1000)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_file_cut_short_is_refused(encoded, kind):
    whole = encoded(NOISE, kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(InputError, match="damaged|no picture"):
            open_picture(whole[: int(len(whole) * share)])


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"%!PS-Adobe-3.0\n/x 1 def", b"PK\x03\x04" + bytes(99), b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["nothing", "text", "a program", "an archive", "a drawing"],
)  # fmt: skip
def test_what_lies_about_being_a_picture_is_refused(data):
    with pytest.raises(InputError, match="no picture, or not one of PNG"):
        open_picture(data)


@pytest.mark.parametrize("values", [np.zeros((3, 3), np.float32), np.full((3, 3), 70_000, np.int32)])
def test_levels_without_a_known_white_are_refused(encoded, values):
    with pytest.raises(InputError, match="no known white"):
        open_picture(encoded(Image.fromarray(values), "TIFF"))


def png(width: int, height: int, data: bytes, *, colour: int = 2, depth: int = 8, interlaced: int = 0) -> bytes:
    """Return a PNG file of this header around these bytes, unpacked, in two pieces."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packed = zlib.compress(data)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", packed[:9]), chunk(b"IDAT", packed[9:]), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_png_with_fewer_rows_than_it_claims_is_refused_as_cut_short(tmp_path):
    rows = b"".join(b"\0" + row.tobytes() for row in COLOUR)
    assert np.array_equal(open_picture(png(5, 6, rows)), COLOUR)
    (tmp_path / "short.png").write_bytes(png(5, 6, rows[:-16]))
    for source in (tmp_path / "short.png", png(5, 6, rows[:-16])):
        with pytest.raises(InputError, match="cut short: it holds 5 of 6 rows"):
            open_picture(source)
    with pytest.raises(InputError, match="cut short: it holds 1 of 20,000 rows"):
        open_picture(png(300, 20_000, b"\0" * 901))


def test_a_png_whose_last_rows_are_black_is_whole():
    assert open_picture(png(5, 6, bytes(6 * 16))).max() == 0
    assert open_picture(png(9, 6, bytes(6 * 3), colour=0, depth=1)).shape == (6, 9, 1)


@pytest.mark.parametrize(("width", "height"), [(5, 6), (1, 1), (1, 9), (8, 8), (3, 2)])
def test_an_interlaced_png_is_whole_with_every_row_of_its_passes_and_cut_short_with_one_byte_less(width, height):
    starts = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    passes = [np.full((height, width), 7, np.uint8)[top::down, left::across] for left, top, across, down in starts]
    data = b"".join(b"\0" + row.tobytes() for one in passes if one.shape[1] for row in one)
    assert (open_picture(png(width, height, data, colour=0, interlaced=1)) == 7).all()
    with pytest.raises(InputError, match=r"cut short|damaged"):
        open_picture(png(width, height, data[:-1], colour=0, interlaced=1))
