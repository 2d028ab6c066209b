"""Turn the store's Arrow batches into an export's, column by column: the same as `rows`, fast."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy
import pyarrow

from bot.report.exports.columns import Column, Kind, Table
from bot.report.exports.parquet import schema_of
from bot.report.exports.pseudonyms import BLOCK, DIGITS, Pseudonyms, prefix_of
from bot.report.exports.standing import FLAGS, OfChild, Standing

DAY = 86_400_000_000  # in microseconds
QUARTER = DAY // 96
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Numbers = numpy.ndarray[Any, numpy.dtype[Any]]


def make_batch(
    table: Table,
    batch: pyarrow.RecordBatch,
    *,
    allowed: bytes,
    standing: Standing,
    pseudonyms: Pseudonyms,
) -> pyarrow.RecordBatch:
    """Make a table's rows from the store's, in the order of their keys; not what is not allowed."""
    child = numbers_of(batch, "child_id")
    guardian = numbers_of(batch, "guardian_id")
    of_child = look_up(standing.children, child)
    pairs = of_child * FLAGS + look_up(standing.guardians, guardian)
    kept = numpy.flatnonzero(numpy.frombuffer(allowed, numpy.uint8)[pairs])
    key = next(each for each in table.columns if each.name == table.key)
    names = encrypt(pseudonyms, key.of, numbers_of(batch, key.from_column)[kept])
    kept = kept[numpy.argsort(names[:, 0])]  # the place of a row tells nothing of its number
    is_linked = (of_child & OfChild.LINKED) > 0
    zones = zone_places(standing, guardian, child)[kept]
    taken = batch.take(pyarrow.array(kept))
    linked = numpy.where(is_linked, child, 0)[kept]
    made = []
    for column in table.columns:
        if column.kind is Kind.PSEUDONYM:
            is_child = column.from_column == "linked_child_id"
            numbers = linked if is_child else numbers_of(taken, column.from_column)
            made.append(name_all(pseudonyms, column.of, numbers))
        else:
            made.append(make_column(column, taken.column(column.from_column), zones, standing))
    return pyarrow.record_batch(made, schema=schema_of(table))


def numbers_of(batch: pyarrow.RecordBatch, name: str) -> Numbers:
    """Give a column of numbers, 0 where there is none, and a column of zeros where it lacks."""
    if name not in batch.schema.names:
        return numpy.zeros(len(batch), numpy.int64)
    filled: Numbers = batch.column(name).fill_null(0).to_numpy(zero_copy_only=False)
    return filled


def look_up(flags: bytearray, numbers: Numbers) -> Numbers:
    """Look up the flags of numbers; of one that nobody knows there are none."""
    table = numpy.append(numpy.frombuffer(flags, numpy.uint8), numpy.uint8(0))
    return table[numpy.minimum(numbers, len(flags))].astype(numpy.intp)


def zone_places(standing: Standing, guardian: Numbers, child: Numbers) -> Numbers:
    """Give the place of each row's zone: the guardian's, or the child's centre's."""
    of_guardian = look_up(standing.zone_of_guardian, guardian)
    of_child = look_up(standing.zone_of_child, child)
    return numpy.where(guardian > 0, of_guardian, of_child)


def encrypt(pseudonyms: Pseudonyms, of: str, numbers: Numbers) -> Numbers:
    """Encrypt numbers as blocks; one row for each, of its two halves."""
    blocks = numpy.empty((len(numbers), 2), "<u8")
    blocks[:, 0] = numpy.frombuffer(prefix_of(of), "<u8")[0]
    blocks[:, 1] = numbers
    shape = (len(numbers), BLOCK // 8)
    return numpy.frombuffer(pseudonyms.encrypt(blocks.tobytes()), ">u8").reshape(shape)


def name_all(pseudonyms: Pseudonyms, of: str, numbers: Numbers) -> pyarrow.Array:
    """Name numbers, in their order; 0 is nothing."""
    halves = numpy.ascontiguousarray(encrypt(pseudonyms, of, numbers)[:, 0])
    text = halves.tobytes().hex().encode()
    offsets = numpy.arange(len(numbers) + 1, dtype=numpy.int32) * DIGITS
    is_there = numbers != 0
    if is_there.all():
        buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(text)]
        return pyarrow.Array.from_buffers(pyarrow.string(), len(numbers), buffers)
    known = numpy.packbits(is_there, bitorder="little").tobytes()
    buffers = [pyarrow.py_buffer(known), pyarrow.py_buffer(offsets), pyarrow.py_buffer(text)]
    return pyarrow.Array.from_buffers(pyarrow.string(), len(numbers), buffers)


def make_column(
    column: Column, values: pyarrow.Array, zones: Numbers, standing: Standing
) -> pyarrow.Array:
    """Make one column that is no pseudonym."""
    if column.kind is Kind.LOCAL:
        return tell_local(values, zones, standing.zones)
    if column.kind is Kind.MOMENT:
        return values.cast(pyarrow.timestamp("us", "UTC"))
    if column.kind is Kind.YES_NO:
        return values.cast(pyarrow.bool_())
    return values


def tell_local(moments: pyarrow.Array, zones: Numbers, known: Sequence[ZoneInfo]) -> pyarrow.Array:
    """Tell what the clocks of the rows' zones showed at moments in microseconds."""
    is_missing = moments.is_null().to_numpy(zero_copy_only=False)
    utc: Numbers = moments.cast(pyarrow.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    if is_missing.all():
        return moments
    present = utc[~is_missing]
    first, last = int(present.min()) // DAY, int(present.max()) // DAY
    local = utc.copy()
    for place in numpy.unique(zones):
        changes, offsets = list_offsets(known[place], first, last)
        of_zone = zones == place
        local[of_zone] += offsets[numpy.searchsorted(changes, utc[of_zone], side="right")]
    return pyarrow.array(local, mask=is_missing).cast(pyarrow.timestamp("us"))


@lru_cache(maxsize=1024)
def list_offsets(zone: ZoneInfo, first: int, last: int) -> tuple[Numbers, Numbers]:
    """List when a zone's clocks change between two days since 1970, and the offsets around it.

    Clocks change on a quarter of an hour; all of it is in microseconds.
    """
    changes, offsets = [], [offset_at(zone, first * DAY)]
    for day in range(first, last + 1):
        if offset_at(zone, (day + 1) * DAY) == offsets[-1]:
            continue
        for moment in range(day * DAY, (day + 1) * DAY + 1, QUARTER):
            offset = offset_at(zone, moment)
            if offset != offsets[-1]:
                changes.append(moment)
                offsets.append(offset)
    return numpy.array(changes, numpy.int64), numpy.array(offsets, numpy.int64)


def offset_at(zone: ZoneInfo, moment: int) -> int:
    """Give how far a zone's clocks are ahead of UTC at a moment."""
    offset = (EPOCH + timedelta(microseconds=moment)).astimezone(zone).utcoffset()
    return (offset or timedelta()) // timedelta(microseconds=1)
