"""Git inside a sandbox, as commands and what their outputs mean, without running them.

Each operation is a generator: it gives commands, is sent their results, and returns its own.
"""

from __future__ import annotations

import shlex
import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, urlsplit

from .._models.command import CommandResult
from .._models.git import GitBranches, GitHttpsAuth, GitStatus
from ..errors import GitError

T = TypeVar("T")

REPOSITORY = "/workspace"
_CREDENTIALS = "/root/.git-credentials"
_SSH_CONFIG = """Host *
    IdentityFile /root/.ssh/id_rsa
    IdentitiesOnly yes
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
"""


@dataclass(frozen=True)
class Step:
    """A command of an operation. `cmd` is a program with `args`, or without any a script of the shell."""

    cmd: str
    args: list[str] | None = None
    cwd: str | None = None
    envs: dict[str, str] = field(default_factory=dict)
    timeout: float = 30


Steps = Generator[Step, CommandResult, T]


@dataclass(frozen=True)
class Place:
    """Where and how long an operation runs."""

    path: str | None = None
    timeout: float = 30


def run_git(args: list[str], place: Place, envs: dict[str, str] | None = None) -> Steps[str]:
    """Runs `git`; its output. Raises `GitError` with its words."""
    result = yield Step("git", args, place.path, envs or {}, place.timeout)
    return _checked(result, _operation(args))


def clone(
    url: str, target: Place, branch: str | None, depth: int | None, auth: GitHttpsAuth | None
) -> Steps[None]:
    """Clones into a directory that is empty or missing."""
    _refuse_login(url, "clone")
    flags = [*(["-b", branch] if branch else []), *(["--depth", str(depth)] if depth is not None else [])]
    words = ["clone", *flags, "--", url]
    place = Place(None, target.timeout)
    path = target.path or REPOSITORY
    if path.rstrip("/") != REPOSITORY:
        yield from _with_auth([*words, path], place, auth, url)
    else:
        yield from _with_auth(words, place, auth, url, script=_clone_into_workspace(words))


def pull(remote: str, branch: str | None, auth: GitHttpsAuth | None, place: Place) -> Steps[None]:
    """Pulls."""
    words = ["pull", remote, *([branch] if branch else [])]
    yield from _with_auth(words, place, auth, (yield from _address(remote, auth, place)))


def push(
    remote: str, branch: str | None, set_upstream: bool, auth: GitHttpsAuth | None, place: Place
) -> Steps[None]:
    """Pushes."""
    upstream = ["--set-upstream"] if set_upstream else []
    words = ["push", *upstream, remote, *([branch] if branch else [])]
    yield from _with_auth(words, place, auth, (yield from _address(remote, auth, place)))


def branches(place: Place) -> Steps[GitBranches]:
    """All branches, and the current one."""
    current = yield from run_git(["rev-parse", "--abbrev-ref", "HEAD"], place)
    names = yield from run_git(["branch", "--format=%(refname:short)"], place)
    return GitBranches(current.strip(), [line.strip() for line in names.splitlines() if line.strip()])


def add(files: list[str] | None, place: Place) -> Steps[None]:
    """Stages files, or everything."""
    if files is not None and not files:
        raise GitError("files must name at least one; leave it out for everything")
    yield from run_git(["add", "-A"] if files is None else ["add", "--", *files], place)


def commit(
    message: str,
    files: list[str] | None,
    author_name: str | None,
    author_email: str | None,
    place: Place,
) -> Steps[None]:
    """Stages and commits."""
    if (author_name is None) != (author_email is None):
        raise GitError("author_name and author_email go together")
    yield from add(files, place)
    who = ["-c", f"user.name={author_name}", "-c", f"user.email={author_email}"] if author_name else []
    yield from run_git([*who, "commit", "-m", message], place)


def status(place: Place) -> Steps[GitStatus]:
    """What changed."""
    output = yield from run_git(["status", "--porcelain", "-b", "-z"], place)
    head, *lines = output.split("\0")
    changed: list[str] = []
    entries = iter(lines)
    for line in entries:
        if not line:
            continue
        changed.append(line[3:])
        if "R" in line[:2] or "C" in line[:2]:
            # A rename is followed by the path that it had.
            next(entries, None)
    branch = head.removeprefix("## ").removeprefix("No commits yet on ").split("...")[0].strip()
    return GitStatus(branch or "unknown", not changed, changed)


def remote_add(name: str, url: str, fetch: bool, overwrite: bool, place: Place) -> Steps[None]:
    """Adds a remote."""
    _refuse_login(url, "remote add")
    if overwrite:
        yield Step("git", ["remote", "remove", name], place.path)
    yield from run_git(["remote", "add", *(["-f"] if fetch else []), name, url], place)


def config(words: list[str], scope: str, path: str | None) -> Steps[str]:
    """Reads or writes a setting."""
    if scope not in ("global", "local"):
        raise GitError("scope must be 'global' or 'local'")
    if scope == "local" and path is None:
        raise GitError("scope='local' needs the path of a repository")
    return (yield from run_git(["config", f"--{scope}", *words], Place(path)))


