"""Turns refused answers into errors, by their code."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from .. import errors
from .._models.command import CommandResult
from ..errors import SandboxError

_TOO_MANY_REQUESTS = 429
_EXACT: dict[str, type[SandboxError]] = {
    "unauthorized": errors.AuthError,
    "unauthenticated": errors.AuthError,
    "missing_api_key": errors.AuthError,
    "preview_grant_invalid": errors.AuthError,
    "preview_grant_revoked": errors.AuthError,
    "forbidden": errors.PermissionError,
    "permission_denied": errors.PermissionError,
    "not_found": errors.NotFoundError,
    "rate_limit_exceeded": errors.RateLimitError,
    "not_implemented": errors.NotImplementedError,
    "exec_timeout": errors.TimeoutError,
    "timeout": errors.TimeoutError,
    "build_error": errors.BuildError,
    "capacity_exceeded": errors.QuotaExceededError,
    "conflict": errors.ConflictError,
    "sandbox_not_ready": errors.ConflictError,
    "snapshot_in_use": errors.ConflictError,
    "rebuild_required": errors.ConflictError,
    "incompatible_snapshot": errors.ConflictError,
    "snapshot_corrupt": errors.ConflictError,
    "same_host_required": errors.ConflictError,
    "volume_busy": errors.ConflictError,
}
_UPLOAD_KINDS: dict[str, type[SandboxError]] = {
    "insufficient_staging_space": errors.UploadLimitError,
    "size_limit_exceeded": errors.UploadLimitError,
    "invalid_part_checksum": errors.UploadChecksumError,
    "whole_checksum_mismatch": errors.UploadChecksumError,
    "target_conflict": errors.UploadConflictError,
    "upload_expired": errors.UploadExpiredError,
    "missing_parts": errors.UploadStateError,
    "part_out_of_range": errors.UploadStateError,
    "part_size_mismatch": errors.UploadStateError,
    "upload_aborted": errors.UploadStateError,
    "upload_already_completed": errors.UploadStateError,
}
# For codes that are not listed; the first match counts.
_PATTERNS: tuple[tuple[Callable[[str], bool], type[SandboxError]], ...] = (
    (lambda code: code.startswith(("edge_token_", "preview_proxy_token_")), errors.AuthError),
    (lambda code: code.endswith("_permission_denied"), errors.PermissionError),
    (lambda code: "quota" in code, errors.QuotaExceededError),
    (lambda code: code.endswith("_conflict"), errors.ConflictError),
    (lambda code: code.endswith("_not_found"), errors.NotFoundError),
)


def class_of(code: str) -> type[SandboxError]:
    """The class that stands for a code; `SandboxError` itself for codes without one of their own."""
    return _EXACT.get(code) or next((kind for matches, kind in _PATTERNS if matches(code)), SandboxError)


def read_error(status: int, headers: Mapping[str, str], body: bytes) -> SandboxError:
    """The error that an answer with a status of 400 or more stands for."""
    outer = _object(body)
    if outer is None:
        text = body.decode(errors="replace").strip()
        return _finish(_make("unknown", text or f"the server answered {status}", status, {}), status, headers)
    nested = outer.get("error")
    inner: dict[str, Any] = nested if isinstance(nested, dict) else {}
    message = inner.get("message") or (nested if isinstance(nested, str) else None)
    code = str(inner.get("code") or outer.get("code") or "unknown").lower()
    fields = {**outer, **inner}
    error = _make(code, str(message or f"the server answered {status}"), status, fields)
    return _finish(_describe(error, fields), status, headers)


def error_in(fields: dict[str, Any], default_code: str) -> SandboxError:
    """An error that is part of an answer or a frame."""
    code = str(fields.get("code") or default_code).lower()
    return _describe(_kind(code, fields)(str(fields.get("message") or code), code), fields)


def _describe(error: SandboxError, fields: dict[str, Any]) -> SandboxError:
    error.request_id = _text(fields.get("request_id"))
    error.suggested_action = _text(fields.get("suggested_action"))
    retryable, details = fields.get("retryable"), fields.get("details")
    error.retryable = retryable if isinstance(retryable, bool) else None
    error.details = details if isinstance(details, dict) else None
    if isinstance(error, errors.TimeoutError):
        error.result = _killed(details)
    detail = fields.get("error_detail")
    error.error_detail = detail if isinstance(detail, dict) else None
    return error


def _killed(details: Any) -> CommandResult | None:
    """What a command had written when it was killed at its timeout."""
    if not isinstance(details, dict) or not isinstance(details.get("stdout"), str):
        return None
    result = CommandResult(124, details["stdout"], str(details.get("stderr", "")), details.get("pid"))
    if details.get("encoding") == "base64":
        result.stdout_bytes, result.stderr_bytes = b64decode(result.stdout), b64decode(result.stderr)
        result.stdout = result.stdout_bytes.decode(errors="replace")
        result.stderr = result.stderr_bytes.decode(errors="replace")
    return result


def _kind(code: str, fields: dict[str, Any]) -> type[SandboxError]:
    """The class of a refusal; that of a paused sandbox has the code of others that do not run."""
    details = fields.get("details")
    if code == "file_upload_error":
        return _upload_kind(fields.get("error_detail"))
    if code == "sandbox_not_ready" and isinstance(details, dict) and details.get("status") == "paused":
        return errors.SandboxPausedError
    return class_of(code)


def _upload_kind(detail: Any) -> type[SandboxError]:
    reason = str(detail.get("reason")) if isinstance(detail, dict) else ""
    if reason.startswith("directory_extract_"):
        return errors.UploadPathError
    return _UPLOAD_KINDS.get(reason, errors.FileUploadError)


def _make(code: str, message: str, status: int, fields: dict[str, Any]) -> SandboxError:
    if status == _TOO_MANY_REQUESTS and code == "unknown":
        return errors.RateLimitError(message)
    return _kind(code, fields)(message, code)


def _finish(error: SandboxError, status: int, headers: Mapping[str, str]) -> SandboxError:
    error.status = status
    if isinstance(error, errors.RateLimitError) and status == _TOO_MANY_REQUESTS:
        error.retry_after = _seconds(headers.get("retry-after"))
    return error


def _seconds(text: str | None) -> float:
    try:
        return max(0.0, float(text or 1.0))
    except ValueError:
        # A date is allowed there; a second is a good guess for both.
        return 1.0


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
