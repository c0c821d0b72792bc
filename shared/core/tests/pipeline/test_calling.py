import linecache

import pytest
from words import DOMAIN

from gdl_core.pipeline import train_pipeline

TINY = {"recipe": None, "family": "autoregressive", "options": {"device": "cpu", "validation_share": 0.0}}


def train(data, out, **chosen):
    """What a domain's function does."""
    return train_pipeline(DOMAIN, data, out, things="names", **TINY, **chosen)


def test_what_is_left_out_is_warned_of_where_the_domains_function_was_called(tmp_path):
    (tmp_path / "names.txt").write_text("anna\notto\nNO!\nlevel\n")
    with pytest.warns(UserWarning, match="1 names were left out; the first: .*names.txt:3") as warned:
        pipeline = train(tmp_path / "names.txt", tmp_path / "run", steps=2)
    assert "pipeline = train(" in linecache.getline(warned[0].filename, warned[0].lineno)
    assert pipeline.device.type == "cpu" and len(pipeline.sample(2, seed=0)) == 2


def test_several_sources_are_one_data_set(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("anna\notto\nlevel\n")
    train([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "run", steps=1)
    assert (tmp_path / "run" / "run.json").exists()
