import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdl_core.errors import UsageError
from gdl_molecules.chemistry import parse
from gdl_molecules.descriptors import DESCRIPTORS
from gdl_molecules.filters import Filters

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"  # weight 180.159, QED 0.550, two rotatable bonds in RDKit's count, one ring


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mw=150..200",
        "mw<180.16,mw>180.15",
        "qed>=0.55",
        "rings=1",
        "hbd<=1",
        "heavy=13",
        "logp=..2",
        "tpsa=60..",
        "pains",
    ],
)
def test_aspirin_passes(text):
    assert Filters.parse(text).accepts(ASPIRIN)
    assert Filters.parse(text).reason(parse(ASPIRIN)) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mw=250..450", "mw is 180.159, and mw=250..450 was asked for"),
        ("pains, qed >= 0.6", "qed is 0.550122, and qed >= 0.6 was asked for"),
        ("rings=2", "rings is 1, and rings=2 was asked for"),
        ("heavy<13", "heavy is 13, and heavy<13 was asked for"),
        ("BRENK", "brenk finds phenol_ester"),
    ],
)
def test_a_refusal_says_which_rule_was_broken(text, reason):
    assert Filters.parse(text).reason(ASPIRIN) == reason
    assert not Filters.parse(text)(ASPIRIN)


def test_the_first_broken_rule_is_named():
    assert Filters.parse("rings=1,heavy=3,mw<10").reason(ASPIRIN).startswith("heavy")


def test_what_is_no_molecule_is_refused_with_the_reason():
    assert "never closed" in Filters.parse("mw<500").reason("C1CC")


@given(st.sampled_from(sorted(DESCRIPTORS)), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_range_holds_its_bounds_and_what_lies_between(name, first, second):
    low, high = sorted((first, second))
    (rule,) = Filters.parse(f"{name}={low!r}..{high!r}").rules
    assert (rule.low, rule.high) == (low, high)
    value = DESCRIPTORS[name](parse(ASPIRIN))
    assert (rule.reason(parse(ASPIRIN)) is None) == (low <= value <= high)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("pians", "did you mean 'pains'"),
        ("qeed>=0.6", "did you mean 'qed'"),
        ("qed", "write a range"),
        ("mw=450..250", "lets nothing through"),
        ("mw=light", "needs a number"),
        ("mw=..", "needs a number"),
        ("qed>=nan", "needs a number"),
        ("qed!0.5", "not known"),
    ],
)
def test_what_is_not_understood_is_named_with_what_would_be_right(text, hint):
    with pytest.raises(UsageError, match=hint) as raised:
        Filters.parse(f"brenk,{text}")
    assert repr(text) in str(raised.value)
