"""Files that were damaged: pieces cut out, put in or written over, at places that are drawn."""

import io
import time
import timeit
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hypothesis import strategies as st

from bot.errors import Problem
from bot.web.wording import LONGEST_TOLD, wording_in

MOST_WORK = 10.0  # seconds of the process's own, for what takes milliseconds
LINEAR = 9  # four times as much may take this many times the work; with the square it takes 16
SHORT = 0.02  # seconds of work, in which chance tells more than growth
Damage = tuple[float, int, bytes]  # where, as a share of the file; how much goes; what comes


def damages(pieces: Sequence[bytes]) -> st.SearchStrategy[list[Damage]]:
    """Draw some damage, with pieces that are known to hurt and any other."""
    piece = st.sampled_from([b"", *pieces]) | st.binary(max_size=12)
    place = st.floats(0, 1, exclude_max=True)
    return st.lists(st.tuples(place, st.integers(0, 60), piece), min_size=1, max_size=5)


def damage(content: bytes, done: Sequence[Damage]) -> bytes:
    """Do damage."""
    for place, gone, come in done:
        at = int(place * (len(content) + 1))
        content = content[:at] + come + content[at + gone :]
    return content


def damage_part(book: bytes, part: float, done: Sequence[Damage]) -> bytes:
    """Damage one part of a workbook, and pack it well again."""
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    hurt = sorted(parts)[int(part * len(parts))]
    parts[hurt] = damage(parts[hurt], done)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return packed.getvalue()


def see_that_all_are_told(problems: Sequence[Problem]) -> None:
    """See that whoever reads the pages in Danish is told each problem in Danish."""
    words = wording_in("da")
    said = {text for each in problems for text in (each.what, each.instead)}
    english = [text for text in said if words.tell(text) == text]
    assert [text for text in english if len(text) <= LONGEST_TOLD] == []


@contextmanager
def no_hang() -> Iterator[None]:
    """See that something takes little work of the process: a busy machine has no part in it."""
    began = time.process_time()
    yield
    assert time.process_time() - began < MOST_WORK


def see_that_it_grows_in_line(work: Callable[[int], object]) -> None:
    """See that four times as much to do is about four times the work, not its square."""
    once, four = (measure_work(work, times) for times in (1, 4))
    assert four <= max(once, SHORT) * LINEAR


def measure_work(work: Callable[[int], object], times: int) -> float:
    """Measure the least that the process itself spends, in seconds, without collecting rubbish."""
    return min(timeit.repeat(lambda: work(times), number=1, repeat=3, timer=time.process_time))
