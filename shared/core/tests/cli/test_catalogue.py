"""The models that come with a domain are listed and opened by name, and one that is damaged hides no other."""

import json
import shutil
import sys
from dataclasses import replace

import pytest
from words import DOMAIN

from gdl_core.cli import application
from gdl_core.domains import Installed

METRICS = {"known": 0.5, **{f"measure {number}": float(number) for number in range(9)}}


@pytest.fixture
def shipping(gdl, there, tmp_path, monkeypatch):
    """Call `gdl` where the domain ships the models `small` and `broken`."""
    shipped = tmp_path / "word_models"
    shutil.copytree(there / "run/model", shipped / "small")
    config = json.loads((shipped / "small/config.json").read_text())
    info = {"licence": "CC0-1.0", "trained_on": "sixteen words", "metrics": METRICS}
    (shipped / "small/config.json").write_text(json.dumps({**config, "info": info}))
    (shipped / "broken").mkdir()
    (shipped / "broken/config.json").write_text("{")
    monkeypatch.syspath_prepend(tmp_path)
    domain = replace(DOMAIN, models="word_models", default_model="small")
    monkeypatch.setattr(application, "discover", lambda: Installed({"words": domain}))
    yield gdl
    sys.modules.pop("word_models", None)


def test_a_model_is_listed_with_what_its_card_says(shipping):
    ended = shipping("words", "models", "--json")
    (model,) = json.loads(ended.out)
    assert model.pop("parameters") > 1000
    assert model == {
        "name": "small",
        "default": True,
        "family": "autoregressive",
        "space": "tokens",
        "representation": "letters",
        "licence": "CC0-1.0",
        "trained_on": "sixteen words",
        "metrics": METRICS,
    }
    assert ended.code == 0 and "broken is left out" in ended.err
    table = shipping("words", "models").out
    assert "sixteen words" in table and "measure 4" in table and "measure 8" not in table


def test_the_default_model_is_used_where_none_is_named(shipping):
    drawn = shipping("words", "sample", "--seed", 3)
    assert drawn.code == 0, drawn.err
    assert drawn.out == shipping("words", "sample", "--seed", 3, "--model", "small").out
    assert "did you mean 'small'?" in shipping("words", "sample", "--model", "smal").err
    assert shipping("words", "sample", "--model", "broken").code == 5
