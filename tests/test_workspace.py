"""The six distributions agree with one another and with the workspace around them."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOMAINS = ("image", "music", "text", "molecules", "3d")
FOLDERS = {"gdl-core": "shared/core"} | {f"gdl-{name}": f"packages/gdl-{name}" for name in DOMAINS}


def read(folder: str) -> dict:
    return tomllib.loads((ROOT / folder / "pyproject.toml").read_text())


def test_the_workspace_lists_every_distribution_as_a_path_to_develop():
    # Poetry loses `develop` on dependencies of dependencies, so each one stands in the root
    listed = read(".")["tool"]["poetry"]["dependencies"]
    assert {name: (listed[name]["path"], listed[name]["develop"]) for name in FOLDERS} == {
        name: (folder, True) for name, folder in FOLDERS.items()
    }
    assert read(".")["tool"]["poetry"]["package-mode"] is False


def test_every_distribution_bears_the_same_version():
    assert len({read(folder)["project"]["version"] for folder in FOLDERS.values()}) == 1


def test_every_distribution_carries_the_licence_of_the_workspace():
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert all((ROOT / folder / "LICENSE").read_text() == licence for folder in FOLDERS.values())


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_names_the_core_for_those_who_install_and_for_those_who_develop(name):
    project = read(f"packages/gdl-{name}")
    assert "gdl-core>=0.1,<0.2" in project["project"]["dependencies"]
    assert project["tool"]["poetry"]["dependencies"]["gdl-core"] == {"path": "../../shared/core", "develop": True}


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_is_announced_by_its_entry_point(name):
    points = read(f"packages/gdl-{name}")["project"]["entry-points"]["gdl.domains"]
    assert points == {name: f"gdl_{name}.domain:DOMAIN"}


def test_the_published_dependencies_name_no_build_of_torch_and_no_companion_of_it():
    wanted = [line for folder in FOLDERS.values() for line in read(folder)["project"]["dependencies"]]
    assert [line for line in wanted if line.startswith("torch")] == ["torch>=2.6"]
    assert not any("+" in line or "@" in line for line in wanted)


def test_no_lock_file_fixes_a_build_for_everybody():
    assert not list(ROOT.glob("poetry.lock"))


@pytest.mark.parametrize(("package", "page"), [("gdl-core", "core"), ("gdl-molecules", "molecules")])
def test_the_reference_has_every_module_that_is_no_part_of_the_command(package, page):
    name = package.replace("-", "_")
    rooms = {
        path.stem
        for path in (ROOT / FOLDERS[package] / "src" / name).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    shown = (ROOT / f"docs/reference/{page}.md").read_text().split()
    assert {room for room in rooms if f"{name}.{room}" not in shown} <= {"__init__", "cli", "commands", "models"}
