"""What the tests share: a server named by the environment, one sandbox, folders and labels."""

import contextlib
import os
import time
import uuid

import pytest
from nullspace import NotFoundError, Sandbox, SandboxQuery

REQUIRED = ("NULLSPACE_API_URL", "NULLSPACE_API_KEY")

# Generous, since a slow answer is no failure here.
PATIENCE = 60


def pytest_sessionstart(session):
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        pytest.exit(f"these tests need a running server: set {' and '.join(missing)}", returncode=4)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory):
    """A home and working directory without configuration of their own."""
    folder = tmp_path_factory.mktemp("home")
    before = {name: os.environ.get(name) for name in ("HOME", "XDG_CONFIG_HOME")}
    os.environ["HOME"] = str(folder)
    os.environ.pop("XDG_CONFIG_HOME", None)
    yield folder
    for name, value in before.items():
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="session")
def sandbox():
    """A sandbox that tests may use, but not end or fill."""
    with Sandbox.create(template="base", timeout=900, metadata={"suite": "published"}) as sandbox:
        yield sandbox


@pytest.fixture
def folder(sandbox):
    """A folder of its own in the shared sandbox."""
    path = f"/tmp/{uuid.uuid4().hex}"
    sandbox.files.make_dir(path)
    return path


@pytest.fixture
def label():
    """Metadata that no other sandbox has; whatever still carries it is killed after the test."""
    metadata = {"label": uuid.uuid4().hex}
    yield metadata
    for info in Sandbox.list(query=SandboxQuery(metadata=metadata)):
        with contextlib.suppress(NotFoundError):
            Sandbox.kill_by_id(info.id)


@pytest.fixture
def until():
    """Waits for something to become true."""

    def wait(condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE} s"
            time.sleep(0.1)

    return wait
