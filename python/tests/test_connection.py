import json

import pytest

from nullspace import AuthError, SandboxError
from nullspace._core.connection import resolve_connection


def write_config(path, **values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


def test_without_any_key_it_says_where_to_put_one():
    with pytest.raises(AuthError, match="NULLSPACE_API_KEY") as caught:
        resolve_connection()
    assert caught.value.code == "missing_api_key"


def test_a_blank_key_is_not_replaced_by_another_one(monkeypatch):
    monkeypatch.setenv("NULLSPACE_API_KEY", "ns_env")
    with pytest.raises(AuthError):
        resolve_connection(api_key="  ")


def test_the_nearest_source_of_a_key_wins(monkeypatch, bare_machine):
    write_config(bare_machine / ".nullspace/config.json", api_key="old-file")
    assert resolve_connection().api_key == "old-file"
    write_config(bare_machine / ".config/nullspace/config.json", api_key="file")
    assert resolve_connection().api_key == "file"
    (bare_machine / ".env").write_text('# note\n\nNULLSPACE_API_KEY = "dotenv"\nnonsense\n')
    assert resolve_connection().api_key == "dotenv"
    monkeypatch.setenv("NULLSPACE_API_KEY", " env ")
    assert resolve_connection().api_key == "env"
    assert resolve_connection(api_key="argument").api_key == "argument"


def test_the_nearest_source_of_an_address_wins(monkeypatch, bare_machine):
    def address(**options):
        return resolve_connection(api_key="k", **options).base_url

    assert address() == "http://localhost:3000"
    write_config(bare_machine / "xdg/nullspace/config.json", base_url="", api_url="http://file:1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(bare_machine / "xdg"))
    assert address() == "http://file:1"
    (bare_machine / ".env").write_text("NULLSPACE_BASE_URL='http://dotenv:1'\n")
    assert address() == "http://dotenv:1"
    monkeypatch.setenv("NULLSPACE_BASE_URL", "http://base:1")
    assert address() == "http://base:1"
    monkeypatch.setenv("NULLSPACE_API_URL", "http://api:1/prefix/")
    assert address() == "http://api:1/prefix"
    assert address(base_url="https://argument") == "https://argument"
    assert address(base_url="") == "http://localhost:3000"


@pytest.mark.parametrize("content", ["{", "[]", '{"api_key": 7}', "\udcff"])
def test_broken_configuration_files_are_ignored(bare_machine, content):
    path = bare_machine / ".config/nullspace/config.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(AuthError):
        resolve_connection()


@pytest.mark.parametrize("url", ["ftp://host", "localhost:3000", "http://", "//host"])
def test_an_address_that_is_no_url_is_refused(url):
    with pytest.raises(SandboxError, match="base URL") as caught:
        resolve_connection(api_key="k", base_url=url)
    assert caught.value.code == "invalid_request"


def test_sockets_keep_host_and_path():
    connection = resolve_connection(api_key="k", base_url="https://host/prefix")
    assert connection.socket_url == "wss://host/prefix"
