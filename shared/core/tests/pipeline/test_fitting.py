import io
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from words import DOMAIN, Letters

from gdl_core.data import Dataset
from gdl_core.errors import InputError, UsageError
from gdl_core.pipeline import Pipeline, Plan, prepare_files, train_from_files

NAMES = ["anna", "otto", "hannah", "level", "radar", "rotor", "civic", "kayak", "banana", "mango"]
STEPS = {"steps": 4, "validation_share": 0.1, "device": "cpu"}


@pytest.fixture
def names(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("".join(f"{name},{len(name)}\n" for name in NAMES * 4))
    return path


def test_files_become_a_data_set_with_the_columns_that_are_asked_for(names, tmp_path):
    skipped = []
    names.write_text(names.read_text() + "NO!,3\n")
    data = prepare_files(DOMAIN, [names, names], tmp_path / "set", columns=["length"], skipped=skipped.append)
    assert len(data) == 8 * len(NAMES)
    assert [str(skip) for skip in skipped] == [f"{names}:41: 'NO!': '!' is no letter"] * 2
    assert data.columns["length"].values[:3].tolist() == [4, 4, 6]


def test_a_column_that_nobody_has_is_refused(names, tmp_path):
    with pytest.raises(InputError, match="a column 'vowel', and words measures none; did you mean 'vowels'"):
        prepare_files(DOMAIN, [names], tmp_path / "set", columns=["vowel"])
    assert not (tmp_path / "set").exists()


def test_what_the_domain_measures_needs_no_column(names, tmp_path):
    data = prepare_files(DOMAIN, [names], tmp_path / "set", columns=["letters", "length", "VOWELS"])
    assert data.columns["Letters"].values.tolist() == data.columns["length"].values.tolist()
    assert data.columns["vowels"].values[:3].tolist() == [2, 2, 2]


def test_what_cannot_be_measured_of_an_object_is_not_known(tmp_path):
    (tmp_path / "names.txt").write_text("anna\nhmm\n")
    data = prepare_files(DOMAIN, [tmp_path / "names.txt"], tmp_path / "set", columns=["vowels"])
    assert [str(value) for value in data.columns["vowels"].values] == ["2.0", "nan"]


def test_a_column_wins_over_what_the_domain_measures(tmp_path):
    measured = replace(DOMAIN, properties=("length",))
    (tmp_path / "names.txt").write_text("anna,7\notto\n")
    data = prepare_files(measured, [tmp_path / "names.txt"], tmp_path / "set", columns=["Length"])
    assert [str(value) for value in data.columns["length"].values] == ["7.0", "nan"]


def test_text_in_a_column_of_numbers_leaves_its_record_out(tmp_path):
    (tmp_path / "names.txt").write_text("anna\notto,4\nlevel,many\nradar,5\n")
    skipped = []
    files = [tmp_path / "names.txt"]
    data = prepare_files(DOMAIN, files, tmp_path / "set", columns=["length"], skipped=skipped.append)
    assert [str(value) for value in data.columns["length"].values] == ["nan", "4.0", "5.0"]
    assert [str(skip) for skip in skipped] == [
        f"{files[0]}:3: the column 'length' holds 'many', which is no finite number"
    ]


def test_a_column_of_which_less_than_half_are_numbers_holds_labels(tmp_path):
    (tmp_path / "names.txt").write_text("anna,short\notto,4\nlevel,long\n")
    data = prepare_files(DOMAIN, [tmp_path / "names.txt"], tmp_path / "set", columns=["length"])
    assert data.columns["length"].labels == ("short", "4", "long")


def test_texts_that_do_not_repeat_are_no_labels(tmp_path):
    (tmp_path / "names.txt").write_text("".join(f"{name},{number} mg\n" for number, name in enumerate(NAMES * 3)))
    with pytest.raises(InputError, match="'length' holds 30 different texts in 30 cells, such as '0 mg'"):
        prepare_files(DOMAIN, [tmp_path / "names.txt"], tmp_path / "set", columns=["length"])
    (tmp_path / "names.txt").write_text("".join(f"{name},{name}\n" for name in NAMES * 3))
    data = prepare_files(DOMAIN, [tmp_path / "names.txt"], tmp_path / "set", columns=["length"])
    assert set(data.columns["length"].labels) == set(NAMES)


def test_a_model_with_conditions_is_trained_on_with_them(names, tmp_path):
    train_from_files(DOMAIN, [names], tmp_path / "run", conditions=["letters", "vowels"], options=STEPS)
    first = Pipeline.from_pretrained(tmp_path / "run", DOMAIN).design.conditions
    names.write_text("mango\nlemon\nbanana\n" * 4)
    train_from_files(DOMAIN, [names], tmp_path / "more", model=tmp_path / "run", options=STEPS)
    assert Pipeline.from_pretrained(tmp_path / "more", DOMAIN).design.conditions == first
    for conditions, match in (
        (["vowels"], "keeps its condition 'Letters'"),
        (["Letters", "vowels", "length"], "'length'"),
    ):
        names.write_text("mango,5\nlemon,5\n" * 4)
        with pytest.raises(UsageError, match=match):
            train_from_files(
                DOMAIN, [names], tmp_path / "no", model=tmp_path / "run", conditions=conditions, options=STEPS
            )


def test_the_standard_input_is_read(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"anna\notto\n")))
    assert len(prepare_files(DOMAIN, ["-"], tmp_path / "set")) == 2


