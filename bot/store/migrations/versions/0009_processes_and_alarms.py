"""Which processes run, what staff were told of, and the zone in which each reads times."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("account") as table:
        table.add_column(
            sa.Column("zone", sa.String(64), nullable=False, server_default="Europe/Copenhagen")
        )
    op.create_table(
        "running_process",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_running_process")),
    )
    op.create_table(
        "standing_alarm",
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_standing_alarm")),
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("account") as table:
        table.drop_column("zone")
    op.drop_table("standing_alarm")
    op.drop_table("running_process")
