"""Local directories as archives, and archives as local directories."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import pathspec

from ..errors import SandboxError
from .encode import invalid_request
from .tar import tarfile
from .upload_source import spooled

IGNORE_FILE = ".nullspaceignore"


def pack_directory(source: Path, patterns: Iterable[str] | None) -> IO[bytes]:
    """A tar of a directory in a temporary file, read from its start.

    The same files give the same bytes: owners and times are left out, since both differ between machines.
    """
    if not source.is_dir():
        raise invalid_request(f"{source} is not a directory")
    archive = spooled()
    try:
        with tarfile.open(mode="w|", format=tarfile.PAX_FORMAT, fileobj=archive) as tar:
            for relative, path in _entries(source, _ignore_rules(source, patterns or ())):
                _add(tar, relative, path)
    except BaseException:
        archive.close()
        raise
    archive.seek(0)
    return archive


def unpack_archive(archive: IO[bytes], target: Path) -> list[str]:
    """Unpacks into a directory, which is made if it is missing; what else is in it stays.

    The archive comes out of a sandbox: paths that lead out of the directory, and what is neither file,
    directory nor link, are refused. Links that lead out are left out; their names are returned.
    """
    left_out: list[str] = []
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(mode="r|", fileobj=archive) as tar:
            for member in tar:
                if not (member.isfile() or member.isdir() or member.issym()):
                    raise _invalid(f"{member.name} is neither a file, a directory nor a link")
                member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
                try:
                    tar.extract(tarfile.data_filter(member, str(target)), target, filter="data")
                except (tarfile.AbsoluteLinkError, tarfile.LinkOutsideDestinationError):
                    left_out.append(member.name)
    except (tarfile.TarError, OSError) as cause:
        raise _invalid(str(cause)) from cause
    return left_out


def _entries(root: Path, ignored: pathspec.GitIgnoreSpec) -> Iterator[tuple[str, Path]]:
    def walk(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            relative = f"{prefix}{entry.name}"
            is_dir = entry.is_dir(follow_symlinks=False)
            if ignored.match_file(f"{relative}/" if is_dir else relative):
                continue
            yield relative, Path(entry.path)
            if is_dir:
                yield from walk(Path(entry.path), f"{relative}/")

    return walk(root, "")


def _ignore_rules(root: Path, patterns: Iterable[str]) -> pathspec.GitIgnoreSpec:
    file = root / IGNORE_FILE
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return pathspec.GitIgnoreSpec.from_lines([*lines, *patterns])


def _add(tar: tarfile.TarFile, relative: str, path: Path) -> None:
    found = path.lstat()
    info = tarfile.TarInfo(relative)
    info.mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISDIR(found.st_mode):
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
    elif stat.S_ISLNK(found.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, str(path.readlink())
        _refuse_leaving(relative, info.linkname)
        tar.addfile(info)
    elif stat.S_ISREG(found.st_mode):
        info.size = found.st_size
        with path.open("rb") as content:
            tar.addfile(info, content)
    else:
        raise invalid_request(
            f"{relative} is neither a file, a directory nor a link: leave it out with {IGNORE_FILE}"
        )


def _refuse_leaving(link: str, target: str) -> None:
    # The server would refuse the whole upload.
    depth = len(PurePosixPath(link).parent.parts)
    for part in PurePosixPath(target).parts:
        depth += {"..": -1, "/": -depth - 1}.get(part, 1)
        if depth < 0:
            raise invalid_request(f"the link {link} leads out of the directory ({target}): leave it out")


def _invalid(why: str) -> SandboxError:
    return SandboxError(f"the archive was not unpacked further: {why}", "invalid_archive")
