import hashlib
import io
import os
import tarfile

import httpx
import pytest

from fake_api import SANDBOX
from nullspace import (
    PermissionError,
    SandboxError,
    UploadExpiredError,
    UploadKind,
    UploadProgressPhase,
    UploadTransport,
)

UPLOADS = "/v1/sandboxes/sb_1/uploads"
TEXT = " ".join(str(number) for number in range(25)).encode()


class Session:
    """The server's side of one upload in parts of ten bytes."""

    def __init__(self, api, part_size=10):
        self.parts, self.record, self.checksum, self.failures = {}, {}, None, []
        self.part_size = part_size
        api.on(f"POST {UPLOADS}", self.create)
        api.on(f"GET {UPLOADS}/up_1", lambda _request: self.record)
        api.on(f"POST {UPLOADS}/up_1/complete", self.complete)
        api.on(
            "POST /v1/sandboxes/sb_1/files/info",
            {"name": "a", "path": "/home/user/a", "is_dir": False, "size": 5},
        )
        for number in range(200):
            api.on(f"PUT {UPLOADS}/up_1/parts/{number}", self.part)

    def create(self, request):
        body = httpx.Response(200, content=request.content).json()
        count = -(-body["content_length"] // self.part_size)
        self.record = {
            **body,
            "upload_id": "up_1",
            "part_size": self.part_size,
            "part_count": count,
            "max_concurrency": 4,
            "next_part": 0 if count else None,
            "status": "created",
        }
        assert request.headers["idempotency-key"]
        return {"session": self.record}

    def part(self, request):
        number = int(request.url.path.rsplit("/", 1)[1])
        if self.failures and number == 1:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        assert request.headers["x-nullspace-part-sha256"] == hashlib.sha256(request.content).hexdigest()
        self.parts[number] = request.content
        return self.record

    def complete(self, request):
        self.checksum = httpx.Response(200, content=request.content).json()["whole_checksum_sha256"]
        return {"session": self.record, "published_bytes": 64, "published_file_count": 3}

    @property
    def content(self):
        return b"".join(self.parts[number] for number in sorted(self.parts))


@pytest.fixture
def files(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    return sdk.Sandbox.connect("sb_1").files


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    (root / "src").mkdir(parents=True)
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "src" / "ü.txt").write_text("x" * 1000)
    (root / "src" / "link").symlink_to("ü.txt")
    (root / "debug.log").write_text("no")
    (root / "keep.log").write_text("yes")
    (root / ".nullspaceignore").write_text("*.log\n!keep.log\n")
    return root


def test_little_goes_in_one_request(api, files, tmp_path):
    api.on("PUT /v1/sandboxes/sb_1/file", httpx.Response(204))
    api.on(
        "POST /v1/sandboxes/sb_1/files/info",
        {"name": "a", "path": "/workspace/a", "is_dir": False, "size": 5},
    )
    (tmp_path / "a").write_bytes(TEXT)
    seen = []
    for source in (tmp_path / "a", str(tmp_path / "a"), TEXT, io.BytesIO(TEXT), iter([TEXT])):
        destination = "/data/" if isinstance(source, str) else "/data/a"
        result = files.upload(source, destination, user="user", progress=seen.append)
        put = api.requests[-2]
        assert (put.content, dict(put.url.params)) == (TEXT, {"path": "/data/a", "user": "user"})
        assert (result.target_path, result.bytes_uploaded, result.transport) == (
            "/workspace/a",
            len(TEXT),
            UploadTransport.DIRECT,
        )
    assert seen[-1].phase is UploadProgressPhase.COMPLETED


def test_parts_have_checksums_each_and_all(api, files):
    session = Session(api)
    seen = []
    result = files.upload_file(TEXT, "a", resumable=True, max_concurrency=3, progress=seen.append)
    assert session.content == TEXT
    assert session.checksum == hashlib.sha256(TEXT).hexdigest()
    assert result.target_path == "/home/user/a"
    assert (result.upload_id, result.transport, result.resumed) == ("up_1", UploadTransport.RESUMABLE, False)
    assert session.record["source_kind"] == "restartable_file"
    assert "user" not in session.record
    assert (seen[-1].bytes_completed, seen[-1].parts_completed) == (len(TEXT), session.record["part_count"])


def test_much_goes_in_parts_and_a_stream_is_spooled_when_asked(api, files):
    session = Session(api, part_size=8 << 20)
    large = b"x" * ((8 << 20) + 1)
    assert files.upload(large, "a").transport is UploadTransport.RESUMABLE
    assert session.checksum == hashlib.sha256(large).hexdigest()
    session.parts.clear()
    files.upload_file(iter([TEXT]), "a", checksum="sha256")
    assert (session.content, session.record["source_kind"]) == (TEXT, "spooled_stream")


def test_nothing_is_complete_without_a_part(api, files):
    session = Session(api)
    files.upload_file(b"", "a", resumable=True)
    assert (session.parts, session.checksum) == ({}, hashlib.sha256(b"").hexdigest())


def test_a_part_that_was_lost_or_damaged_is_sent_again(api, files):
    session = Session(api)
    damaged = {"reason": "invalid_part_checksum", "message": "x", "retryable": True}
    session.failures = [
        httpx.ReadError("broken"),
        api.error(503, "host_unavailable"),
        api.error(422, "file_upload_error", error_detail=damaged),
    ]
    files.upload_file(TEXT, "a", resumable=True)
    assert session.content == TEXT
    assert len(api.delays) == 3


def test_an_upload_that_broke_off_names_its_session_and_is_resumed(api, files):
    session = Session(api)
    session.failures = [api.error(403, "permission_denied")]
    with pytest.raises(PermissionError) as failure:
        files.upload_file(TEXT, "a", resumable=True)
    assert failure.value.details["upload_id"] == "up_1"
    session.record |= {"next_part": 1, "status": "uploading"}
    session.parts = {0: session.parts.get(0, TEXT[:10])}
    before = len(api.requests)
    result = files.resume_upload("up_1", TEXT)
    assert (result.resumed, session.content) == (True, TEXT)
    assert session.checksum == hashlib.sha256(TEXT).hexdigest()
    assert not any(request.url.path.endswith("/parts/0") for request in api.requests[before:])
    with pytest.raises(SandboxError, match="same content"):
        files.resume_upload("up_1", TEXT + b"!")
    session.record["status"] = "expired"
    with pytest.raises(UploadExpiredError):
        files.resume_upload("up_1", TEXT)


def test_a_directory_goes_as_a_tar(api, files, tree, tmp_path):
    session = Session(api, part_size=4096)
    result = files.upload(tree, "/data/")
    assert (result.kind, result.file_count) == (UploadKind.DIRECTORY_TAR, 3)
    assert session.record["target_path"] == "/data/tree"
    with tarfile.open(fileobj=io.BytesIO(session.content)) as tar:
        assert tar.getnames() == [".nullspaceignore", "keep.log", "run.sh", "src", "src/link", "src/ü.txt"]
        assert tar.getmember("run.sh").mode == 0o755
        assert tar.getmember("src/link").linkname == "ü.txt"
        assert {(member.uid, member.mtime) for member in tar} == {(0, 0)}
    first = session.checksum
    os.utime(tree / "run.sh", (1, 1))
    files.resume_upload("up_1", tree)
    assert session.checksum == first
    files.upload_dir(tree, "d", ignore_patterns=["src/"], conflict="replace", user="user")
    assert (session.record["conflict"], session.record["user"]) == ("replace", "user")


@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "src/../../x"])
def test_links_that_lead_out_are_refused_before_anything_is_sent(api, files, tree, target):
    (tree / "bad").symlink_to(target)
    with pytest.raises(SandboxError, match="bad"):
        files.upload_dir(tree, "d")
    assert api.routes[1:] == []
    Session(api, part_size=1 << 20)
    files.upload_dir(tree, "d", ignore_patterns=["bad"])


