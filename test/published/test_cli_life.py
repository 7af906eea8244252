import json

import pytest

from test_cli import nullspace


def output(*arguments):
    return json.loads(nullspace(*arguments))


@pytest.fixture
def created(label):
    return output("sandbox", "create", "--metadata-json", json.dumps(label), "--timeout", "600")["id"]


def test_pause_and_resume(created):
    snapshot = output("sandbox", "hibernate", created)
    assert snapshot["sandbox_id"] == created
    assert output("sandbox", "pause", created)["id"] == snapshot["id"]
    assert output("sandbox", "get", created)["status"] == "paused"
    resumed = output("sandbox", "resume", snapshot["id"])
    assert (resumed["status"], resumed["id"] != created) == ("running", True)
    assert output("sandbox", "get", created)["id"] == resumed["id"]


def test_snapshots_and_forks(created, label):
    snapshot = output("snapshot", "create", created)
    assert output("snapshot", "get", snapshot["id"])["id"] == snapshot["id"]
    listed = output("snapshot", "list", "--sandbox-id", created)
    assert snapshot["id"] in [item["id"] for item in listed]
    child = output("sandbox", "fork", created)
    assert child["id"] != created
    copy = output("sandbox", "create", "--snapshot-id", snapshot["id"], "--metadata-json", json.dumps(label))
    assert copy["status"] == "running"
    nullspace("snapshot", "delete", snapshot["id"])
    nullspace("snapshot", "get", snapshot["id"], code=3)


def test_the_deadline_and_what_happens_then(created):
    updated = output("sandbox", "timeout", "set", created, "--seconds", "700", "--action", "hibernate")
    assert (updated["timeout_ms"], updated["timeout_action"]) == (700_000, "hibernate")


def test_events(created):
    nullspace("sandbox", "kill", created)
    page = output("lifecycle", "events", "--sandbox-id", created, "--status", "succeeded", "--order", "asc")
    assert [event["operation"] for event in page["events"]] == ["create", "destroy"]
    lines = nullspace(
        "lifecycle", "stream", "--sandbox-id", created, "--status", "succeeded", "--max-events", "2"
    ).splitlines()
    assert [json.loads(line)["operation"] for line in lines] == ["create", "destroy"]


def test_webhooks():
    hook = ("lifecycle", "webhooks")
    made = output(
        *hook,
        "create",
        "--url",
        "https://example.com/hook",
        "--operation",
        "create",
        "--signing-secret",
        "a-secret-of-some-length",
        "--disabled",
    )
    assert output(*hook, "get", made["id"])["url"] == "https://example.com/hook"
    assert made["id"] in [item["id"] for item in output(*hook, "list")]
    assert output(*hook, "deliveries", made["id"]) == []
    nullspace(*hook, "delete", made["id"])
    nullspace(*hook, "get", made["id"], code=3)
