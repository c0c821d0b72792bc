"""Whatever a user brings, `gdl` says in one to three lines what is wrong and where, and leaves nothing half-written."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gdl_core.checkpoint.weights import read_tensors, write_tensors
from gdl_core.data import Dataset
from gdl_core.folders import sha256
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_molecules.chemistry import canonical
from gdl_molecules.domain import DOMAIN
from gdl_molecules.representations.graph import MolecularGraph

SMALL = ("C", "CCO", "CCN", "c1ccccc1", "C1CC1", "CC#N", "CC(=O)O", "CF", "CCCCCCCC")
PEPTIDE = "N[C@@H](C)C(=O)" * 100 + "O"
GOOD = {
    "crlf.csv": b"name,smiles\r\na,CCO\r\nb,CCN\r\n",
    "bom.csv": b"\xef\xbb\xbfsmiles,name\nCCO,a\nCCN,b\n",
    "latin.smi": b"CCO caf\xe9\nCCN x\n",
    "peptide.smi": f"CCO\n{PEPTIDE}\n".encode(),
    "unended.smi": b"CCO\nCCN",
    "repeated.smi": b"CCO\nCCN\n" * 2000,
}

BAD = {
    "empty.smi": (b"", "is empty"),
    "blank.smi": (b"\n\n\n", "no"),
    "binary.smi": (bytes(range(256)) * 9, "is a binary file"),
    "zipped.smi.gz": (b"\x1f\x8b\x08\x00garbage", "damaged"),
    "table.parquet": (b"PAR1 and then nothing", "parquet"),
    "wide.smi": ("CCO\n".encode("utf-16"), "UTF-16"),
    "columns.csv": (b"a,b\nCCO,1\n", "which column holds the SMILES"),
    "hopeless.smi": (b"[Xx]\nC1CC\n", "none of these is a molecule"),
}


def lines(ended) -> list[str]:
    """The lines of stderr, which must be few and no traceback."""
    found = ended.err.splitlines()
    assert "Traceback" not in ended.err
    assert len([line for line in found if line.startswith("error")]) <= 1
    return found


@pytest.fixture(scope="module")
def graph_model(tmp_path_factory) -> Path:
    """An untrained model of graphs of up to eight atoms C, F, N and O, which has codes."""
    representation = MolecularGraph().fit(SMALL)
    design = Design("vae", representation.space, variant="gaussian", network_options={"width": 16, "layers": 1})
    folder = tmp_path_factory.mktemp("graph") / "model"
    return Pipeline(DOMAIN, representation, build(design), design).save(folder)


@pytest.mark.parametrize("name", GOOD)
def test_files_as_people_have_them_are_read_whole(gdl, tmp_path, name):
    (tmp_path / name).write_bytes(GOOD[name])
    ended = gdl("prepare", tmp_path / name, "--out", tmp_path / "ds", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["samples"] == (4000 if name == "repeated.smi" else 2)


@pytest.mark.parametrize("verb", ["prepare", "train", "evaluate"])
@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_use_is_named_with_the_reason(gdl, tmp_path, name, verb):
    content, reason = BAD[name]
    (tmp_path / name).write_bytes(content)
    rest = ("--reference", tmp_path / name, "--no-fcd") if verb == "evaluate" else ("--out", tmp_path / "new")
    if name == "hopeless.smi" and verb == "evaluate":
        reason = "no valid molecule"
    ended = gdl(verb, tmp_path / name, *rest)
    assert ended.code in (2, 4)
    assert reason in lines(ended)[-1] and (name in lines(ended)[-1] or "the reference" in lines(ended)[-1])
    assert len(lines(ended)) <= 3
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_records_that_are_no_molecules_are_named_by_line_and_the_rest_goes_on(gdl, tmp_path):
    (tmp_path / "some.smi").write_text(f"CCO\n[Xx]\nC1CC\nC(C\n{'C' * 1200}\nCCN\n")
    ended = gdl("prepare", tmp_path / "some.smi", "--out", tmp_path / "ds", "--skipped", tmp_path / "skipped.tsv")
    assert ended.code == 3
    assert lines(ended)[-1] == "4 records were skipped"
    rows = [line.split("\t") for line in (tmp_path / "skipped.tsv").read_text().splitlines()]
    assert [row[0].rsplit(":")[-1] for row in rows] == ["2", "3", "4", "5"]
    for row, reason in zip(rows, ["no element", "never closed", "never closed", "1,200 heavy atoms"], strict=True):
        assert reason in row[1]


ODD = {
    "[Na+].[Cl-]": "in two parts",
    "C": "a single atom",
    "[He]": "a single atom that binds nothing",
    "[H][H]": "hydrogen alone",
    "[CH3]": "a radical",
    "C[O]": "a radical on a chain",
    "[O][O]": "two radicals",
    "[C-]#[O+]": "charges",
    "[13CH4]": "an isotope",
}


@pytest.mark.parametrize("representation", ["smiles", "selfies", "graph"])
def test_odd_molecules_come_back_or_are_named(gdl, tmp_path, representation):
    if representation == "selfies":
        pytest.importorskip("selfies")
    (tmp_path / "odd.smi").write_text("".join(f"{smiles}\n" for smiles in ODD))
    words = ("prepare", tmp_path / "odd.smi", "--representation", representation, "--out", tmp_path / "ds")
    ended = gdl(*words, "--condition", "logp,qed,sa", "--json")
    document = json.loads(ended.out)
    assert ended.code == (3 if document["skipped"] else 0)
    assert document["samples"] + document["skipped"] == len(ODD)
    assert all(skip["where"] and skip["reason"] for skip in document["records_skipped"])
    dataset = Dataset.open(tmp_path / "ds")
    speaks = DOMAIN.representation(representation).from_config(dataset.representation_config["config"])
    found = [speaks.decode(sample) for sample in dataset.space.separate(dataset.batch(range(len(dataset))))]
    lost = {int(skip["where"].rsplit(":")[-1]) for skip in document["records_skipped"]}
    given = [smiles for line, smiles in enumerate(ODD, 1) if line not in lost]
    assert list(map(canonical, found)) == list(map(canonical, given))


def test_a_molecule_that_a_graph_model_cannot_hold_is_named_and_the_rest_goes_on(gdl, graph_model, tmp_path):
    (tmp_path / "some.smi").write_text("CCO\nCCBr\nCCCCCCCCC\nCCN\n")
    words = ("reconstruct", tmp_path / "some.smi", "--model", graph_model, "--json")
    document = json.loads(gdl(*words).out)
    assert gdl(*words).code == 3
    assert document["count"] == 2 and 0 <= document["exact"] <= 1
    large, element = sorted(document["records_skipped"], key=lambda skip: skip["where"], reverse=True)
    assert large["where"].endswith(":3") and "9 atoms, but max_nodes is 8" in large["reason"]
    assert element["where"].endswith(":2") and "the atom 'Br' is not among the 4 kinds" in element["reason"]


def test_a_graph_model_refuses_widens_for_or_skips_what_it_cannot_hold(gdl, graph_model, tmp_path):
    (tmp_path / "some.smi").write_text("CCO\nCCBr\nCCCCCCCCC\nCCN\n" * 3)
    words = (
        "train",
        tmp_path / "some.smi",
        "--model",
        graph_model,
        "--steps",
        1,
        "--out",
        tmp_path / "new",
        "--unknown",
    )
    refused = gdl(*words, "error")
    assert refused.code == 4 and "does not know: 'Br'" in lines(refused)[-1] and not (tmp_path / "new").exists()
    skipped = gdl(*words, "skip", "--dry-run", "--json")
    assert skipped.code == 3 and json.loads(skipped.out)["samples"] == 6
    widened = gdl(*words, "extend", "--dry-run", "--json")
    space = json.loads(widened.out)["space"]
    assert widened.code == 0 and (space["max_nodes"], space["node_types"]) == (9, 5)


def test_a_prefix_and_an_unread_end_of_a_walk_are_refused_by_a_graph_model(gdl, graph_model):
    ended = gdl("sample", "--model", graph_model, "--prefix", "CC")
    assert ended.code == 2 and "the representation 'graph' takes no prefix" in lines(ended)[-1]
    ended = gdl("interpolate", "CCO", "C1CC", "--model", graph_model)
    assert ended.code == 4 and "'C1CC': ring 1" in lines(ended)[-1]


def test_a_broken_record_in_the_middle_of_an_sdf_is_named(gdl, there, tmp_path):
    assert gdl("sample", "--count", 3, "--model", "run", "--seed", 1, "--out", tmp_path / "some.sdf").code == 0
    first, second, third, _ = (tmp_path / "some.sdf").read_text().split("$$$$\n")
    broken = second.replace("M  END", "M  E")
    (tmp_path / "some.sdf").write_text("$$$$\n".join([first, broken, third, ""]))
    ended = gdl("prepare", tmp_path / "some.sdf", "--out", tmp_path / "ds", "--condition", "weight,logP", "--json")
    document = json.loads(ended.out)
    assert ended.code == 3 and document["samples"] == 2
    assert document["columns"] == ["weight", "logP"]
    start = first.count("\n") + 2
    assert document["records_skipped"][0]["where"] == f"{tmp_path / 'some.sdf'}:{start}"
    assert "M  END" in document["records_skipped"][0]["reason"]


def test_text_among_numbers_is_named_and_an_empty_cell_means_anything(gdl, tmp_path):
    (tmp_path / "table.csv").write_text("smiles,activity\nCCO,\nCCN,n/a\nCCC,1.5\nCC,2.5\nCCCC,inf\n")
    words = ("prepare", tmp_path / "table.csv", "--condition", "Activity,logp", "--out", tmp_path / "ds", "--json")
    document = json.loads(gdl(*words).out)
    assert document["columns"] == ["activity", "logP"] and document["samples"] == 3
    assert [skip["where"].rsplit(":")[-1] for skip in document["records_skipped"]] == ["3", "6"]
    assert "'n/a', which is no finite number" in document["records_skipped"][0]["reason"]
    values = Dataset.open(tmp_path / "ds").columns["activity"].values
    assert np.isnan(values[0]) and values[1:].tolist() == [1.5, 2.5]


def test_a_property_that_nobody_knows_is_refused_with_the_nearest(gdl, tmp_path):
    (tmp_path / "some.smi").write_text("CCO\n")
    for verb in ("prepare", "train"):
        ended = gdl(verb, tmp_path / "some.smi", "--condition", "weigth", "--out", tmp_path / "new")
        assert ended.code == 4 and len(lines(ended)) == 1
        assert "molecules measures none; did you mean 'weight'?" in ended.err
        assert not (tmp_path / "new").exists()


def test_a_wrong_column_gets_the_nearest_name(gdl, tmp_path):
    (tmp_path / "table.csv").write_text("name,smiles\na,CCO\n")
    ended = gdl("prepare", tmp_path / "table.csv", "--column", "smile", "--out", tmp_path / "ds")
    assert ended.code in (2, 4) and len(lines(ended)) == 1
    assert "did you mean 'smiles'?" in ended.err


def change_config(model: Path, **changes) -> None:
    path = model / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def truncate(model: Path) -> None:
    path = model / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_bit(model: Path) -> None:
    path = model / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)


def put_in_nan(model: Path) -> None:
    path = model / "model.safetensors"
    tensors = read_tensors(path)
    next(iter(tensors.values()))[0] = np.nan
    write_tensors(path, tensors)
    files = json.loads((model / "config.json").read_text())["files"]
    files[path.name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    change_config(model, files=files)


def leave_a_pickle(model: Path) -> None:
    (model / "model.safetensors").rename(model / "model.pt")


DAMAGE = {
    "cut off": (truncate, "bytes instead of"),
    "a flipped bit": (flip_a_bit, "its hash is not the one"),
    "not finite": (put_in_nan, "not finite"),
    "a pickle": (leave_a_pickle, "is a pickle"),
    "of a newer version": (lambda model: change_config(model, format=99), "newer version"),
    "of another domain": (lambda model: change_config(model, domain="music"), "'music', not 'molecules'"),
    "no description": (lambda model: (model / "config.json").unlink(), "config.json is missing"),
    "no JSON": (lambda model: (model / "config.json").write_text("{"), "cannot be read"),
    "no vocabulary": (lambda model: (model / "representation.json").write_text("{}"), "representation.json"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_or_foreign_model_is_refused_by_every_verb_that_opens_it(gdl, there, tmp_path, name):
    damage, reason = DAMAGE[name]
    shutil.copytree("run/model", tmp_path / "model")
    damage(tmp_path / "model")
    model = ("--model", tmp_path / "model")
    for words in (
        ("sample", *model, "--out", tmp_path / "new.csv"),
        ("score", "small.smi", *model),
        ("report", tmp_path / "model", "--out", tmp_path / "new.html"),
        ("train", "small.smi", *model, "--steps", 1, "--out", tmp_path / "new"),
    ):
        ended = gdl(*words)
        assert ended.code == 5, ended.err
        assert reason in ended.err and 1 <= len(lines(ended)) <= 3
        assert ended.out == ""
        assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_pickle_beside_a_sound_model_is_left_alone(gdl, there, tmp_path):
    shutil.copytree("run/model", tmp_path / "model")
    (tmp_path / "model/optimizer.pt").write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    assert gdl("sample", "--model", tmp_path / "model", "--seed", 1).code == 0


@pytest.mark.parametrize("verb", ["prepare", "train", "sample", "report"])
def test_a_full_disk_is_named_and_leaves_nothing(gdl, there, tmp_path, monkeypatch, verb):
    real = os.replace
    trouble = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full(source, target, *rest, **more):
        if Path(target).name.startswith("new"):
            raise trouble
        return real(source, target, *rest, **more)

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(os, "rename", full)
    monkeypatch.setattr(Path, "replace", lambda path, target: full(path, target))
    out = tmp_path / {"prepare": "new", "train": "new/run", "sample": "new.csv", "report": "new.html"}[verb]
    words = {
        "prepare": ("small.smi",),
        "train": ("small.smi", "--steps", 1, "--batch-size", 2),
        "sample": ("--model", "run", "--seed", 1),
        "report": ("run/model", "--count", 2),
    }[verb]
    if verb == "train":
        monkeypatch.setattr("gdl_core.folders.flush", lambda folder: (_ for _ in ()).throw(trouble))
    ended = gdl(verb, *words, "--out", out)
    assert ended.code == 6, ended.err
    assert "no room is left on the disk" in lines(ended)[-1] and len(lines(ended)) <= 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a folder that nobody may write to")
@pytest.mark.parametrize("words", ["prepare small.smi", "sample --model run --seed 1", "report run/model --count 2"])
def test_a_folder_that_may_not_be_written_to_is_named(gdl, there, words):
    suffix = {"sample": ".csv", "report": ".html"}.get(words.split()[0], "")
    ended = gdl(*words.split(), "--out", f"/sys/kernel/new{suffix}")
    assert ended.code == 6
    assert "/sys/kernel" in ended.err and len(lines(ended)) <= 2


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_stdout_is_said(there):
    with Path("/dev/full").open("w") as full:
        done = _gdl("sample", "--model", "run", "--count", "3", "--seed", "1", stdout=full)
    assert done.wait() == 6
    assert "No space left on device" in done.stderr.read()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are another matter on Windows")
@pytest.mark.parametrize(
    "words", [("prepare", "many.smi", "--out", "new"), ("sample", "--model", "run", "--count", "100000", "--raw")]
)
def test_ctrl_c_ends_with_130_and_leaves_nothing(there, tmp_path, words):
    for name in ("run", "small.smi"):
        (tmp_path / name).symlink_to(there / name)
    (tmp_path / "many.smi").write_text("CCO\nc1ccccc1CCN\n" * 200_000)
    before = {path.name for path in tmp_path.iterdir()}
    rest = ("--out", "new.csv") if words[0] == "sample" else ()
    process = _gdl(*words, *rest, cwd=tmp_path)
    begun = time.monotonic()
    while time.monotonic() - begun < 20 and process.stderr.readline() == "":
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in err and "Traceback" not in err
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are another matter on Windows")
def test_training_that_ctrl_c_stops_says_how_to_go_on(there, tmp_path):
    words = ("train", "ds", "--out", str(tmp_path / "new"), "--device", "cpu", "--batch-size", "8")
    process = _gdl(*words, "--steps", "100000")
    while "step" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "can be resumed: give the same command with --resume" in err and "Traceback" not in err
    assert not list(tmp_path.rglob("*.partial"))
    assert _gdl("sample", "--model", str(tmp_path / "new"), "--raw").wait() == 0


def _gdl(*words: str, stdout=subprocess.PIPE, cwd: Path | None = None) -> subprocess.Popen[str]:
    path = [str(Path(sys.modules[name].__file__).parents[1]) for name in ("gdl_core", "gdl_molecules")]
    code = (
        f"import sys; sys.path[:0] = {path!r}; from gdl_core.cli import application, main;"
        "from gdl_core.domains import Installed; from gdl_molecules.domain import DOMAIN;"
        "application.discover = lambda: Installed({'molecules': DOMAIN}); sys.exit(main())"
    )
    command = [sys.executable, "-c", code, DOMAIN.name, *words]
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=cwd)