def test_contradictions_are_refused_before_anything_is_sent(api, files, tree):
    for arguments in (
        {"source": "/no/such"},
        {"source": TEXT},
        {"source": TEXT, "destination": "a", "resumable": "perhaps"},
        {"source": TEXT, "destination": "a", "checksum": "md5"},
        {"source": TEXT, "destination": "a", "checksum": "sha256", "resumable": False},
        {"source": iter([TEXT]), "destination": "a", "resumable": True, "spool_to_disk": False},
        {"source": tree, "resumable": True},
    ):
        with pytest.raises(SandboxError):
            files.upload(**arguments)
    assert api.routes[1:] == []


def test_downloads(api, files, tree, tmp_path):
    api.on("GET /v1/sandboxes/sb_1/file", httpx.Response(200, content=b"new"))
    (tmp_path / "a").write_text("old")
    assert files.download("/a", tmp_path / "a") == 3
    assert (tmp_path / "a").read_text() == "new"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(tree, arcname=".")
    api.on("GET /v1/sandboxes/sb_1/file", httpx.Response(200, content=archive.getvalue()))
    files.download_dir("/data", tmp_path / "copy")
    assert api.requests[-1].url.params["archive_format"] == "tar"
    assert (tmp_path / "copy" / "src" / "link").read_text() == "x" * 1000
    assert (tmp_path / "copy" / "run.sh").stat().st_mode & 0o777 == 0o755


def test_a_download_that_fails_leaves_the_local_file(api, files, tmp_path):
    api.on("GET /v1/sandboxes/sb_1/file", api.error(404, "file_not_found"))
    (tmp_path / "a").write_text("old")
    with pytest.raises(SandboxError):
        files.download("/a", tmp_path / "a")
    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_download_into_no_folder_names_it(api, files, tmp_path):
    api.on("GET /v1/sandboxes/sb_1/file", httpx.Response(200, content=b"x"))
    with pytest.raises(FileNotFoundError, match=r"no such local folder: .*/none'$"):
        files.download("/a", tmp_path / "none" / "a")


@pytest.mark.parametrize("kind", ["outside", "absolute", "link", "device", "hard link"])
def test_hostile_archives_write_nothing_outside(api, files, tmp_path, kind):
    info = tarfile.TarInfo({"outside": "../x", "absolute": "/tmp/nullspace-hostile"}.get(kind, "x"))
    info.type = {"link": tarfile.SYMTYPE, "device": tarfile.CHRTYPE, "hard link": tarfile.LNKTYPE}.get(
        kind, tarfile.REGTYPE
    )
    info.linkname = {"link": "../../etc", "hard link": "/etc/passwd"}.get(kind, "")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(info)
    api.on("GET /v1/sandboxes/sb_1/file", httpx.Response(200, content=archive.getvalue()))
    if kind == "absolute":
        # The leading slash goes, and with it the way out.
        files.download_dir("/data", tmp_path / "copy")
        assert (tmp_path / "copy" / "tmp" / "nullspace-hostile").is_file()
    elif kind == "link":
        assert files.download_dir("/data", tmp_path / "copy") == ["x"]
        assert list((tmp_path / "copy").iterdir()) == []
    else:
        with pytest.raises(SandboxError, match="not unpacked"):
            files.download_dir("/data", tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]
