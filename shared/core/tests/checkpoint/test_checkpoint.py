"""A saved model comes back whole, or what is wrong with it is named."""

import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gdl_core import checkpoint
from gdl_core.errors import CheckpointError, ResourceError, UsageError
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Tokens

DESIGN = Design("autoregressive", Tokens(26, 12), "transformer", network_options={"width": 16, "layers": 1, "heads": 2})
LETTERS = {"name": "letters", "config": {"max_length": 12}}


@pytest.fixture(scope="module")
def model():
    return build(DESIGN, seed=3)


@pytest.fixture
def folder(tmp_path, model):
    return checkpoint.save(
        tmp_path / "model", model=model, design=DESIGN, representation=LETTERS, domain="words", extra={"fcd": 0.1}
    )


def change(folder, name, **entries):
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def rewrite(folder, tensors):
    """Put other weights in, with a description that fits them."""
    save_file(tensors, folder / "model.safetensors")
    files = json.loads((folder / "config.json").read_text())["files"]
    path = folder / "model.safetensors"
    files["model.safetensors"] = {"bytes": path.stat().st_size, "sha256": checkpoint.reading.sha256(path)}
    change(folder, "config.json", files=files)


def test_a_model_comes_back_with_all_that_belongs_to_it(folder, model):
    loaded = checkpoint.load(folder, domain="words")
    assert loaded.design == DESIGN and loaded.representation == LETTERS and loaded.domain == "words"
    assert loaded.config["info"] == {"fcd": 0.1}
    assert not loaded.model.training
    ours, theirs = (m.sample(Streams(0, range(5))) for m in (loaded.model, model.eval()))
    assert torch.equal(ours.log_prob, theirs.log_prob)
    assert sorted(path.name for path in folder.iterdir()) == sorted(checkpoint.writing.FILES)
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1  # who may read one file may read all


def test_loading_leaves_the_global_random_state_as_it_was(folder):
    before = torch.get_rng_state()
    checkpoint.load(folder)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_representation_is_described_as_its_object_says(tmp_path, model, letters):
    folder = checkpoint.save(
        tmp_path / "model", model=model, design=DESIGN, representation=letters.Letters(12), domain="words"
    )
    assert checkpoint.load(folder).representation == LETTERS


@pytest.mark.parametrize(("dtype", "tolerance"), [("bfloat16", 2**-8), ("float16", 2**-11)])
def test_half_precision_halves_the_file_and_loads_as_float32(tmp_path, folder, model, dtype, tolerance):
    small = checkpoint.save(
        tmp_path / "small", model=model, design=DESIGN, representation=LETTERS, domain="words", dtype=dtype
    )
    sizes = [(path / "model.safetensors").stat().st_size for path in (small, folder)]
    assert sizes[0] < 0.6 * sizes[1]
    loaded = checkpoint.load(small).model
    for weight, other in zip(loaded.parameters(), model.parameters(), strict=True):
        assert weight.dtype == torch.float32
        torch.testing.assert_close(weight, other, rtol=tolerance, atol=1e-7)


def test_weights_that_a_type_cannot_hold_are_not_saved(tmp_path):
    model = build(DESIGN)
    with torch.no_grad():
        next(model.parameters()).fill_(1e6)
    with pytest.raises(UsageError, match="float16 cannot"):
        checkpoint.save(
            tmp_path / "model", model=model, design=DESIGN, representation=LETTERS, domain="words", dtype="float16"
        )
    assert not list(tmp_path.iterdir())


def test_a_model_is_replaced_whole_and_only_on_request(folder, model):
    arguments = {"model": model, "design": DESIGN, "representation": LETTERS, "domain": "words"}
    (folder / "leftover.txt").write_text("old")
    with pytest.raises(UsageError, match="exists already"):
        checkpoint.save(folder, **arguments)
    checkpoint.save(folder, **arguments, card="# New\n", replace=True)
    assert checkpoint.load(folder).card == "# New\n"
    assert not (folder / "leftover.txt").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, model):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        checkpoint.save(tmp_path / "file" / "model", model=model, design=DESIGN, representation=LETTERS, domain="words")


