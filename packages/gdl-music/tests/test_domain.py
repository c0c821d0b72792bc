"""The domain holds its place: it is found, it is light, and it says that nothing is there yet."""

import pytest

from gdl_core.errors import UsageError
from gdl_core.testing import DOMAIN_LAWS
from gdl_music.domain import DOMAIN


@pytest.mark.parametrize("law", DOMAIN_LAWS)
def test_every_law_of_domains_holds(law):
    law(DOMAIN)


def test_the_domain_says_plainly_that_nothing_is_there_yet():
    with pytest.raises(UsageError, match="nothing is there yet"):
        DOMAIN.representation()
