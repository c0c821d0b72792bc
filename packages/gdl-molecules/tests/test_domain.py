import pytest

from gdl_core.testing import DOMAIN_LAWS
from gdl_molecules.descriptors import ASKABLE
from gdl_molecules.domain import DOMAIN


def test_what_samples_can_be_asked_for_is_what_is_measured():
    assert set(DOMAIN.properties) == set(ASKABLE)
    assert DOMAIN.load("measure")("CCO", DOMAIN.properties)[DOMAIN.properties.index("heavy")] == 3


@pytest.mark.parametrize("law", DOMAIN_LAWS)
def test_every_law_of_domains_holds(law):
    law(DOMAIN)
