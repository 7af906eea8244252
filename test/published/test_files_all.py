import io
import os
import threading
import urllib.request

import pytest
from nullspace import BatchWriteError, FileUploadError, SandboxError


def test_batches(sandbox, folder):
    infos = sandbox.files.write_files([(f"{folder}/{n}", f"text {n}") for n in range(200)])
    assert [info.name for info in infos] == [str(n) for n in range(200)]
    assert sandbox.files.read(f"{folder}/199") == "text 199"
    with pytest.raises(BatchWriteError) as failed:
        sandbox.files.write_files([(f"{folder}/fine", b"\x00\xff"), (f"{folder}/fine/below", b"x")])
    assert len(failed.value.successes) == 1
    assert failed.value.failures[0].path == f"{folder}/fine/below"


def test_searches(sandbox, folder):
    sandbox.files.write(f"{folder}/a/one.txt", "alpha\nbeta 12\n")
    sandbox.files.write(f"{folder}/b/two.txt", "beta 7\n")
    sandbox.files.write(f"{folder}/b/two.bin", b"beta 9\0\xff")
    found = sandbox.files.find_files(folder, r"beta \d+")
    lines = sorted((match.file, match.line, match.content) for match in found)
    assert lines == [
        (f"{folder}/a/one.txt", 2, "beta 12"),
        (f"{folder}/b/two.txt", 1, "beta 7"),
    ]
    assert sandbox.files.search_files(folder, "*.txt") == [f"{folder}/a/one.txt", f"{folder}/b/two.txt"]
    files = [f"{folder}/a/one.txt", f"{folder}/b/two.txt"]
    assert sandbox.files.replace_in_files(files, "beta", "gamma") == 2
    assert sandbox.files.read(f"{folder}/b/two.txt") == "gamma 7\n"
    with pytest.raises(SandboxError) as refused:
        sandbox.files.find_files(folder, "(")
    assert refused.value.code == "invalid_request"


def test_permissions(sandbox, folder):
    sandbox.files.write(f"{folder}/script", "#!/bin/sh\necho ran\n")
    sandbox.files.set_permissions(f"{folder}/script", "755")
    assert sandbox.files.info(f"{folder}/script").permissions == "0755"
    assert sandbox.commands.run(f"{folder}/script").stdout == "ran\n"


def test_minted_urls(sandbox, folder):
    upload = sandbox.files.upload_url(f"{folder}/by url")
    request = urllib.request.Request(upload.url, data=b"minted", method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204
    with urllib.request.urlopen(sandbox.files.download_url(f"{folder}/by url")) as answer:
        assert answer.read() == b"minted"


def test_watches(sandbox, folder):
    events = []
    changed = threading.Event()

    def note(event):
        events.append((event.type, event.name))
        if event.name == "sub/late.txt":
            changed.set()

    handle = sandbox.files.watch_dir(folder, note, recursive=True)
    sandbox.files.make_dir(f"{folder}/sub")
    sandbox.files.write(f"{folder}/first.txt", "x")
    sandbox.commands.run(f"sleep 0.2; echo late > {folder}/sub/late.txt", shell=True)
    assert changed.wait(60), events
    handle.stop()
    assert ("create", "sub") in events


@pytest.fixture
def local(tmp_path):
    """A file of three parts whose bytes tell their places."""
    path = tmp_path / "big.bin"
    path.write_bytes(b"".join(n.to_bytes(4, "big") for n in range(20 << 18)))
    return path


def sum_of(sandbox, path):
    return sandbox.commands.run("sha256sum", [path]).stdout.split()[0]


def local_sum(path):
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_resumable_uploads(sandbox, folder, local):
    phases = []
    result = sandbox.files.upload(local, f"{folder}/big", progress=lambda step: phases.append(step.phase))
    assert sum_of(sandbox, f"{folder}/big") == local_sum(local)
    assert phases
    assert result.upload_id.startswith("up_")
    stream = io.BytesIO(local.read_bytes())
    sandbox.files.upload_file(stream, f"{folder}/stream", resumable=True, checksum="sha256")
    assert sum_of(sandbox, f"{folder}/stream") == local_sum(local)
    small = sandbox.files.upload_file(io.BytesIO(b""), f"{folder}/empty", resumable=True)
    assert (small.bytes_uploaded, small.file_count) == (0, 1)


def test_uploads_that_cannot_be_published(sandbox, folder, local):
    with pytest.raises((FileUploadError, SandboxError)):
        sandbox.files.upload(local, folder)
    assert sandbox.files.info(folder).is_dir


def test_directories(sandbox, folder, tmp_path):
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "a.txt").write_text("grüße")
    (tree / "sub" / "run.sh").write_text("#!/bin/sh\necho it runs\n")
    os.chmod(tree / "sub" / "run.sh", 0o755)  # noqa: PTH101
    (tree / "link").symlink_to("sub/run.sh")
    sandbox.files.write(f"{folder}/tree/kept.txt", "kept")
    sandbox.files.upload_dir(tree, f"{folder}/tree")
    assert sandbox.files.read(f"{folder}/tree/a.txt") == "grüße"
    assert sandbox.files.read(f"{folder}/tree/kept.txt") == "kept"
    assert sandbox.commands.run(f"{folder}/tree/link").stdout == "it runs\n"
    sandbox.files.upload_dir(tree, "uploaded", user="user")
    assert sandbox.files.info("/home/user/uploaded/a.txt").owner == "user"
    sandbox.files.upload_dir(tree, f"{folder}/tree", conflict="replace")
    assert not sandbox.files.exists(f"{folder}/tree/kept.txt")
    with pytest.raises(FileUploadError) as refused:
        sandbox.files.upload_dir(tree, f"{folder}/tree", conflict="error")
    assert refused.value.reason == "target_conflict"
