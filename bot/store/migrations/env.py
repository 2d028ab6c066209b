"""What Alembic runs: the migrations, on the connection that it was handed."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from bot.store.columns import Days, Moment, Word


def render_plainly(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as the plain ones beneath, so that a migration stands by itself."""
    if kind != "type":
        return False
    if isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Word | Days):
        return f"sa.String({item.impl.length})"
    if isinstance(item, AutoString):
        return f"sa.String({item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_plainly,
)
with context.begin_transaction():
    context.run_migrations()
