"""Every check of the project, each in its own environment: `nox` runs them all, `nox -s gdl-molecules` only one."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = True

ROOT = Path(__file__).parent
GROUPS = nox.project.load_toml(ROOT / "pyproject.toml")
SOURCES = {"gdl-core": ROOT / "shared/core"} | {
    f"gdl-{name}": ROOT / f"packages/gdl-{name}" for name in ("image", "music", "text", "molecules", "3d")
}
EXTRAS = {
    "gdl-core": "[testing]",
    "gdl-image": "[features,parquet]",
    "gdl-molecules": "[fcd]",
    "gdl-text": "[constraints,parquet]",
}
PIP_SETTINGS = {  # uv does not read pip's settings: hand them on, with the separator that uv expects
    "PIP_INDEX_URL": ("UV_DEFAULT_INDEX", " "),
    "PIP_EXTRA_INDEX_URL": ("UV_INDEX", " "),
    "PIP_FIND_LINKS": ("UV_FIND_LINKS", ","),
    "PIP_CONSTRAINT": ("UV_CONSTRAINT", " "),
}
for pip_name, (uv_name, separator) in PIP_SETTINGS.items():
    if pip_name in os.environ:
        os.environ.setdefault(uv_name, separator.join(os.environ[pip_name].split()))


def install(session: nox.Session, group: str, *wheels: str) -> None:
    """Install a dependency group and the wheels of some distributions, with what they depend on."""
    requirements = nox.project.dependency_groups(GROUPS, group)
    files = {name: next((ROOT / "dist").glob(f"{name.replace('-', '_')}-*.whl")) for name in wheels}
    named = [f"{name}{EXTRAS.get(name, '')} @ {file.as_uri()}" for name, file in files.items()]
    session.install("-c", str(ROOT / "constraints.txt"), *requirements, *named)
    if wheels:  # a reused environment would keep the old code of a wheel whose version did not change
        session.install("--force-reinstall", "--no-deps", *map(str, files.values()))


def test(session: nox.Session, *paths: str) -> None:
    """Run pytest outside the checkout, so that only what is installed can be imported."""
    session.env["OMP_NUM_THREADS"] = "1"  # on small tensors and a busy machine, a second thread costs twenty times more
    session.env["CI"] = "1"  # Hypothesis then draws the same examples each time and sets no deadline
    with TemporaryDirectory() as elsewhere, session.chdir(elsewhere):
        session.run(
            *("python", "-P", "-m", "pytest", "--import-mode=importlib", "-c", str(ROOT / "pyproject.toml")),
            *("--rootdir", str(ROOT), "-p", "no:cacheprovider", *paths, *session.posargs),
        )


@nox.session
def layers(session: nox.Session) -> None:
    """Check who imports whom."""
    install(session, "layers")
    session.env["PYTHONPATH"] = os.pathsep.join(str(folder / "src") for folder in SOURCES.values())
    session.run("lint-imports", "--no-cache")


@nox.session
def lint(session: nox.Session) -> None:
    """Check the form of the code and that the changelog's fragments can be gathered."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("towncrier", "build", "--draft", "--version", "next", silent=True)


@nox.session
def wheels(session: nox.Session) -> None:
    """Build the six wheels into dist/."""
    install(session, "wheels")
    session.run("python", "tools/wheels.py", "dist")


@nox.session(requires=["wheels"])
def types(session: nox.Session) -> None:
    """Check the types of everything that is shipped."""
    install(session, "types", *SOURCES)
    session.run("mypy")


def _isolated(name: str) -> None:
    @nox.session(name=name, requires=["wheels"])
    def session(session: nox.Session) -> None:
        install(session, "test", *dict.fromkeys(["gdl-core", name]))
        session.run("python", "-P", str(ROOT / "tools/isolation.py"), name)
        package = name.replace("-", "_")
        paths = ("--doctest-modules", "--pyargs", package, str(SOURCES[name] / "tests"))
        test(session, "--numprocesses", "auto", *paths)

    session.__doc__ = f"Test {name} with nothing but its own wheel and the core's."


for name in SOURCES:
    _isolated(name)


@nox.session(requires=["wheels"])
def integration(session: nox.Session) -> None:
    """Test what crosses packages, with all six installed."""
    install(session, "integration", *SOURCES)
    test(session, str(ROOT / "tests"))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; every warning is an error."""
    install(session, "docs")
    session.env["NO_MKDOCS_2_WARNING"] = "1"  # an announcement of the theme's, which no reader of the log needs
    session.run("mkdocs", "build", "--strict", "--site-dir", str(ROOT / "site"))


@nox.session(default=False, venv_backend="none", requires=[*SOURCES, "integration"])
def tests(session: nox.Session) -> None:
    """Run every test session, and nothing else."""
