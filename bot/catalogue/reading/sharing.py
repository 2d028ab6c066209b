"""Read very many folders on two cores: a second process reads a part of them, and hands it back.

It is a copy of this one (fork), so that it needs no start of its own. A process of several threads
is never copied, nor one on a machine that cannot: it reads all by itself, with the same result.
"""

import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

from bot.catalogue.reading.folders import Folder
from bot.catalogue.reading.parsing import Findings

OUR_SHARE = 0.57  # the other process hands over what it read, which takes a while
MANY_FOLDERS = 200  # to hand over what was read takes as long as to read some dozens
Read = TypeVar("Read")
Reader = Callable[[Folder, Findings], Read]
Results = list[tuple[Read, Findings]]


def read_shared(folders: Sequence[Folder], read: Reader[Read]) -> Results[Read]:
    """Read folders on two cores, each with what is found in it.

    What the second process did not hand over, whatever ended it, is read then and there.
    """
    ours = int(len(folders) * OUR_SHARE)
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    other = context.Process(target=read_and_send, args=(folders[ours:], read, sending), daemon=True)
    other.start()
    sending.close()
    read_here = read_all(folders[:ours], read)
    theirs: Results[Read] | None = take(receiving)
    other.join()
    return [*read_here, *(theirs or read_all(folders[ours:], read))]


def may_share(folders: Sequence[Folder]) -> bool:
    """Say whether there is enough to share, and somebody to share it with."""
    is_alone = threading.active_count() == 1
    has_cores = (os.cpu_count() or 1) > 1
    return len(folders) >= MANY_FOLDERS and sys.platform == "linux" and is_alone and has_cores


def read_all(folders: Sequence[Folder], read: Reader[Read]) -> Results[Read]:
    """Read folders, each with what was found in it."""
    results = []
    for folder in folders:
        findings = Findings()
        results.append((read(folder, findings), findings))
    return results


def read_and_send(folders: Sequence[Folder], read: Reader[Read], sending: Connection) -> None:
    """Read folders in the second process, and hand over what was read."""
    with sending:
        sending.send_bytes(pickle.dumps(read_all(folders, read), pickle.HIGHEST_PROTOCOL))


def take(receiving: Connection) -> Results[Read] | None:
    """Take what the second process read; None where it ended before."""
    with receiving:
        try:
            results: Results[Read] = pickle.loads(receiving.recv_bytes())
        except EOFError:
            return None
    return results
