"""The domain is found, it is light, and all that it names is there."""

from dataclasses import fields

import pytest

from gdl_core.domains import resolve
from gdl_core.testing import DOMAIN_LAWS
from gdl_music.domain import DOMAIN
from gdl_music.measures import MEASURES


@pytest.mark.parametrize("law", DOMAIN_LAWS)
def test_every_law_of_domains_holds(law):
    law(DOMAIN)


def test_what_samples_can_be_asked_for_is_what_is_measured():
    assert DOMAIN.properties == tuple(MEASURES)


def test_every_part_that_it_names_can_be_imported():
    values = [getattr(DOMAIN, field.name) for field in fields(DOMAIN)]
    named = [value for value in values if isinstance(value, str) and value.startswith("gdl_music.") and ":" in value]
    assert all(resolve(value) for value in [*named, *DOMAIN.representations.values()])