def test_a_card_says_what_the_model_is_in_the_form_the_hub_reads(folder):
    from huggingface_hub import ModelCard

    card = ModelCard((folder / "README.md").read_text())
    assert card.data.library_name == "gdl"
    assert card.data.tags == ["gdl", "words", "autoregressive"]
    written = checkpoint.model_card(
        "Words", "A toy: of words.", domain="words", family="vae", parameters=1234, licence="apache-2.0",
        facts={"data": "a|b"}, metrics={"valid": 0.98765},
    )  # fmt: skip
    assert ModelCard(written).data.license == "apache-2.0"
    assert "| parameters | 1,234 |" in written and "| valid | 0.9877 |" in written and "a\\|b" in written


# ---- what can be wrong


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "representation.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name} is missing"):
        checkpoint.load(folder)


@pytest.mark.parametrize("place", [10, 200, -1])
def test_a_flipped_bit_is_found(folder, place):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"model.safetensors is damaged: its hash"):
        checkpoint.load(folder)


@pytest.mark.parametrize("kept", [0, 5, 500])
@pytest.mark.parametrize("name", ["model.safetensors", "representation.json", "config.json"])
def test_a_truncated_file_is_named(folder, name, kept):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: min(kept, len(content) - 1)])
    with pytest.raises(CheckpointError, match=name):
        checkpoint.load(folder)


def test_a_file_that_is_no_safetensors_is_named_even_if_its_hash_fits(folder):
    path = folder / "model.safetensors"
    path.write_bytes(b"\xff" * 100)
    files = json.loads((folder / "config.json").read_text())["files"]
    files["model.safetensors"] = {"bytes": 100, "sha256": checkpoint.reading.sha256(path)}
    change(folder, "config.json", files=files)
    with pytest.raises(CheckpointError, match=r"model.safetensors cannot be read"):
        checkpoint.load(folder)


def test_weights_that_are_not_finite_are_named(folder):
    tensors = load_file(folder / "model.safetensors")
    name = sorted(tensors)[0]
    tensors[name].view(-1)[0] = float("nan")
    rewrite(folder, tensors)
    with pytest.raises(CheckpointError, match=f"{name} holds values that are not finite"):
        checkpoint.load(folder)


def test_weights_of_another_design_are_named(folder):
    tensors = load_file(folder / "model.safetensors")
    name = sorted(tensors)[0]
    for changed, message in (
        ({k: v for k, v in tensors.items() if k != name}, f"lacks {name}"),
        (tensors | {"spare": torch.zeros(2)}, "also holds spare"),
        (tensors | {name: torch.zeros(2, 3)}, rf"{name} has shape \(2, 3\), but the design needs"),
    ):
        rewrite(folder, changed)
        with pytest.raises(CheckpointError, match=message):
            checkpoint.load(folder)


def test_a_design_that_claims_the_memory_is_refused_before_it_gets_it(folder):
    design = DESIGN.to_config() | {"network_options": {"width": 2**20, "layers": 64, "heads": 2}}
    change(folder, "config.json", design=design)
    with pytest.raises(CheckpointError, match="the weights do not belong to this design"):
        checkpoint.load(folder)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"format": 2, "gdl": "9.0"}, r"saved by a newer version, gdl 9\.0 .* update with `pip install --upgrade"),
        ({"format": None}, "names no format"),
        ({"domain": "music"}, "of the domain 'music', not 'words'; use `gdl music`"),
        ({"domain": 3}, "'domain' is missing or no str"),
        ({"files": None}, "'files' is missing"),
        ({"design": {}}, "the design cannot be read"),
        ({"design": DESIGN.to_config() | {"family": "vea"}}, "no family 'vea'"),
        ({"design": DESIGN.to_config() | {"network": "transfomer"}}, "did you mean 'transformer'"),
        ({"design": DESIGN.to_config() | {"network_options": {"withd": 3}}}, "the design cannot be built"),
        ({"design": DESIGN.to_config() | {"space": {"kind": "tokens", "max_length": -1}}}, "the design cannot be"),
    ],
)
def test_a_description_that_does_not_fit_is_named(folder, entries, message):
    change(folder, "config.json", **entries)
    with pytest.raises(CheckpointError, match=message):
        checkpoint.load(folder, domain="words")


