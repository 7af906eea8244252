"""Git."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class GitStatus:
    """What changed in a repository. The paths are relative to it."""

    branch: str
    clean: bool
    changed_files: list[str]


@dataclass
class GitBranches:
    """Branches of a repository."""

    current_branch: str
    branches: list[str]


@dataclass(frozen=True)
class GitHttpsAuth:
    """A login for one command. It never reaches the repository's settings."""

    username: str
    password: str

    def __post_init__(self) -> None:
        if not self.username or not self.password:
            raise ValueError("GitHttpsAuth needs a username and a password")

    def __repr__(self) -> str:
        return f"GitHttpsAuth(username={self.username!r}, password=…)"
