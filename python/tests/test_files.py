import base64
import io

import httpx
import pytest

from fake_api import SANDBOX
from nullspace import BatchWriteError, NotFoundError, SearchMatch, UploadUrl

FILES = "/v1/sandboxes/sb_1/files"
RAW = "/v1/sandboxes/sb_1/file"
INFO = {
    "name": "a.txt",
    "path": "/workspace/a.txt",
    "is_dir": False,
    "size": 5,
    "type": "file",
    "mode": "-rw-r--r--",
    "permissions": "0644",
    "owner": "root",
    "group": "root",
    "modified_time": "2026-03-10T12:00:00Z",
    "symlink_target": None,
}


@pytest.fixture
def files(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    return sdk.Sandbox.connect("sb_1").files


def test_text(api, files):
    api.on(f"POST {FILES}/read", {"content": "grüße"})
    assert (
        files.read("a.txt")
        == files.read("a.txt", format="text")
        == files.read("a.txt", encoding="utf8")
        == "grüße"
    )
    assert api.body() == {"path": "a.txt", "encoding": "utf8", "user": None}


def test_bytes(api, files):
    api.on(f"GET {RAW}", httpx.Response(200, content=b"\x00\xff"))
    assert files.read("a b", format="bytes", user=" user ") == b"\x00\xff"
    assert dict(api.requests[-1].url.params) == {"path": "a b", "user": "user"}
    assert files.read("a b", encoding="base64") == b"\x00\xff"


@pytest.mark.parametrize("content", [None, 5, [1]])
def test_what_is_no_content_is_refused(api, files, content):
    api.on(f"PUT {RAW}", httpx.Response(204))
    with pytest.raises(TypeError, match="pass str, bytes, an open file"):
        files.write("a.txt", content)


def test_streams(api, files):
    api.on(f"GET {RAW}", httpx.Response(200, content=b"x" * 1000), api.error(404, "file_not_found"))
    with files.read("a", format="stream") as stream:
        assert b"".join(stream) == b"x" * 1000
    with pytest.raises(NotFoundError):
        files.read("b", format="stream")


@pytest.mark.parametrize(
    "options", [{"format": "lines"}, {"encoding": "latin1"}, {"format": "text", "encoding": "utf8"}]
)
def test_unknown_formats_are_refused(api, files, options):
    with pytest.raises(ValueError, match=r"format|encoding"):
        files.read("a", **options)


def test_small_content_is_written_as_json(api, files):
    api.on(f"POST {FILES}/write", INFO)
    info = files.write("a.txt", "grüße", user="user")
    assert (info.path, info.is_dir, info.permissions) == ("/workspace/a.txt", False, "0644")
    assert api.body() == {"path": "a.txt", "content": "grüße", "encoding": "utf8", "user": "user"}
    files.write("a.txt", bytearray(b"\x00\xff"))
    assert base64.b64decode(api.body()["content"]) == b"\x00\xff"


def pieces():
    yield b"abc"
    yield "def"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("é" * ((1 << 20) + 1), "é".encode() * ((1 << 20) + 1)),
        (memoryview(b"x" * ((1 << 20) + 1)), b"x" * ((1 << 20) + 1)),
        (io.BytesIO(b"y" * 600_000), b"y" * 600_000),
        (io.StringIO("text"), b"text"),
        (pieces, b"abcdef"),
    ],
)
def test_large_and_streamed_content_is_written_raw(api, files, content, expected):
    written = []

    def receive(request):
        written.append(request.content)
        return httpx.Response(204)

    api.on(f"PUT {RAW}", receive)
    api.on(f"POST {FILES}/info", INFO)
    if hasattr(content, "seek"):
        content.seek(0)
    assert files.write("a.txt", content() if content is pieces else content).path == "/workspace/a.txt"
    assert written == [expected]


def test_content_of_another_type_is_refused(api, files):
    for content in (7, [1, 2]):
        with pytest.raises(TypeError):
            files.write("a", content)


