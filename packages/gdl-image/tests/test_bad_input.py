"""What is wrong with files is named at the command line, ends it as documented, and leaves nothing half-written."""

import shutil
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

import gdl_image
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_image.domain import DOMAIN
from gdl_image.representations import Pixels

NOISE = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)


def bomb() -> bytes:
    """Return a small PNG that claims to hold 100,000 x 100,000 pixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Good pictures, `mixed` with bad ones among them, bad files, and a model for each command that asks one."""
    home = tmp_path_factory.mktemp("home")
    gdl_image.Pictures(NOISE).save(home / "good")
    shutil.copytree(home / "good", home / "mixed")
    whole = (home / "good" / "1.png").read_bytes()
    for name, data in {"bomb": bomb(), "cut": whole[:120], "text": b"hello", "empty": b""}.items():
        (home / "mixed" / f"{name}.png").write_bytes(data)
    Image.new("L", (1, 1)).save(home / "mixed" / "one.png")
    Image.new("RGB", (20_000, 1)).save(home / "mixed" / "long.png")
    (home / "nothing").mkdir()
    (home / "bomb.png").write_bytes(bomb())
    np.savez(home / "columns.npz", pictures=NOISE)
    with zipfile.ZipFile(home / "lie.npz", "w") as archive:
        header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000, 28, 28)}\n"
        archive.writestr("images.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    (home / "table.csv").write_text("a,b\n1,2\n")
    for family in ("vae", "autoregressive"):
        pixels = Pixels(size=8, colour="gray")
        design = Design(family, pixels.space, network_options={"width": 16})
        Pipeline(DOMAIN, pixels, build(design), design).save(home / family)
    return home


COMMANDS = {
    "train": "train {} --recipe vae --representation-option size=8 --steps 1 --batch-size 4 --device cpu --out new",
    "evaluate": "evaluate {} --reference good --features fashion",
    "reconstruct": "reconstruct {} --model vae --out new",
    "inpaint": "inpaint {} --hide 2,2,2,2 --model autoregressive --out new",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_bad_among_good_is_skipped_by_name_and_the_work_is_done(gdl, home, monkeypatch, tmp_path, command):
    monkeypatch.chdir(home)
    words = COMMANDS[command].format("mixed").replace("--out new", f"--out {tmp_path / 'new'}")
    ended = gdl(*words.split())
    assert ended.code == 3, ended
    assert all(f"mixed/{name}.png: " in ended.err for name in ("bomb", "cut", "text", "empty"))
    assert "4 records were skipped" in ended.err
    assert command == "evaluate" or (tmp_path / "new").is_dir()


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("nothing", 4, "holds no picture"),
        ("bomb.png", 4, "more than 67,108,864 pixels is not unpacked"),
        ("columns.npz", 4, "no array 'images'; there is: pictures"),
        ("lie.npz", 4, "ends before it is complete"),
        ("table.csv", 2, "which column holds the pictures"),
        ("god", 4, "did you mean 'good'"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_source_that_is_bad_as_a_whole_is_refused_and_nothing_is_left(
    gdl, home, monkeypatch, command, source, code, words
):
    monkeypatch.chdir(home)
    ended = gdl(*COMMANDS[command].format(source).split())
    assert ended.code == code and words in ended.err, ended
    assert not list(home.glob("*new*")) and not list(home.glob(".*new*"))
