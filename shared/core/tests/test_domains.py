"""Domains are found through entry points, and one that is broken hides no other."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from gdl_core.domains import API, GROUP, Domain, Installed, discover, resolve
from gdl_core.errors import UsageError

BIRDS = Domain("birds", "new birds", "bird", representations={"song": "builtins:str", "feather": "builtins:bytes"})
FISH = Domain("fish", "new fish", "fish")
FUTURE = Domain("future", "made later", "thing", api=API + 1)


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def here(attribute: str) -> str:
    return f"{__name__}:{attribute}"


def test_an_installed_domain_is_found_by_its_name():
    found = discover([point("birds", here("BIRDS")), point("fish", here("FISH"))])
    assert found.find("birds") is BIRDS
    assert list(found.domains) == ["birds", "fish"]
    assert not found.troubles


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (point("broken", "no_such_module:DOMAIN"), "fails to import: ModuleNotFoundError"),
        (point("broken", "gdl_core.domains:NOTHING"), "fails to import: AttributeError"),
        (point("future", here("FUTURE")), f"is made for plug-in API {API + 1}, and this gdl-core speaks {API}"),
        (point("broken", "builtins:str"), "is made for plug-in API None"),
        (point("insects", here("FISH")), "calls itself 'fish'"),
        (point("birds", here("BIRDS")), "the name is already taken"),
    ],
)
def test_a_broken_domain_is_reported_in_one_line_and_hides_no_other(broken, complaint):
    found = discover([broken, point("birds", here("BIRDS")), point("fish", here("FISH"))])
    assert {"birds", "fish"} <= set(found.domains)
    (trouble,) = found.troubles
    assert complaint in trouble and "\n" not in trouble


def test_a_misspelt_domain_gets_the_nearest_name():
    with pytest.raises(UsageError, match="there is no domain 'molecule'; did you mean 'molecules'"):
        Installed({}).find("molecule")


def test_an_install_command_is_suggested_only_for_the_official_names():
    with pytest.raises(UsageError, match="pip install gdl-music"):
        Installed({}).find("music")
    with pytest.raises(UsageError) as refusal:
        Installed({}).find("cooking")
    assert "pip install" not in str(refusal.value)


def test_a_domain_offers_its_parts_by_name():
    assert BIRDS.representation() is str
    assert BIRDS.representation("feather") is bytes
    assert resolve("os.path:join").__name__ == "join"
    with pytest.raises(UsageError, match="did you mean 'feather'"):
        BIRDS.representation("feathers")
    with pytest.raises(UsageError, match="offers no 'draw'"):
        BIRDS.load("draw")


def test_a_domain_that_is_only_a_name_says_so():
    assert FISH.empty and not BIRDS.empty
    with pytest.raises(UsageError, match="nothing is there yet for fish"):
        FISH.representation()


def test_the_description_needs_the_standard_library_only():
    source = Path(sys.modules["gdl_core.domains"].__file__).parents[1]
    code = "import gdl_core.domains, sys; print({'torch', 'numpy', 'typer', 'rich'} & set(sys.modules))"
    script = f"import sys; sys.path.insert(0, {str(source)!r}); {code}"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "set()"
