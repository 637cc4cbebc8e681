"""Writing a file so that a reader finds the whole old one or the whole new one."""

import os
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Put data in place of what the file holds, or make it.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    # By the process: of two that write at once neither sees half of the other's.
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
