"""`gdl molecules` inside the test's own process, and a model that has seen some hundred small molecules."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gdl_core.domains import Installed
from gdl_core.testing.commands import Ended, command_line
from gdl_molecules.domain import DOMAIN

SMALL = ("C", "CC", "CO", "CN", "CCO", "CCN", "CCC", "OCCO", "CC(C)O", "c1ccccc1", "C1CC1", "CC#N", "CC(=O)O", "CF")


@pytest.fixture
def gdl(monkeypatch, capsys) -> Callable[..., Ended]:
    """Call ``gdl molecules`` with words, and get its exit code and what it wrote."""
    return command_line(monkeypatch, capsys, Installed({"molecules": DOMAIN}), "molecules")


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A folder with `small.smi`, the data set `ds` and the run `run`, a small network trained on it for a second."""
    from gdl_core.pairing import Design, build
    from gdl_core.pipeline.preparing import prepare_files
    from gdl_core.training import TrainingOptions, train

    home = tmp_path_factory.mktemp("home")
    (home / "small.smi").write_text("".join(f"{smiles}\n" for smiles in SMALL * 20))
    dataset = prepare_files(DOMAIN, [home / "small.smi"], home / "ds")
    network = {"width": 48, "layers": 1}
    design = Design("autoregressive", dataset.space, network="recurrent", network_options=network)
    options = TrainingOptions(steps=120, batch_size=32, learning_rate=0.02, ema_decay=0.0, device="cpu")
    train(build(design), dataset, home / "run", options=options, design=design)
    return home


@pytest.fixture
def there(home, monkeypatch) -> Path:
    """Stand in `home`, which is not to be changed."""
    monkeypatch.chdir(home)
    return home
