"""The domain is found, and it is light."""

import re
import subprocess
import sys
from pathlib import Path
from pkgutil import walk_packages

import pytest

import gdl_3d
from gdl_3d.domain import DOMAIN
from gdl_core.testing import DOMAIN_LAWS

LOADED = Path("/proc/self/maps")
"""Where Linux says which libraries a process holds."""


@pytest.mark.parametrize("law", DOMAIN_LAWS)
def test_every_law_of_domains_holds(law):
    law(DOMAIN)


@pytest.mark.slow
@pytest.mark.skipif(not LOADED.exists(), reason="this system does not tell which libraries are loaded")
def test_no_module_loads_a_library_of_displays_or_of_usb():
    names = [module.name for module in walk_packages(gdl_3d.__path__, "gdl_3d.")]
    assert "gdl_3d.open3d" in names
    code = f"import importlib\nfor name in {names}: importlib.import_module(name)\nprint(open('{LOADED}').read())"
    loaded = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    assert "numpy" in loaded
    assert not re.search(r"/(lib(GL|EGL|X11|usb)|.*open3d/)", loaded)
