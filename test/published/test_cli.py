import json
import subprocess
import sys
from pathlib import Path

import pytest

NULLSPACE = str(Path(sys.executable).with_name("nullspace"))


def nullspace(*arguments, code=0, stdin=None):
    done = subprocess.run(
        [NULLSPACE, *arguments], capture_output=True, text=True, input=stdin, check=False, timeout=120
    )
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def created(home):
    text = nullspace(
        "sandbox",
        "create",
        "--metadata",
        "suite=cli",
        "--env",
        "A=1",
        "--network-json",
        '{"mask_request_host": "localhost:${PORT}"}',
    )
    sandbox = json.loads(text)
    yield sandbox
    nullspace("sandbox", "kill", sandbox["id"])
    nullspace("sandbox", "get", sandbox["id"], code=3)


def test_create_and_get(created):
    assert created["status"] == "running"
    assert created["metadata"] == {"suite": "cli"}
    assert json.loads(nullspace("sandbox", "get", created["id"])) == created
    row = json.loads(nullspace("sandbox", "get", created["id"], "--fields", "id,status", "--json"))
    assert row == {"id": created["id"], "status": "running"}


def test_list(created):
    rows = json.loads(nullspace("sandbox", "list", "--metadata", "suite=cli", "--limit", "1", "--json"))
    assert created["id"] in [row["id"] for row in rows]
    assert created["id"] in nullspace("sandbox", "list", "--state", "running", "--fields", "id,status")
    assert created["id"] not in nullspace("sandbox", "list", "--state", "destroyed", "--json")


def test_exec(created):
    assert nullspace("sandbox", "exec", created["id"], "echo", "a b") == "a b\n"
    assert nullspace("sandbox", "exec", created["id"], "--shell", "echo $A; exit 3", code=3) == "1\n"
    result = json.loads(nullspace("sandbox", "exec", "--json", created["id"], "true"))
    assert (result["exit_code"], result["stdout"]) == (0, "")


def test_processes(created):
    sandbox_id = created["id"]
    pid = str(
        json.loads(nullspace("sandbox", "exec", "--background", "--json", sandbox_id, "sleep", "1000"))["pid"]
    )
    running = json.loads(nullspace("sandbox", "process", "list", sandbox_id, "--json"))
    assert {"pid": int(pid), "running": True} in [
        {"pid": process["pid"], "running": process["running"]} for process in running
    ]
    nullspace("sandbox", "process", "kill", sandbox_id, pid)
    nullspace("sandbox", "process", "attach", sandbox_id, pid, code=137)
    logs = json.loads(nullspace("sandbox", "process", "logs", sandbox_id, pid, "--json"))
    assert logs["exit_code"] == 137
    stream = ("sandbox", "process", "stream", sandbox_id, "--shell", "echo live; exit 5")
    assert nullspace(*stream, code=5) == "live\n"


def test_files(created):
    sandbox_id = created["id"]
    nullspace("sandbox", "file", "write", sandbox_id, "/tmp/cli.txt", stdin="grüße")
    assert nullspace("sandbox", "file", "read", sandbox_id, "/tmp/cli.txt") == "grüße"
    assert json.loads(nullspace("sandbox", "file", "info", sandbox_id, "/tmp/cli.txt"))["size"] == 7
    assert "cli.txt" in nullspace("sandbox", "file", "list", sandbox_id, "/tmp")
    nullspace("sandbox", "file", "mkdir", sandbox_id, "/tmp/cli")
    nullspace("sandbox", "file", "mv", sandbox_id, "/tmp/cli.txt", "/tmp/cli/moved.txt")
    nullspace("sandbox", "file", "rm", sandbox_id, "/tmp/cli")
    nullspace("sandbox", "file", "exists", sandbox_id, "/tmp/cli", code=1)


def test_metrics_and_timeout(created):
    (sample,) = json.loads(nullspace("sandbox", "metrics", created["id"], "--json"))
    assert sample["cpu_count"] == 2
    updated = json.loads(nullspace("sandbox", "timeout", "set", created["id"], "--seconds", "600"))
    assert updated["timeout_ms"] == 600_000


def test_templates():
    assert "base" in nullspace("template", "list")


def test_doctor():
    report = json.loads(nullspace("doctor", "--json"))
    assert report["ok"], report
    assert {probe["status"] for probe in report["probes"]} <= {"pass", "warn"}


def test_exit_codes(created):
    assert (
        "not found"
        in json.loads(nullspace("sandbox", "get", "sb_none", "--json", code=3))["error"]["message"]
    )
    nullspace("sandbox", "create", "--vcpus", "0", code=2)
    nullspace("sandbox", "exec", created["id"], "--timeout", "1", "sleep", "1000", code=8)
