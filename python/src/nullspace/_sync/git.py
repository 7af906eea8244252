"""Git inside a sandbox."""

from __future__ import annotations

from typing import TypeVar

from .._core import git
from .._core.git import REPOSITORY, Place, Steps
from .._models.git import GitBranches, GitHttpsAuth, GitStatus
from ..errors import SandboxError
from .commands import Commands

T = TypeVar("T")


class Git:
    """Runs `git` in the sandbox, as root, by default in /workspace. Reached as `sandbox.git`.

    Every method raises `GitError` with git's words when git fails. `auth` is a login for one command, which
    lies in the sandbox only meanwhile.
    """

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def clone(
        self,
        url: str,
        path: str = REPOSITORY,
        *,
        branch: str | None = None,
        depth: int | None = None,
        auth: GitHttpsAuth | None = None,
        timeout: float = 30,
    ) -> None:
        """Clones into an empty or missing directory. `depth` is the number of commits of history."""
        self._drive(git.clone(url, Place(path, timeout), branch, depth, auth))

    def pull(
        self,
        *,
        path: str = REPOSITORY,
        remote: str = "origin",
        branch: str | None = None,
        auth: GitHttpsAuth | None = None,
        timeout: float = 30,
    ) -> None:
        """Fetches and merges."""
        self._drive(git.pull(remote, branch, auth, Place(path, timeout)))

    def push(
        self,
        *,
        remote: str = "origin",
        branch: str | None = None,
        path: str = REPOSITORY,
        set_upstream: bool = False,
        auth: GitHttpsAuth | None = None,
        timeout: float = 30,
    ) -> None:
        """Pushes commits. With `set_upstream` the remote branch is remembered."""
        self._drive(git.push(remote, branch, set_upstream, auth, Place(path, timeout)))

    def checkout(self, branch: str, *, path: str = REPOSITORY) -> None:
        """Switches to a branch, a tag or a commit."""
        self._drive(git.run_git(["checkout", branch], Place(path)))

    def create_branch(self, path: str, name: str) -> None:
        """Makes a branch and switches to it."""
        self._drive(git.run_git(["checkout", "-b", name], Place(path)))

    def delete_branch(self, path: str, name: str, *, force: bool = False) -> None:
        """Deletes a branch; with `force` also one that is not merged."""
        self._drive(git.run_git(["branch", "-D" if force else "-d", name], Place(path)))

    def branches(self, path: str = REPOSITORY) -> GitBranches:
        """All branches, and the current one."""
        return self._drive(git.branches(Place(path)))

    def add(self, path: str = REPOSITORY, *, files: list[str] | None = None) -> None:
        """Stages files, by default everything that changed."""
        self._drive(git.add(files, Place(path)))

    def commit(
        self,
        message: str,
        files: list[str] | None = None,
        *,
        path: str | None = None,
        cwd: str | None = None,
        author_name: str | None = None,
        author_email: str | None = None,
    ) -> None:
        """Stages files, by default everything that changed, and commits. `cwd` is another name of `path`."""
        place = Place(path or cwd or REPOSITORY)
        self._drive(git.commit(message, files, author_name, author_email, place))

    def status(self, *, path: str = REPOSITORY) -> GitStatus:
        """The branch and what changed."""
        return self._drive(git.status(Place(path)))

    def diff(self, *, path: str = REPOSITORY) -> str:
        """Changes that are not staged, as a patch."""
        return self._drive(git.run_git(["diff"], Place(path)))

    def remote_add(
        self, path: str, name: str, url: str, *, fetch: bool = False, overwrite: bool = False
    ) -> None:
        """Adds a remote, and fetches from it or replaces one of this name if asked."""
        self._drive(git.remote_add(name, url, fetch, overwrite, Place(path)))

    def set_config(self, key: str, value: str, *, scope: str = "global", path: str | None = None) -> None:
        """Writes a setting. The scope `local` needs the path of a repository."""
        self._drive(git.config([key, value], scope, path))

    def get_config(self, key: str, *, scope: str = "global", path: str | None = None) -> str:
        """Reads a setting."""
        return self._drive(git.config(["--get", key], scope, path)).strip()

    def configure_user(
        self, name: str, email: str, *, scope: str = "global", path: str | None = None
    ) -> None:
        """Sets the name and address of commits."""
        self.set_config("user.name", name, scope=scope, path=path)
        self.set_config("user.email", email, scope=scope, path=path)

    def dangerously_authenticate(
        self, username: str, password: str, *, host: str = "github.com", protocol: str = "https"
    ) -> None:
        """Stores a login in the sandbox, where every program can read it. Prefer `auth` of a single call."""
        self._drive(git.store_login(username, password, host, protocol))

    def add_ssh_key(self, private_key: str) -> None:
        """Installs a private key for ssh remotes, and takes the keys of all hosts as they come."""
        self._drive(git.add_ssh_key(private_key))

    def _drive(self, steps: Steps[T]) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    result = self._commands.run(
                        step.cmd,
                        step.args,
                        cwd=step.cwd,
                        envs=step.envs,
                        timeout=step.timeout,
                        shell=step.args is None,
                    )
                except SandboxError as failure:
                    step = steps.throw(failure)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            value: T = end.value
            return value
