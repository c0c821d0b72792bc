"""The laws that every space, network, representation, family and domain keeps, for the tests of this
project and of plug-ins.

Each law is a function that raises an `AssertionError` where it is broken; the tuples name them all, for
``pytest.mark.parametrize``. Tests alone import this package.

    @pytest.mark.parametrize("law", FAMILY_LAWS)
    def test_my_family(law):
        law(Design("mine", Tokens(5, 8)), samples)
"""

from gdl_core.testing.domains import DOMAIN_LAWS
from gdl_core.testing.families import FAMILY_LAWS, TOKEN_LIKELIHOOD_LAWS
from gdl_core.testing.networks import NETWORK_LAWS
from gdl_core.testing.representations import REPRESENTATION_LAWS
from gdl_core.testing.spaces import SPACE_LAWS

__all__ = [
    "DOMAIN_LAWS",
    "FAMILY_LAWS",
    "NETWORK_LAWS",
    "REPRESENTATION_LAWS",
    "SPACE_LAWS",
    "TOKEN_LIKELIHOOD_LAWS",
]
