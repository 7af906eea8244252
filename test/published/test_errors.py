import os

import nullspace
import pytest
from nullspace import AuthError, NotImplementedError, Sandbox, SandboxError


@pytest.mark.parametrize("key", ["ns_live_wrong", "nonsense"])
def test_a_wrong_key(key):
    with pytest.raises(AuthError) as caught:
        Sandbox.list(api_key=key)
    assert caught.value.code == "unauthorized"


def test_a_wrong_key_on_a_live_connection(sandbox):
    from nullspace.client import NullspaceClient

    client = NullspaceClient(api_key="ns_live_wrong", base_url=os.environ["NULLSPACE_API_URL"])
    stranger = Sandbox(sandbox.get_info(), client)
    with pytest.raises(AuthError):
        stranger.commands.run("true", on_stdout=print)


def test_errors_say_what_to_do():
    with pytest.raises(SandboxError) as caught:
        Sandbox.get_info_by_id("sb_doesnotexist")
    error = caught.value
    assert "sb_doesnotexist" in str(error)
    assert error.suggested_action
    assert error.request_id
    assert error.retryable is False


@pytest.mark.parametrize(
    "call",
    [
        lambda sandbox: nullspace.Volume.list(),
    ],
)
def test_later_features_are_named(sandbox, call):
    with pytest.raises(NotImplementedError) as caught:
        call(sandbox)
    assert caught.value.code == "not_implemented"
    assert "yet" in str(caught.value)
