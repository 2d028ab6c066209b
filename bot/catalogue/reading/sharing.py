"""Read very many folders on two cores: a second process reads a part of them, and hands it back.

It is a copy of this one (fork), so that it needs no start of its own. A process of several threads
is never copied, nor one on a machine that cannot: it reads all by itself, with the same result.
"""

import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from bot.catalogue.reading.folders import Folder
from bot.catalogue.reading.parsing import Findings

MANY_FOLDERS = 200  # to hand over what was read takes as long as to read some dozens
OUR_SHARE = 0.44  # of the folders: this process has other things to do as well
Read = TypeVar("Read")
Reader = Callable[[Folder, Findings], Read]
Results = list[tuple[Read, Findings]]


class SharedReading(Generic[Read]):
    """Folders of which a second process reads the last from now on, whatever this one does."""

    def __init__(self, folders: Sequence[Folder], read: Reader[Read]) -> None:
        """Start the second process."""
        share = int(len(folders) * OUR_SHARE)
        self.ours, self.theirs = folders[:share], folders[share:]
        self.read = read
        context = multiprocessing.get_context("fork")
        self.receiving, sending = context.Pipe(duplex=False)
        arguments = (self.theirs, read, sending)
        self.other = context.Process(target=read_and_send, args=arguments, daemon=True)
        self.other.start()
        sending.close()

    def finish(self) -> Iterator[tuple[Folder, tuple[Read, Findings]]]:
        """Read the first folders here; give every folder, in order, with what was read of it.

        What the second process did not hand over, whatever ended it, is read then and there.
        """
        ours = read_all(self.ours, self.read)
        theirs: Results[Read] | None = take(self.receiving)
        self.other.join()
        read = [*ours, *(theirs or read_all(self.theirs, self.read))]
        return zip([*self.ours, *self.theirs], read, strict=True)


def may_share(folders: Sequence[Folder]) -> bool:
    """Say whether there is enough to share, and somebody to share it with."""
    is_alone = threading.active_count() == 1
    is_linux = sys.platform == "linux"
    return (
        len(folders) >= MANY_FOLDERS
        and is_linux
        and is_alone
        and len(os.sched_getaffinity(0)) > 1  # cores that this process may use
    )


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
