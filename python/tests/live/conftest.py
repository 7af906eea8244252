"""A server named by the environment, and both twins of the SDK."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from nullspace import NotFoundError, Sandbox, SandboxQuery
from twins import AsyncioTwin, BlockingTwin

REQUIRED = ("NULLSPACE_API_URL", "NULLSPACE_API_KEY")


@pytest.fixture(autouse=True, scope="session")
def server():
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        pytest.exit(f"these tests need a running server: set {' and '.join(missing)}", returncode=4)


@pytest.fixture(autouse=True)
def bare_machine():
    """Takes the place of the one that hides the server's address from the fast tests."""


@pytest.fixture(params=["blocking", "asyncio"], scope="module")
def sdk(request):
    twin = BlockingTwin() if request.param == "blocking" else AsyncioTwin()
    yield twin
    twin.close()


@pytest.fixture(scope="module")
def sandbox(sdk):
    """A sandbox that the tests of a file share, and do not end."""
    with sdk.Sandbox.create(template="base", timeout=900) as sandbox:
        yield sandbox


@pytest.fixture
def label():
    """Metadata that no other sandbox has; whatever still carries it is killed after the test."""
    metadata = {"label": uuid.uuid4().hex}
    yield metadata
    for info in Sandbox.list(query=SandboxQuery(metadata=metadata)):
        try:
            Sandbox.kill_by_id(info.id)
        except NotFoundError:
            continue
