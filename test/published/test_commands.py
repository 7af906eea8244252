import threading

import pytest
from nullspace import NotFoundError, SandboxError

PATIENCE = 60


def test_a_program_gets_its_arguments_as_they_are(sandbox):
    result = sandbox.commands.run("printf", ["%s|", "a b", "$HOME", "*", ""])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "a b|$HOME|*||", "")
    assert isinstance(result.pid, int)


def test_a_script(sandbox):
    result = sandbox.commands.run("echo $((6 * 7)); echo oops >&2; exit 3", shell=True)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "42\n", "oops\n")


def test_nothing_is_taken_for_a_script_without_being_told(sandbox):
    result = sandbox.commands.run("echo ready")
    assert result.exit_code == 127
    assert result.stderr


def test_environment_and_directory(sandbox, folder):
    result = sandbox.commands.run("pwd; echo $NAME", shell=True, cwd=folder, envs={"NAME": "grüße"})
    assert result.stdout == f"{folder}\ngrüße\n"
    with pytest.raises(SandboxError) as caught:
        sandbox.commands.run("pwd", cwd="/no/such/folder")
    assert caught.value.code == "invalid_request"


def test_stdin_is_empty(sandbox):
    assert sandbox.commands.run("cat").exit_code == 0


def test_output_is_text_whatever_the_bytes(sandbox):
    result = sandbox.commands.run(r"printf 'a\377b'; printf '\303\274'", shell=True)
    assert result.stdout == "a\ufffdbü"


def test_a_signal(sandbox):
    assert sandbox.commands.run("kill -TERM $$", shell=True).exit_code == 143


def test_a_timeout_kills(sandbox):
    with pytest.raises(SandboxError) as caught:
        sandbox.commands.run("echo $$ > /tmp/timeout.pid; sleep 1000", shell=True, timeout=1)
    assert caught.value.code == "exec_timeout"
    alive = sandbox.commands.run("kill -0 $(cat /tmp/timeout.pid)", shell=True)
    assert alive.exit_code != 0


def test_much_output(sandbox):
    size = 3 << 20
    result = sandbox.commands.run(f"head -c {size} /dev/zero | tr '\\0' x", shell=True)
    assert result.stdout == "x" * size
    parts = []
    result = sandbox.commands.run(
        f"head -c {size} /dev/zero | tr '\\0' y", shell=True, timeout=120, on_stdout=parts.append
    )
    assert result.exit_code == 0
    assert "".join(parts) == result.stdout == "y" * size


def test_shell_with_arguments_is_refused(sandbox):
    with pytest.raises(SandboxError) as caught:
        sandbox.commands.run("echo", ["a"], shell=True)
    assert caught.value.code == "invalid_request"


def test_callbacks_of_a_foreground_command(sandbox):
    out, err = [], []
    result = sandbox.commands.run(
        "echo one; echo two >&2; exit 4", shell=True, on_stdout=out.append, on_stderr=err.append
    )
    assert (result.exit_code, result.stdout, result.stderr) == (4, "one\n", "two\n")
    assert ("".join(out), "".join(err)) == ("one\n", "two\n")
    assert sandbox.commands.run_streaming("echo", ["three"]).stdout == "three\n"


def test_callbacks_come_while_the_command_runs(sandbox):
    first = threading.Event()
    handle = sandbox.commands.run(
        "echo first; read line; echo got $line",
        shell=True,
        background=True,
        on_stdout=lambda _text: first.set(),
    )
    assert first.wait(PATIENCE)
    sandbox.commands.send_stdin(handle.pid, "more\n")
    result = handle.wait(timeout=PATIENCE)
    assert (result.exit_code, result.stdout) == (0, "first\ngot more\n")


def test_wait_for_a_background_command(sandbox):
    handle = sandbox.commands.run("echo begin; sleep 0.3; echo end; exit 5", shell=True, background=True)
    result = handle.wait(timeout=PATIENCE)
    assert (result.exit_code, result.stdout, result.pid) == (5, "begin\nend\n", handle.pid)
    logs = handle.get_logs()
    assert (logs.stdout, logs.stderr, logs.output, logs.exit_code) == ("begin\nend\n", "", "begin\nend\n", 5)


