import signal

import httpx
import pytest

from fake_api import SANDBOX
from nullspace import ConflictError, NotFoundError, SandboxError, TimeoutError

EXEC = "POST /v1/sandboxes/sb_1/exec"
DONE = {"exit_code": 0, "stdout": "out", "stderr": "err", "pid": 7}


@pytest.fixture
def sandbox(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    return sdk.Sandbox.connect("sb_1")


def test_a_program_with_arguments(api, sandbox):
    api.on(EXEC, DONE)
    result = sandbox.commands.run("ls", ["-l", "a b"], cwd="/tmp", envs={"A": "1"}, timeout=1.2)
    assert (result.exit_code, result.stdout, result.stderr, result.pid) == (0, "out", "err", 7)
    assert api.body() == {
        "command": "ls",
        "args": ["-l", "a b"],
        "cwd": "/tmp",
        "envs": {"A": "1"},
        "timeout_secs": 2,
        "background": False,
    }


def test_a_script(api, sandbox):
    api.on(EXEC, {**DONE, "exit_code": 3, "stdout_truncated": True, "killed_by": "memory"})
    result = sandbox.commands.run("exit 3", shell=True)
    assert (result.exit_code, result.truncated, result.killed_by) == (3, True, "memory")
    assert api.body() == {"command": "exit 3", "shell": True, "timeout_secs": 30, "background": False}


def test_the_connection_is_as_patient_as_the_command(api, sandbox):
    api.on(EXEC, DONE)
    sandbox.commands.run("sleep", ["100"], timeout=100)
    assert api.requests[-1].extensions["timeout"]["read"] == 130.0


def test_no_timeout_is_the_longest_one(api, sandbox):
    api.on(EXEC, DONE, {"pid": 1})
    sandbox.commands.run("sleep", ["100"], timeout=None)
    assert api.body()["timeout_secs"] == 86_400
    sandbox.commands.run("sleep", ["100"], timeout=None, background=True)
    assert api.body()["background"] is True
    for wrong in ("5", 0, -1, float("nan"), float("inf")):
        with pytest.raises(SandboxError, match="not a positive number of seconds"):
            sandbox.commands.run("true", timeout=wrong)
    assert len(api.requests) == 3


def test_an_answer_that_begins_with_spaces(api, sandbox):
    api.on(EXEC, httpx.Response(200, text='    {"exit_code": 0, "stdout": "", "stderr": ""}'))
    assert sandbox.commands.run("true").exit_code == 0


def test_a_timeout_is_one_error_however_the_server_says_it(api, sandbox):
    late = {**DONE, "exit_code": 124, "timed_out": True}
    told = {"pid": 7, "encoding": "utf8", "stdout": "so far", "stderr": ""}
    exact = {"pid": 7, "encoding": "base64", "stdout": "/w==", "stderr": ""}
    early = [api.error(408, "exec_timeout", details=details) for details in (told, exact)]
    api.on(EXEC, api.error(408, "exec_timeout"), *early, late)
    with pytest.raises(TimeoutError) as bare:
        sandbox.commands.run("sleep 9", shell=True, timeout=1)
    assert bare.value.result is None
    with pytest.raises(TimeoutError) as as_text:
        sandbox.commands.run("sleep 9", shell=True, timeout=1)
    result = as_text.value.result
    assert (result.exit_code, result.pid, result.stdout, result.stdout_bytes) == (124, 7, "so far", None)
    with pytest.raises(TimeoutError) as as_bytes:
        sandbox.commands.run("sleep 9", shell=True, timeout=1, binary=True)
    result = as_bytes.value.result
    assert (result.stdout, result.stdout_bytes, result.stderr_bytes) == ("\ufffd", b"\xff", b"")
    with pytest.raises(TimeoutError) as caught:
        sandbox.commands.run("sleep 9", shell=True, timeout=8)
    assert caught.value.code == "exec_timeout"
    assert caught.value.result.stdout == "out"


def test_a_command_that_breaks_off_after_the_answer_began(api, sandbox):
    api.on(EXEC, {**DONE, "error": {"code": "sandbox_not_found", "message": "it has ended"}})
    with pytest.raises(NotFoundError, match="it has ended"):
        sandbox.commands.run("sleep 9", shell=True)


def test_a_sandbox_that_does_not_run(api, sandbox):
    api.on(EXEC, api.error(409, "sandbox_not_ready"))
    with pytest.raises(ConflictError):
        sandbox.commands.run("true")


def test_the_proof_of_a_create_goes_with_its_commands(api, sdk):
    api.on(
        "POST /v1/sandboxes", httpx.Response(201, json=SANDBOX, headers={"X-Nullspace-Dispatch-Proof": "p1"})
    )
    api.on(EXEC, DONE)
    sdk.Sandbox.create().commands.run("true")
    assert api.requests[-1].headers["x-nullspace-dispatch-proof"] == "p1"


def test_processes(api, sandbox):
    base = "/v1/sandboxes/sb_1/processes"
    api.on(f"GET {base}", [{"pid": 7, "command": "sleep 9", "running": True}])
    api.on(
        f"GET {base}/7/logs",
        {"stdout": "a", "stderr": "b", "output": "ab", "exit_code": None, "truncated": True},
    )
    api.on(f"POST {base}/7/kill", httpx.Response(204))
    api.on(f"POST {base}/7/stdin", httpx.Response(204))
    (process,) = sandbox.commands.list()
    assert (process.pid, process.command, process.running) == (7, "sleep 9", True)
    logs = sandbox.commands.get_logs(7)
    assert (logs.output, logs.exit_code, logs.truncated) == ("ab", None, True)
    sandbox.commands.kill(7)
    sandbox.commands.send_stdin(7, "grüße\n")
    assert api.body() == {"data": "grüße\n"}


def test_a_background_command_without_callbacks_needs_no_live_connection(api, sandbox):
    api.on(EXEC, {"pid": 7})
    handle = sandbox.commands.run("sleep 9", shell=True, background=True)
    assert handle.pid == 7
    assert api.body()["background"] is True


@pytest.mark.parametrize("pid", [0, -1, "7", 1.0, True])
def test_a_pid_that_is_none_is_refused(api, sandbox, pid):
    with pytest.raises(SandboxError, match="pid"):
        sandbox.commands.kill(pid)
    assert len(api.requests) == 1


def test_text_that_is_no_unicode_is_refused(api, sandbox):
    with pytest.raises(SandboxError, match="Unicode"):
        sandbox.commands.run("echo \ud800", shell=True)
    assert len(api.requests) == 1


def test_lists_of_words_accounts_and_input(api, sandbox):
    api.on("POST /v1/sandboxes/sb_1/exec", {"exit_code": 0, "stdout": "", "stderr": "", "pid": 7})
    sandbox.commands.run(["printf", "%s", "a b"], user=" user ", stdin="in")
    assert api.body() == {
        "command": "printf",
        "args": ["%s", "a b"],
        "user": "user",
        "stdin": "in",
        "timeout_secs": 30,
        "background": False,
    }
    sandbox.commands.run("cat", stdin=b"\x00\xff")
    assert api.body()["stdin_base64"] == "AP8="
    assert "stdin" not in api.body()
    for wrong in ([], ["a", "b"]):
        with pytest.raises(SandboxError):
            sandbox.commands.run(wrong, ["c"])


def test_background_input_signals_and_use(api, sandbox):
    base = "/v1/sandboxes/sb_1/processes/7"
    detail = {
        "pid": 7,
        "command": "cat",
        "running": True,
        "started_at": "2026-03-10T12:00:00Z",
        "exit_code": None,
        "timed_out": False,
        "killed_by": None,
        "cpu_ms": 1.5,
        "memory_bytes": 4096,
        "process_count": 1,
        "stdout_bytes": 3,
        "stderr_bytes": 0,
        "dropped_bytes": 0,
    }
    api.on("POST /v1/sandboxes/sb_1/exec", {"pid": 7})
    api.on(f"POST {base}/stdin", {})
    api.on(f"POST {base}/signal", {})
    api.on(f"GET {base}", detail)
    handle = sandbox.commands.run("cat", background=True, stdin="all of it")
    assert api.body() == {"data": "all of it", "close": True}
    assert "stdin" not in api.body(-2)
    sandbox.commands.run("cat", background=True, stdin=b"\xfe")
    assert api.body() == {"data_base64": "/g==", "close": True}
    handle.send_stdin(b"\x00\xff")
    assert api.body() == {"data_base64": "AP8="}
    handle.close_stdin()
    assert api.body() == {"data": "", "close": True}
    handle.send_signal("SIGINT")
    assert api.body() == {"signal": "SIGINT"}
    for given, sent in (("int", "SIGINT"), ("SIGTERM", "SIGTERM"), (9, 9), (signal.SIGHUP, 1)):
        handle.send_signal(given)
        assert api.body() == {"signal": sent}
    info = handle.get_info()
    assert (info.cpu_ms, info.memory_bytes, info.exit_code, info.stdout_bytes) == (1.5, 4096, None, 3)
