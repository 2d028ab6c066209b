"""Settings history and send budget.

Columns are added in place, since SQLite cannot rebuild a table that others refer to.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from bot.errors import BotError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EARLY = "2000-01-03 00:00:00+00:00"  # stands in a new column until its rows are filled
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEFT = ("paused", "stopped", "unreachable")
INDEXES = (
    ("due_asked", ["due_at"], "status = 'planned' AND asked", False),
    ("due_planned", ["due_at"], "status = 'planned' AND NOT asked", False),
    ("claims", ["guardian_id"], "status = 'claimed'", False),
    (
        "one_delivery_for_each_slot",
        ["guardian_id", "child_id", "slot_on"],
        "kind = 'programme'",
        True,
    ),
)


def upgrade() -> None:
    """Go forward."""
    add_tables()
    add_columns()
    fill_columns()
    change_indexes()


def add_tables() -> None:
    op.create_table(
        "send_budget",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_seconds", sa.Float(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_budget")),
    )
    op.create_table(
        "centre_theme",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("words", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_centre_theme_centre_id")
        ),
        sa.PrimaryKeyConstraint("centre_id", "monday", name=op.f("pk_centre_theme")),
    )
    op.create_table(
        "guardian_setting",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("guardian_id", NUMBER, nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("days", sa.String(7), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.id"], name=op.f("fk_guardian_setting_guardian_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_setting")),
    )
    op.create_index("ix_guardian_setting_guardian_id", "guardian_setting", ["guardian_id"])


def add_columns() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column(
        "child_week", sa.Column("monday", sa.Date(), nullable=False, server_default=EARLY[:10])
    )
    op.add_column("child_week", sa.Column("swapped_id", sa.String(40), nullable=True))
    op.add_column("child_week", sa.Column("sent_at", moment, nullable=True))
    op.add_column("delivery", sa.Column("slot_on", sa.Date(), nullable=True))
    op.add_column(
        "delivery", sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "delivery", sa.Column("lost_answers", sa.Integer(), nullable=False, server_default="0")
    )
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_delivery_about_id REFERENCES delivery (id)"
    op.execute(f"ALTER TABLE delivery ADD COLUMN about_id {kind} {reference}")
    op.add_column("guardian", sa.Column("snoozed_until", moment, nullable=True))
    op.add_column(
        "guardian", sa.Column("pace", sa.String(20), nullable=False, server_default="full")
    )
    for name in ("settled_at", "heard_at"):
        op.add_column("guardian", sa.Column(name, moment, nullable=False, server_default=EARLY))
    op.add_column("guardian", sa.Column("replied_at", moment, nullable=True))
    op.add_column("guardian", sa.Column("last_monday", sa.Date(), nullable=True))
    op.add_column(
        "guardian", sa.Column("ignored_weeks", sa.Integer(), nullable=False, server_default="0")
    )


def fill_columns() -> None:
    op.execute("UPDATE guardian SET settled_at = joined_at, heard_at = joined_at")
    op.execute("UPDATE delivery SET lost_answers = 1 WHERE in_doubt")
    op.execute("UPDATE delivery SET asked = (1 = 1) WHERE planned_at = due_at")
    begin_histories()
    fill_dates()


def begin_histories() -> None:
    """Let every guardian's history begin with what is set now, and end where it was left."""
    columns = "guardian_id, from_at, zone, days, hour, quiet_from, quiet_until, state"
    kept = "zone, days, hour, quiet_from, quiet_until"
    op.execute(
        f"INSERT INTO guardian_setting ({columns}) "
        f"SELECT id, joined_at, {kept}, 'active' FROM guardian ORDER BY id"
    )
    left = ", ".join(f"'{word}'" for word in LEFT)
    left_at = (
        "(SELECT max(happened_at) FROM engagement_event "
        f"WHERE engagement_event.guardian_id = guardian.id AND kind IN ({left}))"
    )
    op.execute(
        f"INSERT INTO guardian_setting ({columns}) "
        f"SELECT id, coalesce({left_at}, joined_at), {kept}, state "
        f"FROM guardian WHERE state IN ({left})"
    )
    op.execute(
        "UPDATE guardian SET settled_at = (SELECT max(from_at) FROM guardian_setting "
        "WHERE guardian_setting.guardian_id = guardian.id)"
    )


def fill_dates() -> None:
    """Write down the guardian's date of every slot, and the Monday of every child's week."""
    connection = op.get_bind()
    slots = connection.execute(
        sa.text(
            "SELECT delivery.id, slot_at, zone FROM delivery "
            "JOIN guardian ON guardian.id = guardian_id WHERE slot_at IS NOT NULL"
        ).columns(slot_at=sa.DateTime(timezone=True))
    )
    dates = [{"number": row.id, "day": local_date(row.slot_at, row.zone)} for row in slots]
    if dates:
        statement = sa.text("UPDATE delivery SET slot_on = :day WHERE id = :number")
        connection.execute(statement.bindparams(sa.bindparam("day", type_=sa.Date())), dates)
    weeks = connection.execute(
        sa.text("SELECT child_id, week, chosen_at FROM child_week").columns(
            chosen_at=sa.DateTime(timezone=True)
        )
    )
    for row in weeks:
        day_on = local_date(row.chosen_at, "UTC")
        monday = day_on - timedelta(days=day_on.weekday())
        connection.execute(
            sa.text(
                "UPDATE child_week SET monday = :monday, sent_at = chosen_at "
                "WHERE child_id = :child AND week = :week"
            ).bindparams(sa.bindparam("monday", type_=sa.Date())),
            {"monday": monday, "child": row.child_id, "week": row.week},
        )


def local_date(moment: datetime, zone: str) -> date:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return datetime.astimezone(aware, ZoneInfo(zone)).date()


def change_indexes() -> None:
    for name in (
        "due_deliveries",
        "ix_delivery_child_id",
        "deliveries_of_guardian",
        "one_delivery_for_each_slot",
    ):
        op.drop_index(name, "delivery")
    op.execute("ALTER TABLE delivery DROP COLUMN in_doubt")
    op.create_index("deliveries_of_guardian", "delivery", ["guardian_id", "ended_at"])
    for name, columns, where, is_unique in INDEXES:
        condition = sa.text(where)
        op.create_index(
            name,
            "delivery",
            columns,
            unique=is_unique,
            sqlite_where=condition,
            postgresql_where=condition,
        )


def downgrade() -> None:
    """Refuse to go back: the histories would be lost."""
    raise BotError("There is no way back to the first tables. Restore a backup that has them.")
