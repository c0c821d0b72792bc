"""The shipped models do what their cards say, in small."""

import json

import pytest

from gdl_core.pipeline import Pipeline
from gdl_text.domain import DOMAIN
from gdl_text.metrics.words import known_share, words

MODELS = DOMAIN.shipped_models()
DEFAULT, OTHER, ALL = 12_000_000, 5_000_000, 30_000_000

SONNET = "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
VERSE = "Thou art more lovely and more temperate:"
VERSES = [name for name in MODELS if name.startswith("verse-")]
COMMON = set(
    words("a and as be but for he her his i in is it me my no not of on or so that the thee thou thy to with you")
)


@pytest.fixture(scope="module")
def poems():
    return Pipeline.from_pretrained("poems", DOMAIN)


def test_the_default_model_is_at_most_twelve_megabytes_and_any_other_five():
    sizes = {name: sum(file.stat().st_size for file in folder.iterdir()) for name, folder in MODELS.items()}
    assert sizes.pop("poems") <= DEFAULT
    assert max(sizes.values(), default=0) <= OTHER and sum(sizes.values()) + DEFAULT <= ALL


def test_there_is_a_model_of_each_family_but_that_of_adversaries():
    families = {Pipeline.from_pretrained(name, DOMAIN).design.family for name in MODELS}
    assert families == {"autoregressive", "diffusion", "energy", "flow", "vae"}


def test_the_default_model_is_there_and_every_card_says_what_it_was_trained_on():
    assert DOMAIN.default_model in MODELS
    for folder in MODELS.values():
        card = (folder / "README.md").read_text()
        assert "trained on" in card and "license: " in card and "| ngram_frechet_of_chain" in card


@pytest.mark.parametrize("name", VERSES)
def test_a_model_of_verses_writes_different_ones_that_look_like_verses(name):
    drawn = Pipeline.from_pretrained(name, DOMAIN).sample(8, seed=0)
    assert len(set(drawn)) == 8 and all("\n" not in verse and len(verse) <= 64 for verse in drawn)
    letters = sum(map(str.isalpha, "".join(drawn)))
    assert 3 < letters / sum(verse.count(" ") + 1 for verse in drawn) < 7  # letters in a word


@pytest.mark.parametrize("name", [name for name in VERSES if name != "verse-ebm"])
def test_a_model_of_verses_finds_a_verse_likelier_than_its_shuffled_letters(name):
    verse, shuffled = Pipeline.from_pretrained(name, DOMAIN).score([VERSE, "".join(sorted(VERSE))]).values.tolist()
    assert verse > shuffled + 10


def test_verse_ebm_finds_a_verse_likelier_than_its_shuffled_letters_before_its_energy_is_asked():
    pipeline = Pipeline.from_pretrained("verse-ebm", DOMAIN)
    batch = pipeline.model.space.collate([pipeline.representation.encode(x) for x in (VERSE, "".join(sorted(VERSE)))])
    verse, shuffled = pipeline.model.base.log_prob(batch).values.tolist()
    assert verse > shuffled + 10


@pytest.mark.slow
def test_poems_writes_different_passages_of_words_that_one_knows(poems):
    drawn = poems.sample(4, seed=0)
    assert len(set(drawn)) == 4
    assert known_share([words(text) for text in drawn], COMMON) > 0.2  # of Shakespeare's words a third


def test_poems_goes_on_from_a_beginning(poems):
    (drawn,) = poems.sample(1, seed=0, prefix=SONNET)
    assert drawn.startswith(SONNET) and len(drawn) > len(SONNET)


def test_verses_take_fewer_bits_than_the_same_words_or_letters_in_another_order(poems):
    others = [" ".join(sorted(SONNET.split())), "".join(sorted(SONNET))]
    verse, *mixed = (-found for found in poems.score([SONNET, *others]).values.tolist())
    assert verse < min(mixed)


@pytest.mark.slow
def test_the_default_model_is_used_where_none_is_named(gdl):
    ended = gdl("sample", "--count", "1", "--seed", "1", "--prefix", "O ", "--json")
    found = json.loads(ended.out)
    assert ended.code == 0 and found["model"] == "poems"