def test_training_on_files_ends_in_a_pipeline(names, tmp_path):
    trained = train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS)
    assert trained.steps == 4
    assert len(Pipeline.from_pretrained(tmp_path / "run", DOMAIN).sample(3, seed=0)) == 3


def test_training_on_a_prepared_set_gives_the_same_weights(names, tmp_path):
    prepare_files(DOMAIN, [names], tmp_path / "set")
    train_from_files(DOMAIN, [names], tmp_path / "one", options=STEPS)
    train_from_files(DOMAIN, [tmp_path / "set"], tmp_path / "two", options=STEPS)
    assert not (tmp_path / "two" / "data").exists()
    one, two = (Pipeline.from_pretrained(tmp_path / run, DOMAIN).model.state_dict() for run in ("one", "two"))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_resumed_run_needs_no_second_look_at_the_files(names, tmp_path):
    train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS)
    names.unlink()
    assert train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS, resume=True).steps == 4


def test_a_resumed_run_goes_on_as_it_was_begun(names, tmp_path):
    options = {**STEPS, "batch_size": 7, "seed": 3}
    train_from_files(DOMAIN, [names], tmp_path / "run", options=options)
    assert train_from_files(DOMAIN, [names], tmp_path / "run", resume=True).steps == 4
    assert train_from_files(DOMAIN, [names], tmp_path / "run", resume=True, seed=3, options=STEPS).steps == 4
    for other in ({"options": {"batch_size": 8}}, {"options": {"time": 5}}, {"seed": 4}):
        with pytest.raises(UsageError, match="was started with"):
            train_from_files(DOMAIN, [names], tmp_path / "run", resume=True, **other)


def test_a_run_on_a_prepared_set_is_resumed_with_that_set(names, tmp_path):
    prepare_files(DOMAIN, [names], tmp_path / "set")
    train_from_files(DOMAIN, [tmp_path / "set"], tmp_path / "run", options=STEPS)
    assert train_from_files(DOMAIN, [tmp_path / "set"], tmp_path / "run", resume=True).steps == 4
    with pytest.raises(UsageError, match="name that again"):
        train_from_files(DOMAIN, [names], tmp_path / "run", resume=True)


def test_a_set_whose_symbols_are_numbered_in_another_way_is_refused(names, tmp_path):
    train_from_files(DOMAIN, [names], tmp_path / "first", options=STEPS)
    prepare_files(DOMAIN, [names], tmp_path / "set", representation=Letters("zyxwvutsrqponmlkjihgfedcba"))
    with pytest.raises(UsageError, match="numbers its symbols"):
        train_from_files(DOMAIN, [tmp_path / "set"], tmp_path / "second", model=tmp_path / "first", options=STEPS)


