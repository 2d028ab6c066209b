"""Read very many folders on two cores: a second process reads a part of them, and hands it back.

It is a copy of this one (fork), so that it needs no start of its own. A process of several threads
is never copied, nor one on a machine that cannot: it reads all by itself, with the same result.
"""

import fcntl
import mmap
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

MANY_FOLDERS = 200  # to copy a process takes as long as to read some folders
BATCH = 10  # folders that are handed over together
ROOM = 1 << 20  # bytes that wait in the pipe, so that nobody waits for the other
Read = TypeVar("Read")
Reader = Callable[[Folder, Findings], Read]
Results = list[tuple[Read, Findings]]


class SharedReading(Generic[Read]):
    """Folders that this process reads from the first on, and a second one from the last.

    Whoever is quicker reads more: each says how many it has begun, until they meet. Should both
    begin the same batch, it is read twice, and nothing is lost.
    """

    def __init__(self, folders: Sequence[Folder], read: Reader[Read]) -> None:
        """Start the second process."""
        self.folders, self.read = folders, read
        self.batches = [folders[at : at + BATCH] for at in range(0, len(folders), BATCH)]
        self.begun = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")  # here, and there
        context = multiprocessing.get_context("fork")
        self.receiving, self.sending = context.Pipe(duplex=False)
        fcntl.fcntl(self.sending.fileno(), fcntl.F_SETPIPE_SZ, ROOM)
        self.other = context.Process(target=self._read_there, daemon=True)
        self.other.start()
        self.sending.close()

    def finish(self) -> Iterator[tuple[Folder, tuple[Read, Findings]]]:
        """Read here too; give every folder, in order, with what was read of it.

        What the second process did not hand over, whatever ended it, is read here at last.
        """
        theirs: list[Results[Read]] = []
        ours = self._read_here(theirs)
        while self._take(theirs):
            pass
        self.receiving.close()
        self.other.join()
        there = min(len(theirs), len(self.batches) - len(ours))
        missed = self.batches[len(ours) : len(self.batches) - there]
        between = [read_all(batch, self.read) for batch in missed]
        batches = [*ours, *between, *reversed(theirs[:there])]
        return zip(self.folders, (each for batch in batches for each in batch), strict=True)

    def _read_here(self, theirs: list[Results[Read]]) -> list[Results[Read]]:
        """Read batches from the first on, and take those of the other process as they come."""
        ours: list[Results[Read]] = []
        while len(ours) + self.begun[1] < len(self.batches):
            self.begun[0] = len(ours) + 1
            ours.append(read_all(self.batches[len(ours)], self.read))
            while self.receiving.poll() and self._take(theirs):
                pass
        return ours

    def _take(self, theirs: list[Results[Read]]) -> bool:
        """Take a batch that the second process read; say whether there was one."""
        try:
            theirs.append(pickle.loads(self.receiving.recv_bytes()))
        except EOFError:
            return False
        return True

    def _read_there(self) -> None:
        """Read batches from the last on, in the second process, and hand each over."""
        self.receiving.close()
        with self.sending:
            for place, batch in enumerate(reversed(self.batches), start=1):
                if place + self.begun[0] > len(self.batches):
                    return
                self.begun[1] = place
                send(self.sending, read_all(batch, self.read))


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


def send(sending: Connection, results: Results[Read]) -> None:
    """Hand over what was read."""
    sending.send_bytes(pickle.dumps(results, pickle.HIGHEST_PROTOCOL))