def test_the_rest(api, files):
    api.on(f"GET {FILES}", [INFO, {**INFO, "name": "d", "type": "dir"}])
    api.on(f"POST {FILES}/exists", {"exists": True})
    api.on(f"POST {FILES}/info", {**INFO, "type": "symlink", "symlink_target": "b"})
    api.on(f"POST {FILES}/remove", httpx.Response(204))
    api.on(f"POST {FILES}/rename", INFO)
    api.on(f"POST {FILES}/mkdir", httpx.Response(204))
    assert [entry.is_dir for entry in files.list("/workspace", depth=2)] == [False, True]
    assert dict(api.requests[-1].url.params) == {"path": "/workspace", "depth": "2"}
    assert files.exists("a.txt") is True
    assert files.info("a.txt").symlink_target == files.get_info("a.txt").symlink_target == "b"
    assert files.remove("a.txt") is None
    assert files.rename("b", "a.txt").name == "a.txt"
    assert api.body() == {"old_path": "b", "new_path": "a.txt", "user": None}
    assert files.make_dir("d") is True


def test_searches_replacements_permissions_and_addresses(api, files):
    match = {"file": "/workspace/a.py", "line": 3, "content": "import os"}
    api.on(f"POST {FILES}/find", [match])
    api.on(f"POST {FILES}/search", ["/workspace/a.py"])
    api.on(f"POST {FILES}/replace", {"replacements": 2})
    api.on(f"POST {FILES}/permissions", httpx.Response(204))
    api.on(f"POST {FILES}/download-url", {"url": "http://x/1"})
    api.on(f"POST {FILES}/upload-url", {"url": "http://x/2", "token": "t"})
    assert files.find_files(".", "^import", user="user") == [SearchMatch("/workspace/a.py", 3, "import os")]
    assert api.body() == {"path": ".", "pattern": "^import", "user": "user"}
    assert files.search_files("/workspace", "*.py") == ["/workspace/a.py"]
    assert files.replace_in_files(["a", "b"], "os", "sys") == 2
    assert api.body() == {"files": ["a", "b"], "pattern": "os", "replacement": "sys", "user": None}
    files.set_permissions("a", "600")
    assert api.body() == {"path": "a", "permissions": "600", "user": None}
    assert files.download_url("a") == "http://x/1"
    assert files.upload_url("a") == UploadUrl("http://x/2", "t")


def test_many_files_at_once(api, files):
    written = {"status": "success", "path": "/workspace/a.txt", "info": INFO}
    api.on(f"POST {FILES}/batch-write", {"results": [written, written]})
    assert len(files.write_files([("a", "ü"), ('b"\r\n', b"\x00\xff\r\n")], user="user")) == 2
    content = api.requests[-1].content
    assert api.requests[-1].headers["content-type"].startswith("multipart/form-data; boundary=")
    manifest, first, second = content.split(b"\r\nContent-Type: application/")[1:]
    assert b'"field": "file0"' in manifest
    assert b'"user": "user"' in manifest
    assert "ü".encode() in first
    assert b"\x00\xff\r\n" in second
    asked = len(api.requests)
    assert files.write_files([]) == []
    assert len(api.requests) == asked


def test_files_of_a_batch_that_failed_are_named(api, files):
    failed = {"status": "failed", "path": "/proc/x", "error": "read-only"}
    written = {"status": "success", "path": "/workspace/a.txt", "info": INFO}
    api.on(f"POST {FILES}/batch-write", {"results": [written, failed]})
    with pytest.raises(BatchWriteError, match="1 of 2 files were not written; /proc/x: read-only") as failure:
        files.write_files([("a", "x"), ("/proc/x", "y")])
    assert (failure.value.code, failure.value.failures) == (
        "batch_write_partial_failure",
        [("/proc/x", "read-only")],
    )
    assert failure.value.successes[0].path == "/workspace/a.txt"
