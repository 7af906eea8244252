import json
import subprocess

import httpx
import pytest

from fake_api import SANDBOX
from nullspace import GitError, GitHttpsAuth

EXEC = "POST /v1/sandboxes/sb_1/exec"


@pytest.fixture
def home(tmp_path):
    """A folder in which commands run on this machine, with a repository to clone from."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", tmp_path / "origin.git"], check=True)
    return tmp_path


@pytest.fixture
def git(api, sdk, home):
    def run(request):
        body = json.loads(request.content)
        shell = body.get("shell", False)
        done = subprocess.run(
            body["command"] if shell else [body["command"], *body.get("args", [])],
            shell=shell,
            cwd=body.get("cwd", home),
            env={"PATH": "/usr/bin:/bin", "HOME": str(home), **body.get("envs", {})},
            capture_output=True,
            text=True,
            check=False,
        )
        return {"exit_code": done.returncode, "stdout": done.stdout, "stderr": done.stderr, "pid": 1}

    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    api.on(EXEC, run)
    git = sdk.Sandbox.connect("sb_1").git
    git.configure_user("A", "a@example.com")
    return git


@pytest.fixture
def work(git, home):
    path = str(home / "work")
    git.clone(str(home / "origin.git"), path)
    (home / "work" / "a.txt").write_text("one\n")
    git.commit("First", path=path)
    git.push(path=path, branch="main", set_upstream=True)
    return path


def test_clone_commit_push_and_pull(git, home, work):
    other = str(home / "other")
    git.clone(str(home / "origin.git"), other, branch="main", depth=1)
    (home / "other" / "b.txt").write_text("two\n")
    git.commit("Second", ["b.txt"], cwd=other, author_name="B", author_email="b@example.com")
    git.push(path=other)
    git.pull(path=work, branch="main")
    assert (home / "work" / "b.txt").read_text() == "two\n"


def test_status_whatever_the_names_are(git, home, work):
    assert git.status(path=work).clean
    (home / "work" / "a.txt").write_text("changed\n")
    (home / "work" / 'ü "b" -> c').write_text("")
    subprocess.run(["git", "-C", work, "mv", "a.txt", "z.txt"], check=True)
    status = git.status(path=work)
    assert (status.branch, status.clean) == ("main", False)
    assert sorted(status.changed_files) == sorted(["z.txt", 'ü "b" -> c'])
    assert "+changed" in git.diff(path=work)


def test_branches(git, work):
    git.create_branch(work, "next")
    found = git.branches(work)
    assert (found.current_branch, found.branches) == ("next", ["main", "next"])
    git.checkout("main", path=work)
    git.delete_branch(work, "next", force=True)
    assert git.branches(work).branches == ["main"]


def test_settings_and_remotes(git, home, work):
    git.set_config("core.editor", "vi", scope="local", path=work)
    assert git.get_config("core.editor", scope="local", path=work) == "vi"
    origin = str(home / "origin.git")
    git.remote_add(work, "second", origin, fetch=True)
    git.remote_add(work, "second", f"{origin}/", overwrite=True)
    assert git.get_config("remote.second.url", scope="local", path=work) == f"{origin}/"
    for wrong in ({"scope": "local"}, {"scope": "galactic"}):
        with pytest.raises(GitError):
            git.get_config("x.y", **wrong)


def test_a_failure_has_gits_words(git, work):
    with pytest.raises(GitError, match=r"git checkout failed \(exit 1\): .*no-such") as failure:
        git.checkout("no-such", path=work)
    assert (failure.value.code, failure.value.exit_code) == ("git_error", 1)
    with pytest.raises(GitError):
        git.add(work, files=[])


def test_a_login_lies_in_the_sandbox_for_one_command(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    api.on(EXEC, {"exit_code": 0, "stdout": "https://example.com/a.git\n", "stderr": "", "pid": 1})
    git = sdk.Sandbox.connect("sb_1").git
    auth = GitHttpsAuth("u", "s3cret")
    assert "s3cret" not in repr(auth)
    git.clone("https://example.com/a.git", auth=auth)
    setup, clone, cleaning = (api.body(index) for index in (-3, -2, -1))
    assert setup["envs"]["NULLSPACE_GIT_AUTH_PASSWORD"] == "s3cret"
    assert "git -c credential.helper= -c core.askPass=" in clone["command"]
    assert "s3cret" not in json.dumps(clone)
    assert (cleaning["command"], cleaning["args"][0]) == ("rm", "-rf")
    git.push(path="/d", auth=auth)
    assert api.body(-2)["args"][:2] == ["-c", "credential.helper="]
    asked = len(api.requests)
    for wrong in (
        lambda: git.clone("https://u:p@example.com/a.git"),
        lambda: git.clone("git@example.com:a.git", "/d", auth=auth),
        lambda: git.remote_add("/d", "x", "https://u:p@example.com/a.git"),
    ):
        with pytest.raises(GitError):
            wrong()
    assert len(api.requests) == asked


def test_the_login_goes_also_when_the_command_cannot_be_asked(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    done = {"exit_code": 0, "stdout": "", "stderr": "", "pid": 1}
    api.on(EXEC, done, httpx.ConnectError("gone"), done)
    git = sdk.Sandbox.connect("sb_1").git
    with pytest.raises(Exception, match="no server answers"):
        git.clone("https://example.com/a.git", "/d", auth=GitHttpsAuth("u", "p"))
    assert api.body()["command"] == "rm"


def test_stored_logins_and_keys(git, home, monkeypatch):
    monkeypatch.setattr("nullspace._core.git._CREDENTIALS", str(home / ".git-credentials"))
    git.dangerously_authenticate("u@x", "p/w", host="example.com")
    git.dangerously_authenticate("v", "w", host="other.com")
    lines = (home / ".git-credentials").read_text().splitlines()
    assert lines == ["https://u%40x:p%2Fw@example.com", "https://v:w@other.com"]
    assert (home / ".git-credentials").stat().st_mode & 0o077 == 0
