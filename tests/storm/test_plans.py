"""What a bot asks its database, all day long, is answered by an index, however much is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from tests.hardening.crowd import live, settle
from tests.town import Town

pytestmark = pytest.mark.anyio
MESSAGES = 20
GROWING = {  # tables that grow with families, or with every message
    *("child", "child_week", "code_attempt", "consent", "delivery", "engagement_event", "guardian"),
    *("guardian_setting", "newcomer", "pair", "question", "stored_update", "card", "consent_word"),
}
OF_THE_TESTS = "count(*)"  # how a town sees that something was sent


@contextmanager
def hearing(town: Town) -> Iterator[dict[str, Any]]:
    """Hear what is asked of a town's database, once each, with values that it was asked with."""
    asked: dict[str, Any] = {}
    engine = town.store.database.engine.sync_engine

    def hear(_c: Any, _cursor: Any, said: str, given: Any, _context: Any, many: bool) -> None:
        if said.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and OF_THE_TESTS not in said:
            asked.setdefault(said, given[0] if many else given)

    event.listen(engine, "before_cursor_execute", hear)
    yield asked
    event.remove(engine, "before_cursor_execute", hear)


def list_scanned(connection: Connection, said: str, given: Any) -> set[str]:
    """List the tables that a statement goes through from end to end."""
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given).all()
        return {row[3].split()[1] for row in plan if is_scan(row[3])}
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    [(plan,)] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {said}", given).all()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return set(list_seq_scans(found[0]["Plan"]))


def is_scan(step: str) -> bool:
    """Say whether a step of SQLite's goes through a table; the few rows of `claims` may be."""
    return step.startswith("SCAN ") and "USING INDEX claims" not in step


def list_seq_scans(node: dict[str, Any]) -> Iterator[str]:
    """List what PostgreSQL goes through though it was told to avoid that."""
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for each in node.get("Plans", ()):
        yield from list_seq_scans(each)


async def test_no_table_that_grows_is_gone_through_for_a_message_or_a_tap(town: Town) -> None:
    with hearing(town) as asked:
        for name, language in (("Amina", "ar"), ("Bashir", "da")):
            phone = town.phone(name, language=language)
            await live(town, phone, await town.card(language))
        for _ in range(MESSAGES):
            await town.skip_to_next()
        await phone.tap(await phone.write("/forget"), "forget-surely")
        await settle(town)
        await town.runtime.read_condition()  # as metrics and alarms do, all the time

    assert len(asked) > 100
    async with town.store.database.reading() as session:
        connection = await session.connection()
        scanned = {
            said: found
            for said, given in asked.items()
            if (found := GROWING & await connection.run_sync(list_scanned, said, given))
        }
    assert scanned == {}
