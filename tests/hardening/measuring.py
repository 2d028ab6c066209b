"""What a process holds: memory, open files, tasks, and the bot's own maps."""

import asyncio
import ctypes
import gc
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.town import Town

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SIZES = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
    *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
)


class Sizes(ctypes.Structure):
    """What glibc's mallinfo2 tells, in bytes or counts, in its order."""

    _fields_ = [(name, ctypes.c_size_t) for name in SIZES]


@dataclass(frozen=True)
class Held:
    """What is held at one moment.

    `megabytes` are resident: what is in use, and what lies between. `allocated` are the megabytes
    that malloc has given out, `blocks` what Python's own allocator has: what is in use alone. (To
    list the objects would hold a tuple that another task is making, and break it.)
    """

    megabytes: float
    allocated: float
    blocks: int
    files: int
    tasks: int
    maps: dict[str, int]

    def __str__(self) -> str:
        """Say it in a line."""
        maps = ", ".join(f"{name} {size}" for name, size in self.maps.items())
        return (
            f"{self.megabytes:.1f} MB, {self.allocated:.1f} MB by malloc, {self.blocks} blocks, "
            f"{self.files} files, {self.tasks} tasks, {maps}"
        )


def measure(town: Town) -> Held:
    """Measure, once rubbish is gone and what the allocator keeps spare is given back."""
    gc.collect()
    libc = ctypes.CDLL(None)
    libc.malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Held(
        megabytes=pages * PAGE_BYTES / 1e6,
        allocated=count_allocated(libc) / 1e6,
        blocks=sys.getallocatedblocks(),
        files=len(os.listdir("/proc/self/fd")),  # noqa: PTH208  # pathlib opens one more
        tasks=len(asyncio.all_tasks()),
        maps=count_maps(town),
    )


def count_allocated(libc: ctypes.CDLL) -> int:
    """Count the bytes that malloc has given out, in all its arenas and in maps of their own."""
    libc.mallinfo2.restype = Sizes
    sizes = libc.mallinfo2()
    return int(sizes.uordblks + sizes.hblkhd)


def count_maps(town: Town) -> dict[str, int]:
    """Count what the bot keeps in memory by chat, by update, by file or by version."""
    runtime = town.runtime
    application, messenger = runtime.application, runtime.inbox._messenger
    return {
        "inbox": runtime.inbox.known,
        "turns": len(application.bot_data),
        "users": len(application.user_data) + len(application.chat_data),
        "marks": len(application._user_ids_to_be_updated_in_persistence)
        + len(application._chat_ids_to_be_updated_in_persistence),
        "chats in pace": len(runtime.pace._free_at),
        "file ids": len(messenger._file_ids),
        "uploads": len(messenger._uploading),
        "results": len(runtime.sender._results) + len(runtime.sender._flying),
        "catalogues": len(runtime.shelf._earlier),
        "absent": len(runtime._reaper._absent_since),
    }
