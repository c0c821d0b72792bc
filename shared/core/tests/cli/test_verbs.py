"""From a file to a model to samples, by the verbs of the contract; over the domain `words`, in seconds."""

import json
import math

import pytest
import torch
from words import DOMAIN, Letters

from gdl_core.cli import application
from gdl_core.domains import Domain, Installed


def test_a_file_is_prepared_and_what_does_not_fit_is_named(gdl, tmp_path):
    (tmp_path / "mixed.txt").write_text("anna\nUPPER\notto\n")
    ended = gdl("words", "prepare", tmp_path / "mixed.txt", "--out", tmp_path / "ds", "--json")
    assert ended.code == 3
    document = json.loads(ended.out)
    assert (document["samples"], document["skipped"]) == (2, 1)
    assert document["records_skipped"][0]["where"].endswith("mixed.txt:2")
    assert "skipped" in ended.err and "mixed.txt:2" in ended.err


def test_a_file_is_trained_on_at_once_and_the_run_keeps_its_data(gdl, there, tmp_path):
    ended = gdl("words", "train", "words.txt", "--out", tmp_path / "run", "--steps", 2, "--device", "cpu", "--json")
    assert ended.code == 0, ended.err
    document = json.loads(ended.out)
    assert document["steps"] == 2 and document["unit"] == "nats per token" and math.isfinite(document["validation"])
    assert (tmp_path / "run/data/dataset.json").is_file() and (tmp_path / "run/model/config.json").is_file()


def test_a_run_goes_on_where_it_stopped(gdl, there, tmp_path):
    command = ("words", "train", "ds", "--out", tmp_path / "run", "--steps", 2)
    assert gdl(*command).code == 0
    assert "--force" in gdl(*command).err
    assert gdl(*command, "--resume").code == 0
    assert gdl(*command, "--force").code == 0


def test_a_run_that_was_killed_before_it_began_begins_when_resumed(gdl, there, tmp_path):
    (tmp_path / "run/.data.1234.partial").mkdir(parents=True)
    command = ("words", "train", "words.txt", "--out", tmp_path / "run", "--steps", 2)
    assert gdl(*command).code == 2
    assert gdl(*command, "--resume").code == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir() if path.name[0] == ".") == []


def test_several_processes_are_sent_to_a_prepared_data_set(gdl, there, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    ended = gdl("words", "train", "words.txt", "--out", tmp_path / "run", "--steps", 2)
    assert ended.code == 2 and "`gdl words prepare`" in ended.err


def test_a_dry_run_says_what_would_be_trained_and_writes_nothing(gdl, there, tmp_path):
    ended = gdl("words", "train", "words.txt", "--out", tmp_path / "run", "--time", "20m", "--dry-run", "--json")
    document = json.loads(ended.out)
    assert (document["recipe"], document["family"], document["samples"]) == ("small-rnn", "autoregressive", 128)
    assert document["options"]["time"] == 1200.0 and document["parameters"] > 1000
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("--family autoregresive", "did you mean 'autoregressive'?"),
        ("--recipe small-rn", "did you mean 'small-rnn'?"),
        ("--representation leters", "did you mean 'letters'?"),
        ("--steps 5 --time 3m", "--steps or by --time"),
        ("--time soon", "write it like 90s, 20m or 1.5h"),
        ("--steps 5 --model nowhere", "nowhere"),
    ],
)
def test_training_that_cannot_be_is_refused_before_anything_is_written(gdl, there, tmp_path, words, hint):
    ended = gdl("words", "train", "words.txt", "--out", tmp_path / "run", *words.split())
    assert ended.code == 2
    assert hint in ended.err and ended.err.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_domain_that_only_reads_and_represents_trains_and_samples(gdl, there, tmp_path, monkeypatch):
    bare = Domain("bare", "bare words", "word", representations=DOMAIN.representations, read=DOMAIN.read)
    monkeypatch.setattr(application, "discover", lambda: Installed({"bare": bare}))
    trained = gdl("bare", "train", "words.txt", "--out", tmp_path / "run", "--steps", 1, "--batch-size", 4)
    assert trained.code == 0, trained.err
    drawn = gdl("bare", "sample", "--model", tmp_path / "run", "--count", 3, "--raw", "--out", tmp_path / "new.txt")
    assert drawn.code == 0, drawn.err
    assert len((tmp_path / "new.txt").read_text().splitlines()) == 3
    assert "draws no pictures" in gdl("bare", "sample", "--model", tmp_path / "run", "--picture", "x.svg").err
    for verb in ("recipes", "models"):
        assert gdl("bare", verb).code == 0
    assert "offers no 'evaluate'" in gdl("bare", "evaluate", "words.txt", "--reference", "words.txt").err
    page = tmp_path / "page.html"
    assert gdl("bare", "report", tmp_path / "run", "--count", 5, "--out", page).code == 0
    assert "There is nothing to draw." in page.read_text()


