import io
import uuid

import pytest

from nullspace import NotFoundError, PermissionError, SandboxError


@pytest.fixture
def folder(sandbox):
    path = f"/tmp/{uuid.uuid4().hex}"
    sandbox.files.make_dir(path)
    return path


def test_content_comes_back_as_it_went(sandbox, folder):
    files = sandbox.files
    for number, content in enumerate(["", "grüße\n", "x" * ((1 << 20) + 1)]):
        info = files.write(f"{folder}/text{number}", content)
        assert info.size == len(content.encode())
        assert files.read(info.path) == content
    for number, content in enumerate([b"", bytes(range(256)), b"y" * (3 << 20)]):
        info = files.write(f"{folder}/bytes{number}", content)
        assert files.read(info.path, format="bytes") == content
        assert b"".join(files.read(info.path, format="stream")) == content
    info = files.write(f"{folder}/stream", io.BytesIO(b"z" * (2 << 20)))
    assert info.size == 2 << 20


def test_directories(sandbox, folder):
    files = sandbox.files
    files.write(f"{folder}/a/b", "1")
    files.write(f"{folder}/c", "1")
    assert [(entry.name, entry.is_dir) for entry in files.list(folder)] == [("a", True), ("c", False)]
    assert [entry.name for entry in files.list(folder, depth=2)] == ["a", "b", "c"]
    assert files.rename(f"{folder}/c", f"{folder}/d/e").path == f"{folder}/d/e"
    assert (files.exists(f"{folder}/c"), files.exists(f"{folder}/d/e")) == (False, True)
    files.remove(f"{folder}/d")
    with pytest.raises(NotFoundError) as caught:
        files.info(f"{folder}/d/e")
    assert caught.value.code == "file_not_found"
    with pytest.raises(NotFoundError):
        files.read(f"{folder}/d/e", format="stream")


def test_accounts(sandbox, folder):
    files = sandbox.files
    info = files.write("mine", "x", user="user")
    assert (info.path, info.owner) == ("/home/user/mine", "user")
    files.write(f"{folder}/secret", "x")
    sandbox.commands.run("chmod", ["600", f"{folder}/secret"])
    with pytest.raises(PermissionError):
        files.read(f"{folder}/secret", user="user")
    with pytest.raises(SandboxError) as caught:
        files.read(f"{folder}/secret", user="nobody-knows")
    assert caught.value.code == "invalid_request"