def test_a_dry_run_writes_nothing(names, tmp_path):
    plan = train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS, dry_run=True)
    assert isinstance(plan, Plan)
    assert plan.recipe.name == "small-rnn"
    assert len(plan.dataset) == 40
    assert sorted(path.name for path in tmp_path.iterdir()) == ["names.txt"]


def test_a_family_without_a_recipe_for_a_representation_takes_its_own_defaults(names, tmp_path):
    domain = replace(DOMAIN, representations={**DOMAIN.representations, "marks": "words:Letters"})
    plan = train_from_files(
        domain, [names], tmp_path / "run", family="autoregressive", representation="marks", dry_run=True
    )
    assert isinstance(plan, Plan) and plan.recipe is not None
    assert (plan.recipe.name, plan.design.network) == ("plain", None)


def test_a_run_is_not_written_over(names, tmp_path):
    train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS)
    with pytest.raises(UsageError, match="exists already"):
        train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS)
    assert train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS, replace=True).steps == 4


def test_files_that_hold_nothing_leave_nothing_behind(tmp_path):
    (tmp_path / "bad.txt").write_text("NO!\n")
    with pytest.raises(InputError):
        train_from_files(DOMAIN, [tmp_path / "bad.txt"], tmp_path / "run", options=STEPS)
    assert not (tmp_path / "run").exists()


def test_a_condition_learned_from_a_column_can_be_asked_for(names, tmp_path):
    train_from_files(DOMAIN, [names], tmp_path / "run", conditions=["length"], options=STEPS)
    pipeline = Pipeline.from_pretrained(tmp_path / "run", DOMAIN)
    assert pipeline.design.conditions[0].name == "length"
    assert len(pipeline.sample(2, seed=0, conditions={"length": 5})) == 2


def test_training_goes_on_from_a_model(names, tmp_path):
    train_from_files(DOMAIN, [names], tmp_path / "first", options=STEPS)
    first = Pipeline.from_pretrained(tmp_path / "first", DOMAIN).model.state_dict()
    barely = {**STEPS, "steps": 1, "learning_rate": 1e-9, "ema_decay": 0.0}
    train_from_files(DOMAIN, [names], tmp_path / "second", model=tmp_path / "first", options=barely)
    second = Pipeline.from_pretrained(tmp_path / "second", DOMAIN).model.state_dict()
    assert all(torch.allclose(first[name], second[name], atol=1e-6) for name in first)


@pytest.mark.parametrize("unknown", ["extend", "error", "skip"])
def test_what_a_model_does_not_know_widens_it_or_is_an_error_or_is_skipped(unknown, names, tmp_path, monkeypatch):
    def extend(self, words):
        new = sorted({letter for word in words for letter in word if letter.isalpha()} - set(self.letters))
        self.__init__(self.letters + "".join(new), self.space.max_length)
        return new

    monkeypatch.setattr(Letters, "extend", extend)
    train_from_files(DOMAIN, [names], tmp_path / "first", options=STEPS)
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("äpfel\nanna\notto\nrotor\n")
    skipped = []

    def go_on():
        return train_from_files(
            DOMAIN, [foreign], tmp_path / "second", model=tmp_path / "first", unknown=unknown, options=STEPS,
            skipped=skipped.append,
        )  # fmt: skip

    if unknown == "error":
        with pytest.raises(InputError, match="'ä'"):
            go_on()
        return
    go_on()
    second = Pipeline.from_pretrained(tmp_path / "second", DOMAIN)
    assert len(skipped) == (unknown == "skip")
    assert second.design.space.vocabulary_size == (27 if unknown == "extend" else 26)


def test_a_prepared_set_is_of_this_domain(names, tmp_path):
    data = prepare_files(DOMAIN, [names], tmp_path / "set")
    assert isinstance(data, Dataset)
    with pytest.raises(InputError, match="words"):
        train_from_files(replace(DOMAIN, name="other"), [tmp_path / "set"], tmp_path / "run", options=STEPS)


def test_several_processes_train_on_what_was_prepared_before(names, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="`prepare` first"):
        train_from_files(DOMAIN, [names], tmp_path / "run", options=STEPS)