def test_a_model_goes_on_learning_from_other_data(gdl, there, tmp_path):
    (tmp_path / "more.txt").write_text("lemon\n" * 20)
    ended = gdl(
        "words", "train", tmp_path / "more.txt", "--model", "run", "--out", tmp_path / "tuned", "--steps", 2,
        "--batch-size", 4, "--learning-rate", 0.01, "--unknown", "skip",
    )  # fmt: skip
    assert ended.code == 0, ended.err


def test_the_same_seed_draws_the_same_samples_whatever_the_batch(gdl, there):
    draw = ("words", "sample", "--model", "run", "--count", 20)
    first = gdl(*draw, "--seed", 1)
    assert first.code == 0, first.err
    assert len(set(first.out.split())) == 20
    assert gdl(*draw, "--seed", 1, "--batch-size", 3).out == first.out
    assert gdl(*draw, "--seed", 2).out != first.out


def test_without_a_seed_one_is_chosen_and_said(gdl, there):
    first = gdl("words", "sample", "--model", "run", "--count", 3, "--json")
    document = json.loads(first.out)
    again = gdl("words", "sample", "--model", "run", "--count", 3, "--seed", document["seed"])
    assert again.out.split() == document["samples"]
    assert str(document["seed"]) in first.err


def test_the_shards_of_a_raw_run_are_its_draws_in_turn(gdl, there):
    draw = ("words", "sample", "--model", "run", "--raw", "--seed", 5, "--count", 9)
    whole = gdl(*draw).out.splitlines()
    for part in (1, 2, 3):
        assert gdl(*draw, "--shard", f"{part}/3").out.splitlines() == whole[part - 1 :: 3]


def test_samples_begin_with_the_prefix_and_go_to_a_file_with_a_picture(gdl, there, tmp_path):
    out, picture = tmp_path / "new.txt", tmp_path / "new.svg"
    draw = ("words", "sample", "--model", "run", "--count", 4, "--prefix", "ba", "--temperature", 0.5, "--seed", 0)
    ended = gdl(*draw, "--out", out, "--picture", picture)
    assert ended.code == 0, ended.err
    assert ended.out == "" and f"wrote 4 samples to {out}" in ended.err
    assert all(word.startswith("ba") for word in out.read_text().split())
    assert "<svg" in picture.read_text()
    assert gdl(*draw, "--out", out).code == 2
    assert gdl(*draw, "--out", out, "--force").code == 0


