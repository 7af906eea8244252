"""Every error of the SDK. All of them are a `SandboxError` and carry the server's stable `code`."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from ._models.build_failure import TemplateFailureDetail, read_failure

if TYPE_CHECKING:
    from ._models.command import CommandResult
    from ._models.file_info import FileInfo


class SandboxError(Exception):
    """A request was refused, could not be sent, or its answer could not be read.

    Attributes:
        code: stable name of what went wrong, in lower case, such as `invalid_request`.
        status: HTTP status of the answer, `None` when there was none.
        request_id: id to look for in the server's log.
        retryable: whether the server expects that the same request can succeed later.
        suggested_action: what to do next, in words.
        details: facts about the failure, such as the field and its bound.
        error_detail: what the server says of a failed build or upload, as it is on the wire.
    """

    default_code = "unknown"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.status: int | None = None
        self.request_id: str | None = None
        self.retryable: bool | None = None
        self.suggested_action: str | None = None
        self.details: dict[str, Any] | None = None
        self.error_detail: dict[str, Any] | None = None


class AuthError(SandboxError):
    """The API key is missing, wrong or revoked. Make one with `nullspace keys create`."""

    default_code = "unauthorized"


class PermissionError(SandboxError, builtins.PermissionError):
    """The key is good, but it may not do this; or a file's permissions forbid it."""

    default_code = "permission_denied"


class NotFoundError(SandboxError):
    """There is no such sandbox, template, process or file, or it belongs to someone else."""

    default_code = "not_found"


class ConflictError(SandboxError):
    """The request contradicts the current state, such as a command in a sandbox that does not run."""

    default_code = "conflict"


class SandboxPausedError(ConflictError):
    """The sandbox is paused, or was paused during the call. `Sandbox.connect` resumes it; then call again.

    A command that was cut off runs on from there: follow it with `commands.connect(pid)` of the new handle.
    """

    default_code = "sandbox_not_ready"

    @property
    def snapshot_id(self) -> str | None:
        """The snapshot to resume, as far as the server has named it."""
        value = (self.details or {}).get("snapshot_id")
        return value if isinstance(value, str) else None


class QuotaExceededError(SandboxError):
    """A limit of the tenant, the machine or the sandbox's disk is reached. Free something, then try again."""

    default_code = "quota_exceeded"


class RateLimitError(SandboxError):
    """Too many requests. `retry_after` is how many seconds to wait; the SDK has waited three times."""

    default_code = "rate_limit_exceeded"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message, code)
        self.retry_after: float | None = None


class TimeoutError(SandboxError, builtins.TimeoutError):
    """A command or a wait ran past its timeout. Allow more time, or run it in the background.

    `result` holds what a killed command had written, where the server still knew it.
    """

    default_code = "timeout"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message, code)
        self.result: CommandResult | None = None


class NotImplementedError(SandboxError, builtins.NotImplementedError):
    """The server has no such feature. The message names it."""

    default_code = "not_implemented"


class BuildError(SandboxError):
    """A template could not be built. `failure` names the phase and the step; correct it and build again."""

    default_code = "build_error"

    @property
    def failure(self) -> TemplateFailureDetail | None:
        """Where and why it failed, as far as the server has said it."""
        return read_failure(self.error_detail)


class TransportError(SandboxError):
    """No answer: unreachable server or broken connection. Whether it acted on the request is unknown."""

    default_code = "transport_error"


class FileUploadError(SandboxError):
    """An upload was refused. `reason` says why; the subclasses group the reasons by what to do."""

    default_code = "file_upload_error"

    @property
    def reason(self) -> str | None:
        """Stable name of why, such as `missing_parts`."""
        return self._text("reason")

    @property
    def upload_id(self) -> str | None:
        """The session, with which `files.resume_upload` goes on."""
        value = self._text("upload_id") or (self.details or {}).get("upload_id")
        return value if isinstance(value, str) else None

    @property
    def path(self) -> str | None:
        """What the failure is about."""
        return self._text("path")

    @property
    def part_number(self) -> int | None:
        """The part, counted from 0."""
        value = (self.error_detail or {}).get("part_number")
        return value if isinstance(value, int) else None

    def _text(self, key: str) -> str | None:
        value = (self.error_detail or {}).get(key)
        return value if isinstance(value, str) else None


class UploadLimitError(FileUploadError):
    """The upload or the space for uploads is too large. Send less, or finish other uploads first."""


class UploadChecksumError(FileUploadError):
    """The bytes that arrived differ from their checksum. Send them again."""


class UploadConflictError(FileUploadError):
    """The target exists and the conflict policy is `error`. Choose another path or policy."""


class UploadExpiredError(FileUploadError):
    """The upload session is older than its lifetime. Start the upload again."""


class UploadPathError(FileUploadError):
    """The archive holds a path, link or entry that cannot be unpacked safely. Leave it out."""


class UploadStateError(FileUploadError):
    """The call does not fit the state of the upload. Resume it, or start it again."""


class BatchWriteError(SandboxError):
    """Some files of a batch were not written; the others are there.

    Attributes:
        successes: the files that were written.
        failures: path and message of each that was not.
    """

    default_code = "batch_write_partial_failure"

    def __init__(self, successes: list[FileInfo], failures: list[tuple[str, str]]) -> None:
        path, message = failures[0]
        count = len(successes) + len(failures)
        super().__init__(f"{len(failures)} of {count} files were not written; {path}: {message}")
        self.successes = successes
        self.failures = failures


class GitError(SandboxError):
    """`git` ended with an error. `stderr` has its words."""

    default_code = "git_error"

    def __init__(self, message: str, exit_code: int = 128, stderr: str = "") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.stderr = stderr
