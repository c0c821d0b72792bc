"""``gdl molecules``: what it draws is valid, new and as asked for, and what it measures is what the field measures."""

import csv
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gdl_molecules.chemistry import canonical
from gdl_molecules.descriptors import PROPERTIES
from gdl_molecules.files import read

MODEL = ("--model", "run", "--seed", "1")


def test_by_default_the_molecules_are_valid_and_all_different(gdl, there):
    ended = gdl("sample", "--count", 8, *MODEL)
    assert ended.code == 0, ended.err
    assert len(set(map(canonical, ended.out.split()))) == 8


def test_a_raw_run_writes_every_draw_as_it_came(gdl, there):
    drawn = gdl("sample", "--count", 60, "--raw", *MODEL).out.splitlines()
    assert len(drawn) == 60 > len(set(drawn))
    parts = [gdl("sample", "--count", 60, "--raw", "--shard", f"{n}/2", *MODEL).out.splitlines() for n in (1, 2)]
    assert [parts[place % 2][place // 2] for place in range(60)] == drawn


def test_a_table_has_every_column_unless_some_are_named(gdl, there, tmp_path):
    assert gdl("sample", "--count", 4, "--out", tmp_path / "all.csv", *MODEL).code == 0
    with (tmp_path / "all.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["smiles", "canonical", "valid", "log_prob", *PROPERTIES]
    assert all(float(row["log_prob"]) < 0 for row in rows)
    assert gdl("sample", "--count", 4, "--out", tmp_path / "two.tsv", "--columns", "smiles,QED", *MODEL).code == 0
    assert (tmp_path / "two.tsv").read_text().startswith("smiles\tQED\n")


@pytest.mark.parametrize("name", ["new.smi", "new.csv.gz", "new.parquet", "new.sdf"])
def test_every_kind_of_file_is_read_back(gdl, there, tmp_path, name):
    expected = gdl("sample", "--count", 5, *MODEL).out.split()
    assert gdl("sample", "--count", 5, "--out", tmp_path / name, *MODEL).code == 0
    assert [canonical(record.object) for record in read(tmp_path / name)] == list(map(canonical, expected))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_molecules_get_a_shape_in_space_and_a_picture(gdl, there, tmp_path):
    words = ("--out", tmp_path / "new.sdf", "--3d", "--picture", tmp_path / "new.png")
    ended = gdl("sample", "--count", 3, *words, *MODEL)
    assert ended.code == 0, ended.err
    assert (tmp_path / "new.sdf").read_text().count("RDKit          3D") == 3
    assert (tmp_path / "new.png").read_bytes().startswith(b"\x89PNG")


def test_filters_and_novelty_keep_what_was_asked_for(gdl, there, tmp_path):
    heavy = gdl("sample", "--count", 4, "--filters", "mw>=40", *MODEL).out.split()
    assert all(PROPERTIES["weight"](_mol(smiles)) >= 40 for smiles in heavy)
    first = gdl("sample", "--count", 4, *MODEL).out
    (tmp_path / "known.smi").write_text(f"{first}C1CC\n")
    ended = gdl("sample", "--count", 4, "--novel-to", tmp_path / "known.smi", *MODEL)
    assert not set(map(canonical, ended.out.split())) & set(map(canonical, first.split()))
    assert ended.code == 3 and "known.smi:5: 'C1CC': ring 1" in ended.err


def test_with_json_stdout_holds_one_document(gdl, there, tmp_path):
    document = json.loads(gdl("sample", "--count", 3, "--json", *MODEL).out)
    assert document["samples"] == gdl("sample", "--count", 3, *MODEL).out.split()
    document = json.loads(gdl("sample", "--count", 3, "--json", "--out", tmp_path / "a.csv", *MODEL).out)
    assert document == {"model": "run", "count": 3, "seed": 1, "out": str(tmp_path / "a.csv")}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("--filters pians", "did you mean 'pains'?"),
        ("--filters qed>=much", "number"),
        ("--columns smils --out new.csv", "did you mean 'smiles'?"),
        ("--out new.cvs", "did you mean '.csv'?"),
        ("--out new.csv --3d", "--3d needs an .sdf file"),
        ("--picture new.gif", "an .svg or a .png file"),
        ("--raw --filters pains", "leave out --filters"),
        ("--condition weight=300", "knows no condition 'weight'"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_before_anything_is_drawn(gdl, there, words, hint):
    ended = gdl("sample", *MODEL, *words.split())
    assert ended.code == 2
    assert hint in ended.err and ended.err.count("\n") == 1
    assert not list(there.glob("new.*"))


def test_an_evaluation_measures_novelty_against_the_training_data(gdl, there, tmp_path):
    (tmp_path / "drawn.smi").write_text("CCO\nOCC\nCCCl\nC1C\n")
    words = ("evaluate", tmp_path / "drawn.smi", "--reference", "small.smi", "--train", "small.smi", "--no-fcd")
    result = json.loads(gdl(*words, "--json").out)
    assert (result["samples"], result["valid"], result["novelty"]) == (4, 0.75, 0.5)
    shown = gdl(*words)
    assert "novelty" in shown.out and "note: unique@1000 is taken over 3 valid samples" in shown.err


def test_what_was_measured_of_a_reference_can_be_kept(gdl, there, tmp_path):
    (tmp_path / "drawn.smi").write_text("CCO\nCCCl\n")
    (tmp_path / "reference.smi").write_text("CCO\nC1C\nCCN\n")
    kept = tmp_path / "reference.npz"
    words = ("evaluate", tmp_path / "drawn.smi", "--no-fcd", "--json", "--reference")
    first = gdl(*words, tmp_path / "reference.smi", "--save-reference", kept)
    assert first.code == 3 and f"{tmp_path}/reference.smi:2" in first.err
    again = gdl(*words, kept)
    assert again.code == 0
    assert json.loads(again.out)["snn"] == json.loads(first.out)["snn"]


def test_a_page_shows_the_molecules_and_needs_no_network(gdl, there, tmp_path):
    page = tmp_path / "page.html"
    ended = gdl("report", "run", "--reference", "small.smi", "--count", 40, "--out", page)
    assert ended.code == 0, ended.err
    text = page.read_text()
    assert "<path" in text and "distribution of logP; samples: mean" in text and "reference: mean" in text
    assert "<h2>Nearest in the data</h2>" in text and "mean similarity to the nearest" in text
    assert not re.search(r"https?:|<script|<link|@import|url\(|src=", text)


def test_a_model_goes_on_with_tokens_that_it_never_saw(gdl, there, tmp_path):
    (tmp_path / "more.smi").write_text("CCBr\nCCP\n" * 10)
    tune = (
        "train",
        tmp_path / "more.smi",
        "--model",
        "run",
        "--steps",
        2,
        "--batch-size",
        4,
        "--out",
        tmp_path / "new",
    )
    assert "does not know: 'Br', 'P'" in gdl(*tune, "--unknown", "error").err
    assert not (tmp_path / "new").exists()
    assert gdl(*tune).code == 0
    scored = gdl("score", tmp_path / "more.smi", "--model", tmp_path / "new")
    assert scored.code == 0 and scored.out.count("\n") == 20


def test_the_recipes_can_be_built(gdl, there, tmp_path):
    for recipe in json.loads(gdl("recipes", "--json").out):
        if find_spec("selfies") is None and recipe["representation"] == "selfies":
            continue
        ended = gdl("train", "small.smi", "--recipe", recipe["name"], "--out", tmp_path / "x", "--dry-run", "--json")
        assert ended.code == 0, ended.err
        assert json.loads(ended.out)["recipe"] == recipe["name"]


def test_the_package_is_imported_at_once_and_offers_its_names():
    code = (
        "import sys, gdl_molecules as gdl; heavy = {'torch', 'rdkit', 'numpy', 'pyarrow'} & set(sys.modules);"
        "print(heavy, gdl.Molecules(['OCC']).canonical, *sorted(gdl.__all__))"
    )
    path = [str(Path(sys.modules[name].__file__).parents[1]) for name in ("gdl_core", "gdl_molecules")]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"], capture_output=True, text=True
    )
    assert done.stdout == "set() ['CCO'] Molecules evaluate load read train\n", done.stderr


def test_python_trains_and_draws_as_the_command_does(gdl, there, tmp_path):
    import gdl_molecules

    (tmp_path / "mixed.smi").write_text("CCO\n" * 30 + "C1C\n")
    with pytest.warns(UserWarning, match="1 records were left out; the first: .*mixed.smi:31"):
        gdl_molecules.train(
            tmp_path / "mixed.smi", out=tmp_path / "new", steps=1, options={"batch_size": 4, "device": "cpu"}
        )
    molecules = gdl_molecules.load(there / "run").sample(4, seed=1)
    assert list(molecules.smiles) == gdl("sample", "--count", 4, *MODEL).out.split()


def test_properties_without_a_column_are_conditions_several_at_once(gdl, there, tmp_path):
    import gdl_molecules

    design = {"steps": 1, "options": {"batch_size": 4, "device": "cpu"}}
    pipeline = gdl_molecules.train(there / "small.smi", out=tmp_path / "new", conditions=["logp", "Weight"], **design)
    logp, weight = pipeline.design.conditions
    assert (logp.name, weight.name) == ("logP", "weight")
    assert (weight.lowest, weight.highest) == (pytest.approx((16.043,)), pytest.approx((78.114,)))
    drawn = list(pipeline.draw(8, seed=1, conditions={"logP": 0.5, "weight": 46}))
    assert drawn != list(pipeline.draw(8, seed=1, conditions={"logP": 1.5, "weight": 20}))
    words = ("sample", "--model", tmp_path / "new", "--raw", "--count", 8, "--seed", 1, "--condition")
    ended = gdl(*words, "LOGP=0.5", "--condition", "weight=46")
    assert ended.out.splitlines() == [draw.object for draw in drawn]
    assert "warning: weight=460 lies outside what the model has seen, 16.04 to 78.11" in gdl(*words, "weight=460").err


@pytest.mark.slow
def test_a_model_that_has_learned_its_molecules_by_heart_rebuilds_them_and_draws_the_walk(gdl, tmp_path):
    from gdl_core.data import Dataset
    from gdl_core.pairing import Design, build
    from gdl_core.training import TrainingOptions, train

    (tmp_path / "few.smi").write_text("CCO\nCC#N\nC1CC1\nOCC\n")
    assert gdl("prepare", tmp_path / "few.smi", "--out", tmp_path / "ds").code == 0
    dataset = Dataset.open(tmp_path / "ds")
    small = {"width": 32, "layers": 1, "heads": 2}
    design = Design("vae", dataset.space, variant="sequence", network_options=small, family_options={"beta": 0.0})
    options = TrainingOptions(
        steps=120, batch_size=4, learning_rate=0.01, validation_share=0, device="cpu", ema_decay=0
    )
    train(build(design), dataset, tmp_path / "run", options=options, design=design)
    model = ("--model", tmp_path / "run")
    ended = gdl("reconstruct", tmp_path / "few.smi", *model, "--json")
    assert json.loads(ended.out)["exact"] == 1 and "4 of 4 came back exactly (100.0%)" in ended.err
    picture = ("--picture", tmp_path / "walk.svg")
    ended = gdl("interpolate", "CCO", "C1CC1", "--steps", 5, *model, *picture, "--out", tmp_path / "walk.csv")
    assert (ended.code, ended.err) == (0, "")
    assert "viewBox='0 0 1200 200'" in (tmp_path / "walk.svg").read_text()  # five cells of 240 in one row
    with (tmp_path / "walk.csv").open() as file:
        walk = [row["canonical"] for row in csv.DictReader(file)]
    assert len(walk) == 5 and (walk[0], walk[-1]) == ("CCO", "C1CC1")
    assert (
        gdl(
            "report", tmp_path / "run", "--reference", tmp_path / "few.smi", "--count", 20, "--out", tmp_path / "a.html"
        ).code
        == 0
    )
    assert "<h2>Latent map</h2>" in (tmp_path / "a.html").read_text()
    ended = gdl("interpolate", "CCO", "CCBr", *model)
    assert ended.code == 4 and "'CCBr': the token 'Br' is not among" in ended.err


def _mol(smiles: str) -> object:
    from gdl_molecules.chemistry import parse

    return parse(smiles)
