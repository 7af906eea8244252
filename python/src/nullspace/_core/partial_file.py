"""A local file that is there when all of it is."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def partial_file(target: Path) -> Iterator[IO[bytes]]:
    """A file beside the target. It takes its place at the end of the block, unless that fails."""
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such local folder", str(target.parent))
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        part = Path(file.name)
        try:
            yield file
            file.flush()
            # Temporary files are for their owner alone; this one gets what any new file gets.
            umask = os.umask(0)
            os.umask(umask)
            part.chmod(0o666 & ~umask)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
