"""What tests share: a machine without configuration, a scripted API, and one view of both twins."""

from __future__ import annotations

import pytest

from fake_api import FakeApi
from twins import AsyncioTwin, BlockingTwin

# They need a server; name the folder to run them.
collect_ignore = ["live"]


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path):
    """No key, address or configuration file but what the test makes."""
    for name in ("NULLSPACE_API_KEY", "NULLSPACE_API_URL", "NULLSPACE_BASE_URL", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def api(monkeypatch):
    """Answers the SDK's HTTP requests; waits between retries are recorded, not waited."""
    fake = FakeApi()
    fake.install(monkeypatch)
    monkeypatch.setenv("NULLSPACE_API_KEY", "ns_test_key")
    return fake


@pytest.fixture(params=["blocking", "asyncio"])
def sdk(request):
    """The SDK, once as it is and once with every coroutine run to its end."""
    twin = BlockingTwin() if request.param == "blocking" else AsyncioTwin()
    yield twin
    twin.close()