def store_login(username: str, password: str, host: str, protocol: str) -> Steps[None]:
    """Stores a login in the sandbox, where every program can read it."""
    yield from config(["credential.helper", f"store --file {_CREDENTIALS}"], "global", None)
    line = f"{protocol}://{quote(username, safe='')}:{quote(password, safe='')}@{host}"
    script = f"umask 077; printf '%s\\n' \"$NULLSPACE_GIT_LOGIN\" >> {_CREDENTIALS}"
    _checked((yield Step(script, envs={"NULLSPACE_GIT_LOGIN": line})), "login")


def add_ssh_key(private_key: str) -> Steps[None]:
    """Installs a private key. The keys of hosts are taken as they come."""
    script = (
        "set -eu; umask 077; mkdir -p /root/.ssh; chmod 700 /root/.ssh; "
        "printf '%s' \"$NULLSPACE_SSH_KEY\" > /root/.ssh/id_rsa; "
        "printf '%s' \"$NULLSPACE_SSH_CONFIG\" > /root/.ssh/config; "
        "chmod 600 /root/.ssh/id_rsa /root/.ssh/config"
    )
    key = private_key if private_key.endswith("\n") else f"{private_key}\n"
    envs = {"NULLSPACE_SSH_KEY": key, "NULLSPACE_SSH_CONFIG": _SSH_CONFIG}
    _checked((yield Step(script, envs=envs)), "add-ssh-key")


def _address(remote: str, auth: GitHttpsAuth | None, place: Place) -> Steps[str]:
    if auth is None:
        return ""
    return (yield from run_git(["config", "--get", f"remote.{remote}.url"], place)).strip()


def _with_auth(
    words: list[str], place: Place, auth: GitHttpsAuth | None, url: str, script: str | None = None
) -> Steps[None]:
    """Runs a command, or a script around it, with a login that lies in the sandbox only meanwhile."""
    name = words[0]
    if auth is None:
        yield from _run(words, place, {}, script)
        return
    if urlsplit(url).scheme not in ("http", "https"):
        raise GitError(f"git {name} takes auth only for http and https addresses; it is {url}")
    _refuse_login(url, name)
    folder = f"/tmp/nullspace-git-auth-{uuid.uuid4().hex[:12]}"
    askpass = f"{folder}/askpass.sh"
    envs = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": askpass}
    secrets = {
        "NULLSPACE_GIT_AUTH_USERNAME": auth.username,
        "NULLSPACE_GIT_AUTH_PASSWORD": auth.password,
    }
    settings = ["-c", "credential.helper=", "-c", f"core.askPass={askpass}"]
    try:
        _checked((yield Step(_login_script(folder), envs=envs | secrets)), "login")
        with_login = (
            None if script is None else script.replace("git clone", _words(["git", *settings, "clone"]), 1)
        )
        yield from _run([*settings, *words], place, envs, with_login)
    finally:
        yield Step("rm", ["-rf", folder])


def _run(words: list[str], place: Place, envs: dict[str, str], script: str | None) -> Steps[None]:
    if script is None:
        yield from run_git(words, place, envs)
    else:
        _checked((yield Step(script, cwd=place.path, envs=envs, timeout=place.timeout)), _operation(words))


def _login_script(folder: str) -> str:
    return f"""set -eu
umask 077
mkdir {folder}
printf '%s' "$NULLSPACE_GIT_AUTH_USERNAME" > {folder}/username
printf '%s' "$NULLSPACE_GIT_AUTH_PASSWORD" > {folder}/password
cat > {folder}/askpass.sh <<'EOF'
#!/bin/sh
dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
case "$1" in
  *[Uu]sername*) exec cat "$dir/username" ;;
  *[Pp]assword*) exec cat "$dir/password" ;;
esac
exit 1
EOF
chmod 700 {folder}/askpass.sh"""


def _clone_into_workspace(words: list[str]) -> str:
    # The platform keeps a folder there, so git never finds it empty: what it cloned is moved.
    return f"""set -eu
target={REPOSITORY}
existing=$(find "$target" -mindepth 1 -maxdepth 1 ! -name .nullspace -printf '%P\\n' -quit)
if [ -n "$existing" ]; then
  echo "fatal: destination path '$target' already exists and is not an empty directory." >&2
  exit 128
fi
tmp=$(mktemp -d /tmp/nullspace-git-clone-XXXXXXXXXXXX)
trap 'rm -rf "$tmp"' EXIT
{_words(["git", *words])} "$tmp"
if [ -e "$tmp"/.nullspace ] || [ -L "$tmp"/.nullspace ]; then
  echo "fatal: cloned repo root contains reserved path '.nullspace'" >&2
  exit 128
fi
find "$tmp" -mindepth 1 -maxdepth 1 -exec mv {{}} "$target"/ \\;"""


def _words(words: list[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


def _refuse_login(url: str, name: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and (parts.username or parts.password):
        raise GitError(f"git {name} takes no login in the address: pass auth=GitHttpsAuth(…)")


def _checked(result: CommandResult, name: str) -> str:
    if result.exit_code == 0:
        return result.stdout
    message = f"git {name} failed (exit {result.exit_code}): {result.stderr.strip()}"
    raise GitError(message, result.exit_code, result.stderr)


def _operation(args: list[str]) -> str:
    index = 0
    while args[index : index + 1] == ["-c"]:
        index += 2
    return args[index] if index < len(args) else "command"