def test_iterate_over_a_background_command(sandbox):
    handle = sandbox.commands.run("echo a; sleep 0.5; echo b; echo c >&2", shell=True, background=True)
    chunks = list(handle)
    assert "".join(out or "" for out, _err, _none in chunks) == "a\nb\n"
    assert "".join(err or "" for _out, err, _none in chunks) == "c\n"


def test_a_background_command_outlives_the_default_timeout_of_its_request(sandbox):
    handle = sandbox.commands.run("sleep 1000", shell=True, background=True, timeout=1)
    with pytest.raises(TimeoutError):
        handle.wait(timeout=3)
    assert any(process.pid == handle.pid and process.running for process in sandbox.commands.list())
    handle.kill()
    assert handle.wait(timeout=PATIENCE).exit_code == 137


def test_processes_are_listed_and_remembered(sandbox):
    handle = sandbox.commands.run("sleep", ["1000"], background=True)
    (process,) = [item for item in sandbox.commands.list() if item.pid == handle.pid]
    assert process.running
    assert "sleep" in process.command
    sandbox.commands.kill(handle.pid)
    assert handle.wait(timeout=PATIENCE).exit_code == 137
    (process,) = [item for item in sandbox.commands.list() if item.pid == handle.pid]
    assert not process.running
    assert sandbox.commands.get_logs(handle.pid).exit_code == 137
    # Killing what has ended is fine.
    sandbox.commands.kill(handle.pid)


def test_kill_takes_the_whole_tree(sandbox, folder):
    script = f"sh -c 'echo $$ > {folder}/child; sleep 1000' & echo up; wait"
    up = threading.Event()
    handle = sandbox.commands.run(script, shell=True, background=True, on_stdout=lambda _text: up.set())
    assert up.wait(PATIENCE)
    sandbox.commands.run(f"until test -s {folder}/child; do sleep 0.05; done", shell=True)
    handle.kill()
    handle.wait(timeout=PATIENCE)
    assert sandbox.commands.run(f"kill -0 $(cat {folder}/child)", shell=True).exit_code != 0


def test_connect_to_a_running_command(sandbox):
    handle = sandbox.commands.run("read line; echo got $line; exit 6", shell=True, background=True)
    out = []
    connected = sandbox.commands.connect(handle.pid, on_stdout=out.append)
    assert connected.pid == handle.pid
    sandbox.commands.send_stdin(handle.pid, "word\n")
    result = connected.wait(timeout=PATIENCE)
    assert (result.exit_code, result.stdout) == (6, "got word\n")
    assert "".join(out) == "got word\n"


def test_connect_to_a_finished_command(sandbox):
    handle = sandbox.commands.run("echo done", shell=True, background=True)
    handle.wait(timeout=PATIENCE)
    result = sandbox.commands.connect(handle.pid).wait(timeout=PATIENCE)
    assert (result.exit_code, result.stdout) == (0, "done\n")


def test_a_client_that_leaves_does_not_end_the_command(sandbox):
    handle = sandbox.commands.run(
        "read line; echo survived", shell=True, background=True, on_stdout=lambda _text: None
    )
    handle.disconnect()
    sandbox.commands.send_stdin(handle.pid, "\n")
    assert sandbox.commands.connect(handle.pid).wait(timeout=PATIENCE).stdout == "survived\n"


def test_an_unknown_process(sandbox):
    for call in (
        sandbox.commands.kill,
        sandbox.commands.get_logs,
        lambda pid: sandbox.commands.send_stdin(pid, "x"),
    ):
        with pytest.raises(NotFoundError) as caught:
            call(999_999)
        assert caught.value.code == "process_not_found"
    with pytest.raises(RuntimeError):
        sandbox.commands.connect(999_999)


def test_snippets(sandbox):
    assert sandbox.process.code_run("print(6 * 7)").stdout == "42\n"
    assert sandbox.process.code_run("console.log(6 * 7)", language="javascript").stdout == "42\n"
    assert sandbox.process.code_run("echo ${BASH_VERSION:0:1}", language="bash").stdout == "5\n"
