"""The domain keeps the laws of all domains."""

import pytest

from gdl_core.testing import DOMAIN_LAWS
from gdl_text.domain import DOMAIN


@pytest.mark.parametrize("law", DOMAIN_LAWS)
def test_every_law_of_domains_holds(law):
    law(DOMAIN)
