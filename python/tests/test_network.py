import pytest

from fake_api import SANDBOX
from nullspace import SandboxError

NETWORK = "/v1/sandboxes/sb_1/network"
LOOKUP = {
    "protocol": "dns",
    "address": None,
    "port": None,
    "name": "example.org",
    "reason": "name_not_allowed",
    "count": 2,
    "first_seen_at": "2026-03-10T12:00:00.000Z",
    "last_seen_at": "2026-03-10T12:00:01.000Z",
    "a_later_field": 1,
}


@pytest.fixture
def sandbox(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    return sdk.Sandbox.connect("sb_1")


def test_a_change_of_the_policy_names_what_changes_alone(api, sandbox):
    api.on(f"PATCH {NETWORK}", {**SANDBOX, "network": {"allow_out": ["api.example.com"]}})
    info = sandbox.network.update(allow_out=("api.example.com",))
    assert api.body() == {"allow_out": ["api.example.com"]}
    assert info.network == {"allow_out": ["api.example.com"]}
    sandbox.network.update(internet_access=False, allow_out=[], deny_out=["1.1.1.1"])
    assert api.body() == {"internet_access": False, "allow_out": [], "deny_out": ["1.1.1.1"]}
    sandbox.network.update(allow_public_traffic=False)
    assert api.body() == {"allow_public_traffic": False}


def test_limits_of_bandwidth_are_changed_one_by_one(api, sandbox):
    api.on(f"PATCH {NETWORK}", {**SANDBOX, "network": {"bandwidth": {"upload_mbps": 5}}})
    info = sandbox.network.update(bandwidth={"upload_mbps": 5, "download_mbps": None})
    assert api.body() == {"bandwidth": {"upload_mbps": 5, "download_mbps": None}}
    assert info.network == {"bandwidth": {"upload_mbps": 5}}


def test_a_text_is_no_list_of_entries(sandbox):
    with pytest.raises(SandboxError) as caught:
        sandbox.network.update(allow_out="api.example.com")
    assert caught.value.code == "invalid_request"


def test_what_was_refused_is_listed(api, sandbox):
    api.on(f"GET {NETWORK}/denied", {"total": 7, "items": [LOOKUP]})
    denied = sandbox.network.denied()
    assert denied.total == 7
    [lookup] = denied.items
    assert (lookup.protocol, lookup.address, lookup.port, lookup.name) == ("dns", None, None, "example.org")
    assert (lookup.reason, lookup.count) == ("name_not_allowed", 2)
    assert lookup.last_seen_at > lookup.first_seen_at
