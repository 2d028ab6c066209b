"""Accepted catalogues, whole, by the hash of their content; one of them is the one that runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, func, select

from bot.store import deployment
from bot.store.database import Session, insert_into
from bot.store.states import DeliveryStatus
from bot.store.tables import CatalogueSnapshot, Delivery

SHORT = 12  # hex digits


class Accepted(NamedTuple):
    """A catalogue that was accepted, without its body, and how many deliveries were made of it."""

    version: str
    first_accepted_at: datetime
    accepted_at: datetime
    sent: int


def short(version: str) -> str:
    """Shorten a version to what people read and type."""
    return version[:SHORT]


async def accept_snapshot(session: Session, version: str, *, body: bytes, now: datetime) -> None:
    """Make a catalogue the one that every replica runs.

    Which one that is stands in one row, so that the one accepted last is known within one instant
    too, and on machines whose clocks differ.
    """
    first = insert_into(session, CatalogueSnapshot).values(
        version=version, body=body, first_accepted_at=now, accepted_at=now
    )
    await session.exec(
        first.on_conflict_do_update(index_elements=["version"], set_={"accepted_at": now})
    )
    await deployment.record_value(session, deployment.CATALOGUE, version)


async def find_accepted_version(session: Session) -> str | None:
    """Look up which catalogue runs; a database from before that was noted knows its latest."""
    noted = await deployment.find_value(session, deployment.CATALOGUE)
    if noted is not None:
        return noted
    statement = (
        select(CatalogueSnapshot.version)
        .order_by(col(CatalogueSnapshot.accepted_at).desc(), col(CatalogueSnapshot.version))
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def find_accepted(session: Session) -> CatalogueSnapshot | None:
    """Look up the catalogue that was accepted last."""
    version = await find_accepted_version(session)
    return await find_snapshot(session, version) if version else None


async def find_snapshot(session: Session, version: str) -> CatalogueSnapshot | None:
    """Look up a catalogue by its version."""
    return await session.get(CatalogueSnapshot, version)


async def find_accepted_at(session: Session, version: str) -> datetime | None:
    """Look up when a catalogue was last accepted."""
    statement = select(CatalogueSnapshot.accepted_at).where(
        col(CatalogueSnapshot.version) == version
    )
    return (await session.exec(statement)).first()


async def list_first_accepted(session: Session, versions: Iterable[str]) -> dict[str, datetime]:
    """Say of some versions when each was first accepted; one that never was is left out."""
    statement = select(CatalogueSnapshot.version, CatalogueSnapshot.first_accepted_at).where(
        col(CatalogueSnapshot.version).in_(sorted(versions))
    )
    return dict((await session.exec(statement)).all())


async def list_versions(session: Session, prefix: str) -> Sequence[str]:
    """List the versions that begin with some hex digits."""
    statement = (
        select(CatalogueSnapshot.version)
        .where(col(CatalogueSnapshot.version).startswith(prefix, autoescape=True))
        .order_by(col(CatalogueSnapshot.version))
    )
    return (await session.exec(statement)).all()


async def list_accepted(session: Session) -> list[Accepted]:
    """List every catalogue that was ever accepted, in the order of being accepted last."""
    sent = (
        select(Delivery.content_version, func.count().label("sent"))
        .where(col(Delivery.status) == DeliveryStatus.SENT)
        .group_by(col(Delivery.content_version))
        .subquery()
    )
    statement = (
        select(
            CatalogueSnapshot.version,
            CatalogueSnapshot.first_accepted_at,
            CatalogueSnapshot.accepted_at,
            func.coalesce(sent.c.sent, 0),
        )
        .join(sent, sent.c.content_version == col(CatalogueSnapshot.version), isouter=True)
        .order_by(col(CatalogueSnapshot.accepted_at), col(CatalogueSnapshot.version))
    )
    return [Accepted(*row) for row in (await session.exec(statement)).all()]
