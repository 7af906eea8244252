"""Credentials for the registry of a base image."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from .._core.encode import invalid_request


def basic_auth(username: str | None, password: str | None) -> dict[str, Any] | None:
    """Name and password; `None` when neither is given."""
    if username is None and password is None:
        return None
    if not username or password is None:
        raise invalid_request("username and password belong together: pass both")
    return {"kind": "basic", "username": username, "password": password}


def gcp_auth(service_account_json: dict[str, Any] | str | os.PathLike[str]) -> dict[str, Any]:
    """A service account of Google Cloud: the object, its JSON, or the path of its file."""
    account: Any = service_account_json
    if not isinstance(account, dict):
        given = os.fspath(account)
        content = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
        try:
            account = json.loads(content)
        except ValueError as cause:
            raise invalid_request("service_account_json is not JSON") from cause
    if not isinstance(account, dict):
        raise invalid_request("service_account_json is not a JSON object")
    return {"kind": "gcp_artifact_registry", "service_account_json": account}


def aws_auth(
    access_key_id: str, secret_access_key: str, region: str, session_token: str | None
) -> dict[str, Any]:
    """Keys of AWS for its registry."""
    auth = {
        "kind": "aws_ecr",
        "access_key_id": access_key_id,
        "secret_access_key": secret_access_key,
        "region": region,
    }
    return auth if session_token is None else {**auth, "session_token": session_token}
