"""Indexes for what every minute asks: what is due, whose turn it is, what points to a delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DUE = {"due_asked": ("asked", "asked = 1"), "due_planned": ("NOT asked", "asked = 0")}
POINTING = {"deliveries_about": "about_id", "deliveries_of_question": "question_id"}


def upgrade() -> None:
    """Go forward: SQLite never took the two of what is due, since it asks in other words."""
    for name, (_, on_sqlite) in DUE.items():
        if op.get_bind().dialect.name == "sqlite":
            op.drop_index(name, table_name="delivery")
            create_due(name, on_sqlite)
    for name, column in POINTING.items():
        is_there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            name, "delivery", [column], sqlite_where=is_there, postgresql_where=is_there
        )
    op.drop_index(op.f("ix_stored_update_chat_key"), table_name="stored_update")
    op.create_index("updates_of_chat", "stored_update", ["chat_key", "status"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("updates_of_chat", table_name="stored_update")
    op.create_index(op.f("ix_stored_update_chat_key"), "stored_update", ["chat_key"])
    for name in POINTING:
        op.drop_index(name, table_name="delivery")
    for name, (everywhere, _) in DUE.items():
        if op.get_bind().dialect.name == "sqlite":
            op.drop_index(name, table_name="delivery")
            create_due(name, everywhere)


def create_due(name: str, condition: str) -> None:
    """Make an index of what is planned."""
    op.create_index(
        name, "delivery", ["due_at"], sqlite_where=sa.text(f"status = 'planned' AND {condition}")
    )
