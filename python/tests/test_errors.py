import builtins
import json

import pytest

import nullspace
from nullspace import errors
from nullspace._core.read_error import read_error


def refused(status, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_error(status, headers, content)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("unauthorized", errors.AuthError),
        ("unauthenticated", errors.AuthError),
        ("missing_api_key", errors.AuthError),
        ("edge_token_expired", errors.AuthError),
        ("preview_grant_revoked", errors.AuthError),
        ("preview_proxy_token_scope_mismatch", errors.AuthError),
        ("forbidden", errors.PermissionError),
        ("permission_denied", errors.PermissionError),
        ("volume_permission_denied", errors.PermissionError),
        ("quota_exceeded", errors.QuotaExceededError),
        ("capacity_exceeded", errors.QuotaExceededError),
        ("disk_quota", errors.QuotaExceededError),
        ("conflict", errors.ConflictError),
        ("sandbox_not_ready", errors.ConflictError),
        ("idempotency_conflict", errors.ConflictError),
        ("volume_busy", errors.ConflictError),
        ("not_found", errors.NotFoundError),
        ("sandbox_not_found", errors.NotFoundError),
        ("File_Not_Found", errors.NotFoundError),
        ("rate_limit_exceeded", errors.RateLimitError),
        ("not_implemented", errors.NotImplementedError),
        ("exec_timeout", errors.TimeoutError),
        ("invalid_request", errors.SandboxError),
        ("something_new", errors.SandboxError),
    ],
)
def test_each_code_has_its_class(code, kind):
    for body in ({"error": "text", "code": code}, {"error": {"message": "text", "code": code}}):
        error = refused(400, body)
        assert type(error) is kind
        assert (error.code, str(error), error.status) == (code.lower(), "text", 400)


def test_what_the_server_says_is_kept_in_both_shapes():
    facts = {
        "request_id": "req_1",
        "retryable": True,
        "suggested_action": "Do it.",
        "details": {"field": "vcpus", "max": 8},
    }
    flat = refused(400, {"error": "text", "code": "invalid_request", **facts})
    nested = refused(400, {"error": {"message": "text", "code": "invalid_request", **facts}})
    for error in (flat, nested):
        assert {name: getattr(error, name) for name in facts} == facts


@pytest.mark.parametrize("body", [b"<html>bad gateway</html>", b"[1]", b'"text"', b"", b"\xff"])
def test_an_answer_that_is_no_object_is_unknown(body):
    error = refused(502, body)
    assert error.code == "unknown"
    assert str(error)


def test_429_without_a_code_is_a_rate_limit():
    error = refused(429, {"error": "slow down"})
    assert isinstance(error, errors.RateLimitError)
    assert error.retry_after == 1.0


def test_429_for_capacity_is_no_rate_limit():
    assert isinstance(refused(429, {"error": "full", "code": "capacity_exceeded"}), errors.QuotaExceededError)


@pytest.mark.parametrize(
    ("header", "seconds"), [("2.5", 2.5), ("-1", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0)]
)
def test_retry_after(header, seconds):
    body = {"error": "slow down", "code": "rate_limit_exceeded"}
    assert refused(429, body, **{"retry-after": header}).retry_after == seconds


def test_errors_with_the_name_of_a_builtin_are_caught_by_it():
    for name in ("TimeoutError", "PermissionError", "NotImplementedError"):
        kind = getattr(nullspace, name)
        error = kind("text", "a_code")
        assert isinstance(error, getattr(builtins, name))
        assert isinstance(error, nullspace.SandboxError)
        assert (str(error), error.code) == ("text", "a_code")
        assert kind("text").code == kind.default_code
