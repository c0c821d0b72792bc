"""The check that a distribution stands alone finds what it is meant to find."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from runpy import run_path

ROOT = Path(__file__).parents[1]
CHECK = ROOT / "tools/isolation.py"


def check(name: str, tmp_path: Path, *first: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, first))}
    command = [sys.executable, "-P", CHECK, name]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)


def test_a_library_of_another_domain_is_named(tmp_path):
    (tmp_path / "trimesh.py").touch()
    found = check("gdl-music", tmp_path, tmp_path)
    assert found.returncode == 1
    assert "trimesh can be imported, but gdl-music may not need it" in found.stdout


def test_a_neighbouring_domain_is_named(tmp_path):
    found = check("gdl-music", tmp_path)  # here all six are installed
    assert found.returncode == 1
    assert "gdl-image is installed beside gdl-music" in found.stdout


def test_a_package_that_comes_from_the_checkout_is_named(tmp_path):
    found = check("gdl-core", tmp_path, ROOT / "shared/core/src")
    assert found.returncode == 1
    assert "not from site-packages" in found.stdout


def test_an_unknown_distribution_is_refused(tmp_path):
    assert check("gdl-poetry", tmp_path).returncode == 2


def test_the_import_contract_forbids_the_core_every_library_that_has_an_owner():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    forbidden = next(contract for contract in contracts if contract["name"].startswith("The core knows no domain"))
    owned = {library for library, owners in run_path(str(CHECK))["OWNERS"].items() if owners}
    assert owned <= set(forbidden["forbidden_modules"])
