"""What schools say of children apart from them, arms, and how every row of a file ended."""

import sqlalchemy as sa
from alembic import op

from bot.errors import BotError

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
IN_USE = sa.text("ended <> 'quarantined'")


def upgrade() -> None:
    """Go forward."""
    make_roster()
    make_arms()
    change_outcomes()


def make_roster() -> None:
    """Take a child's flag over into a table that the evaluation alone reads."""
    op.create_table(
        "roster_entry",
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("home_language", sa.String(10), nullable=True),
        sa.Column("baseline", sa.Float(), nullable=True),
        sa.Column("disadvantage", sa.String(20), nullable=True),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_roster_entry_child_id")),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_roster_entry")),
    )
    op.execute(
        "INSERT INTO roster_entry (child_id, disadvantage, imported_at) "
        "SELECT id, CASE WHEN is_disadvantaged THEN 'low' ELSE 'other' END, enrolled_at "
        "FROM child WHERE is_disadvantaged IS NOT NULL"
    )
    op.drop_column("child", "is_disadvantaged")


def make_arms() -> None:
    """Make the tables of a draw."""
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("listed", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("digest", name=op.f("uq_allocation_digest")),
    )
    op.create_table(
        "arm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allocation_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("is_control", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["allocation_id"], ["allocation.id"], name=op.f("fk_arm_allocation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arm")),
    )
    op.create_index("ix_arm_allocation_id", "arm", ["allocation_id"])
    op.create_index("one_arm", "arm", ["allocation_id", "name"], unique=True)
    op.create_table(
        "allotment",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("arm_id", NUMBER, nullable=False),
        sa.Column("centre_id", NUMBER, nullable=True),
        sa.Column("child_id", NUMBER, nullable=True),
        sa.Column("stratum", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["arm_id"], ["arm.id"], name=op.f("fk_allotment_arm_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_allotment_centre_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_allotment_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
    )
    op.create_index("ix_allotment_arm_id", "allotment", ["arm_id"])
    op.create_index("ix_allotment_centre_id", "allotment", ["centre_id"])
    op.create_index("ix_allotment_child_id", "allotment", ["child_id"])
    op.create_index("one_arm_of_a_centre", "allotment", ["centre_id"], unique=True)
    op.create_index("one_arm_of_a_child", "allotment", ["child_id"], unique=True)


def change_outcomes() -> None:
    """Let every row of a file be kept, with how it ended."""
    op.add_column(
        "outcome_file", sa.Column("mapping", sa.String(), nullable=False, server_default="")
    )
    op.add_column("outcome_file", sa.Column("undone_at", MOMENT, nullable=True))
    op.drop_index("one_outcome", "outcome")
    with op.batch_alter_table("outcome") as outcome:
        outcome.alter_column("child_id", existing_type=NUMBER, nullable=True)
        outcome.alter_column("score", existing_type=sa.Float(), nullable=True)
        outcome.alter_column("id", existing_type=sa.Integer(), type_=NUMBER)
        outcome.add_column(sa.Column("line", sa.Integer(), nullable=False, server_default="0"))
        outcome.add_column(sa.Column("written_code", sa.String(80), nullable=True))
        outcome.add_column(sa.Column("missing", sa.String(40), nullable=True))
        outcome.add_column(
            sa.Column("ended", sa.String(20), nullable=False, server_default="accepted")
        )
        outcome.add_column(sa.Column("reason", sa.String(), nullable=True))
    op.create_index(
        "one_outcome",
        "outcome",
        ["child_id", "instrument", "wave"],
        unique=True,
        sqlite_where=IN_USE,
        postgresql_where=IN_USE,
    )


def downgrade() -> None:
    """Refuse to go back: arms and rosters would be lost."""
    raise BotError("There is no way back to the tables before. Restore a backup that has them.")