@pytest.mark.parametrize("content", ["[]", "3", "{", "\x00\xff"])
def test_a_config_that_is_no_object_is_named(folder, content):
    (folder / "config.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"config\.json"):
        checkpoint.load(folder)


class Bomb:
    """Fails the test when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was opened",)


def test_a_pickle_is_never_opened_and_is_named_when_nothing_else_is_there(folder):
    for name in ("model.bin", "model.pt", "weights.pkl", "optimizer.ckpt"):
        (folder / name).write_bytes(pickle.dumps(Bomb()))
    checkpoint.load(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"model\.bin is a pickle, which can run any code"):
        checkpoint.load(folder)
    (folder / "config.json").unlink()
    with pytest.raises(CheckpointError, match=r"holds no model.*model\.bin is a pickle"):
        checkpoint.load(folder)


def test_a_wrong_name_suggests_the_nearest_folder(folder):
    with pytest.raises(CheckpointError, match=r"there is no folder .*modell; did you mean 'model'"):
        checkpoint.load(folder.parent / "modell")
    with pytest.raises(CheckpointError, match="is a file; a saved model is a folder"):
        checkpoint.load(folder / "config.json")
    (folder.parent / "empty").mkdir()
    with pytest.raises(CheckpointError, match="holds no model"):
        checkpoint.load(folder.parent / "empty")


# ---- runs and the Hub


def test_a_run_gives_its_model_or_else_its_newest_checkpoint(tmp_path, folder):
    run = tmp_path / "run"
    for step in (5, 40):
        shutil.copytree(folder, run / "checkpoints" / str(step) / "model")
    assert checkpoint.load(run).folder == run / "checkpoints" / "40" / "model"
    shutil.copytree(folder, run / "model")
    assert checkpoint.load(run).folder == run / "model"


def test_a_run_without_a_model_says_so(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(CheckpointError, match="has saved no model yet"):
        checkpoint.load(tmp_path)


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(tmp_path, folder, monkeypatch) -> Path:
    """The client's cache, laid out as the client does, holding our model as lab/words; the network is off."""
    repository = tmp_path / "cache" / "models--lab--words"
    shutil.copytree(folder, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.chdir(tmp_path)
    return repository


@pytest.mark.parametrize("name", ["lab/words", f"lab/words@{COMMIT}", "lab/words@main"])
def test_a_name_on_the_hub_is_fetched_by_the_hubs_own_client(hub, name, model):
    loaded = checkpoint.load(name, domain="words")
    assert loaded.folder == hub / "snapshots" / COMMIT
    assert torch.equal(next(loaded.model.parameters()), next(model.parameters()))


@pytest.mark.parametrize("name", ["lab/wards", "lab/words@v2"])
def test_a_name_that_the_hub_does_not_give_says_what_to_check(hub, name):
    with pytest.raises(CheckpointError, match=f"{name} is no folder here and cannot be fetched .*check the name"):
        checkpoint.load(name)


def test_a_misspelt_folder_beside_others_is_not_looked_for_on_the_hub(hub, tmp_path):
    (tmp_path / "runs" / "vae").mkdir(parents=True)
    with pytest.raises(CheckpointError, match="there is no folder runs/vea; did you mean 'vae'"):
        checkpoint.load("runs/vea")