def test_a_model_learns_what_it_can_be_asked_for(gdl, there, tmp_path):
    (tmp_path / "long.txt").write_text("anna,4\nhannah,6\nlevel,5\n" * 20)
    training = ("--steps", 2, "--batch-size", 4, "--condition", "length", "--out", tmp_path / "run")
    trained = gdl("words", "train", tmp_path / "long.txt", *training)
    assert trained.code == 0, trained.err
    draw = ("words", "sample", "--model", tmp_path / "run", "--raw", "--seed", 0, "--count", 20)
    short, long = (gdl(*draw, "--condition", f"length={number}") for number in (4, 6))
    assert (short.code, long.code) == (0, 0), short.err
    assert short.out != long.out
    assert "did you mean 'length'?" in gdl(*draw, "--condition", "lenght=4").err
    assert "is no number" in gdl(*draw, "--condition", "length=many").err


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        ("--model rum", 2, "did you mean 'run'?"),
        ("--model ./rum", 5, "did you mean 'run'?"),
        ("", 2, "name a run's folder with --model"),
        ("--model run --top-p 1.5", 2, "top_p=1.5"),
        ("--model run --shard 3/2", 2, "1/4"),
        ("--model run --condition colour", 2, "key=value"),
        ("--model run --condition colour=red", 2, "knows no condition 'colour'"),
        ("--model run --device cuda:99", 6, "there is no device 'cuda:99'"),
        ("--model run --device gpu", 2, "there is no device 'gpu'"),
        ("--model run --prefix B4", 4, "is no letter"),
        ("--model run --picture new.gif", 2, "an .svg or a .png file"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_one_line(gdl, there, words, code, hint):
    ended = gdl("words", "sample", *words.split())
    assert ended.code == code
    assert hint in ended.err and ended.err.count("\n") == 1
    assert ended.out == ""


def test_a_score_says_its_kind_and_its_units(gdl, there, tmp_path):
    (tmp_path / "some.txt").write_text("anna\nNOT\notto\n")
    ended = gdl("words", "score", tmp_path / "some.txt", "--model", "run", "--json")
    document = json.loads(ended.out)
    assert ended.code == 3
    assert (document["kind"], document["units"], document["count"], document["skipped"]) == ("exact", "nats", 2, 1)
    values = [item["log_likelihood"] for item in document["items"]]
    assert document["mean"] == pytest.approx(sum(values) / 2)
    lines = gdl("words", "score", tmp_path / "some.txt", "--model", "run").out.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["anna", "otto"]
    assert float(lines[0].split("\t")[0]) == pytest.approx(values[0], abs=1e-5)


def test_a_file_of_which_nothing_can_be_scored_leaves_no_empty_file(gdl, there, tmp_path):
    (tmp_path / "bad.txt").write_text("NOT\n")
    ended = gdl("words", "score", tmp_path / "bad.txt", "--model", "run", "--out", tmp_path / "scores.tsv")
    assert ended.code == 4 and "holds nothing that can be scored" in ended.err
    assert not (tmp_path / "scores.tsv").exists()


def test_an_evaluation_prints_the_domain_s_measures_and_notes(gdl, there):
    ended = gdl("words", "evaluate", "words.txt", "--reference", "words.txt", "--json")
    assert json.loads(ended.out)["known"] == pytest.approx(16 / 128)
    assert "note: words are short" in gdl("words", "evaluate", "words.txt", "--reference", "words.txt").err


@pytest.mark.parametrize("verb", ["reconstruct words.txt", "interpolate anna otto --steps 3"])
def test_a_family_without_a_latent_code_says_so(gdl, there, verb):
    ended = gdl("words", *verb.split(), "--model", "run")
    assert ended.code == 2
    assert "the family 'autoregressive' has no latent code" in ended.err


def test_a_family_with_a_latent_code_reconstructs_and_interpolates(gdl, there, tmp_path, monkeypatch):
    from gdl_core.families import Autoregressive, Draws

    def encode(self, batch):
        letters = (batch.values + 1.0) * (1 if batch.mask is None else batch.mask)
        return torch.nn.functional.pad(letters, (0, 12 - letters.shape[1]))

    def decode(self, codes, streams):
        return Draws([code[code > 0.5].round().long() - 1 for code in codes])

    monkeypatch.setattr(Autoregressive, "encode", encode, raising=False)
    monkeypatch.setattr(Autoregressive, "decode", decode, raising=False)
    rebuilt = gdl("words", "reconstruct", "words.txt", "--model", "run")
    assert rebuilt.out.split()[:2] == ["anna", "otto"] and "128 of 128 came back exactly (100.0%)" in rebuilt.err
    middle = Letters().decode((Letters().encode("anna") + Letters().encode("otto") + 1) // 2)
    ended = gdl("words", "interpolate", "anna", "otto", "--steps", 3, "--model", "run", "--json")
    assert json.loads(ended.out)["samples"] == ["anna", middle, "otto"]
    assert json.loads(ended.out)["ends_exact"] == [True, True] and ended.err == ""
    ended = gdl("words", "interpolate", "anna", "otto", "--steps", 3, "--model", "run", "--picture", tmp_path / "w.svg")
    drawn = (tmp_path / "w.svg").read_text()
    assert ended.code == 0 and all(f">{text}<" in drawn for text in ("anna start", f"{middle} 50%", "otto end"))


def test_what_does_not_come_back_is_said(gdl, there, monkeypatch):
    from gdl_core.families import Autoregressive, Draws

    monkeypatch.setattr(Autoregressive, "encode", lambda self, batch: torch.zeros(len(batch), 2), raising=False)
    anna = Letters().encode("anna")
    monkeypatch.setattr(
        Autoregressive, "decode", lambda self, codes, streams: Draws([anna] * len(codes)), raising=False
    )
    ended = gdl("words", "interpolate", "anna", "otto", "--steps", 3, "--model", "run")
    assert ended.code == 0 and ended.err == "note: the model does not give otto back; the walk ends with anna\n"
    document = json.loads(gdl("words", "reconstruct", "words.txt", "--model", "run", "--json").out)
    assert document["exact"] == pytest.approx(1 / 16)


def test_properties_are_conditions_without_a_column_and_an_unseen_one_is_warned_of(gdl, there, tmp_path):
    command = ("words", "train", "words.txt", "--out", tmp_path / "run", "--steps", 1, "--condition", "letters,VOWELS")
    assert gdl(*command).code == 0
    config = json.loads((tmp_path / "run/model/config.json").read_text())
    assert [condition["name"] for condition in config["design"]["conditions"]] == ["Letters", "vowels"]
    ask = ("words", "sample", "--model", tmp_path / "run", "--raw", "--seed", 1, "--condition")
    ended = gdl(*ask, "letters=40", "--condition", "vowels=2")
    assert ended.code == 0
    assert "warning: Letters=40 lies outside what the model has seen, 4 to 6\n" in ended.err
    assert "warning" not in gdl(*ask, "letters=5").err


def test_what_cannot_be_read_is_refused(gdl, there, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    for verb in ("prepare", "train"):
        ended = gdl("words", verb, tmp_path / "empty.txt", "--out", tmp_path / "new")
        assert (ended.code, ended.err.count("\n")) == (4, 1)
        assert not (tmp_path / "new").exists()
    ended = gdl("words", "train", "wrods.txt", "--out", tmp_path / "new")
    assert ended.code == 4 and "did you mean 'words.txt'?" in ended.err
