import io

import pytest
from nullspace import NotFoundError, SandboxError


def test_text(sandbox, folder):
    info = sandbox.files.write(f"{folder}/a/b.txt", "grüße\n")
    assert (info.name, info.path, info.size, info.is_dir) == ("b.txt", f"{folder}/a/b.txt", 8, False)
    assert (info.type, info.permissions, info.mode) == ("file", "0644", "-rw-r--r--")
    assert (info.owner, info.group, info.symlink_target) == ("root", "root", None)
    assert sandbox.files.read(f"{folder}/a/b.txt") == "grüße\n"
    sandbox.files.write(f"{folder}/a/b.txt", "")
    assert sandbox.files.read(f"{folder}/a/b.txt") == ""


def test_bytes(sandbox, folder):
    data = bytes(range(256)) * 1000
    assert sandbox.files.write(f"{folder}/data", data).size == len(data)
    assert sandbox.files.read(f"{folder}/data", format="bytes") == data
    assert b"".join(sandbox.files.read(f"{folder}/data", format="stream")) == data


def test_streams(sandbox, folder):
    size = 9 << 20
    info = sandbox.files.write(f"{folder}/stream", io.BytesIO(b"z" * size))
    assert (info.path, info.size) == (f"{folder}/stream", size)
    assert sum(len(chunk) for chunk in sandbox.files.read(f"{folder}/stream", format="stream")) == size


def test_relative_paths(sandbox):
    assert sandbox.files.write("relative.txt", "x").path == "/workspace/relative.txt"
    info = sandbox.files.write("home.txt", "x", user="user")
    assert (info.path, info.owner) == ("/home/user/home.txt", "user")
    assert sandbox.files.read("home.txt", user="user") == "x"


def test_lists(sandbox, folder):
    sandbox.files.write(f"{folder}/b/c.txt", "x")
    sandbox.files.write(f"{folder}/a.txt", "x")
    sandbox.commands.run("ln", ["-s", "a.txt", f"{folder}/link"])
    entries = {entry.name: entry for entry in sandbox.files.list(folder)}
    assert list(entries) == ["a.txt", "b", "link"]
    assert [entries[name].is_dir for name in entries] == [False, True, False]
    assert (entries["link"].type, entries["link"].symlink_target) == ("symlink", "a.txt")
    assert entries["b"].modified_time is not None
    assert [entry.path for entry in sandbox.files.list(folder, depth=2)] == [
        f"{folder}/a.txt",
        f"{folder}/b",
        f"{folder}/b/c.txt",
        f"{folder}/link",
    ]
    assert "etc" in [entry.name for entry in sandbox.files.list()]


def test_info_and_exists(sandbox, folder):
    assert sandbox.files.info(folder).is_dir
    assert sandbox.files.get_info("/").path == "/"
    assert sandbox.files.exists(folder)
    assert not sandbox.files.exists(f"{folder}/no")


def test_directories_and_removal(sandbox, folder):
    assert sandbox.files.make_dir(f"{folder}/x/y") is True
    assert sandbox.files.make_dir(f"{folder}/x/y") is True
    sandbox.files.write(f"{folder}/x/y/z", "1")
    assert sandbox.files.remove(f"{folder}/x") is None
    assert not sandbox.files.exists(f"{folder}/x")


def test_rename(sandbox, folder):
    sandbox.files.write(f"{folder}/old", "1")
    info = sandbox.files.rename(f"{folder}/old", f"{folder}/deep/new")
    assert info.path == f"{folder}/deep/new"
    assert not sandbox.files.exists(f"{folder}/old")


@pytest.mark.parametrize(
    "call",
    [
        lambda files, path: files.read(path),
        lambda files, path: files.read(path, format="bytes"),
        lambda files, path: b"".join(files.read(path, format="stream")),
        lambda files, path: files.info(path),
        lambda files, path: files.list(path),
        lambda files, path: files.remove(path),
        lambda files, path: files.rename(path, path + "2"),
    ],
)
def test_a_missing_path(sandbox, folder, call):
    with pytest.raises(NotFoundError) as caught:
        call(sandbox.files, f"{folder}/no")
    assert caught.value.code == "file_not_found"


def test_the_wrong_kind(sandbox, folder):
    sandbox.files.write(f"{folder}/file", "x")
    for call in (
        lambda: sandbox.files.read(folder),
        lambda: sandbox.files.list(f"{folder}/file"),
        lambda: sandbox.files.write(folder, "x"),
    ):
        with pytest.raises(SandboxError) as caught:
            call()
        assert caught.value.code == "invalid_request"
    with pytest.raises(SandboxError) as caught:
        sandbox.files.make_dir(f"{folder}/file")
    assert caught.value.code in ("conflict", "file_conflict")


def test_rights_of_an_account(sandbox, folder):
    sandbox.files.write(f"{folder}/secret", "x")
    sandbox.commands.run("chmod", ["600", f"{folder}/secret"])
    with pytest.raises(SandboxError) as caught:
        sandbox.files.read(f"{folder}/secret", user="user")
    assert caught.value.code == "permission_denied"
    with pytest.raises(SandboxError) as caught:
        sandbox.files.read(f"{folder}/secret", user="nobody-knows")
    assert caught.value.code == "invalid_request"


def test_a_path_with_a_nul(sandbox):
    with pytest.raises(SandboxError) as caught:
        sandbox.files.read("/tmp/a\0b")
    assert caught.value.code == "invalid_request"
