"""The domain is found, and it is light."""

import pytest

from gdl_3d.domain import DOMAIN
from gdl_core.testing import DOMAIN_LAWS


@pytest.mark.parametrize("law", DOMAIN_LAWS)
def test_every_law_of_domains_holds(law):
    law(DOMAIN)
