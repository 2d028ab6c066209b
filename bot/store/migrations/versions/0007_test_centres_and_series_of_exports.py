"""Centres where staff try things out, and what was exported in each series."""

import sqlalchemy as sa
from alembic import op

from bot.errors import BotError

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "centre", sa.Column("is_test", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "export_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("exported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_series")),
        sa.UniqueConstraint("name", name=op.f("uq_export_series_name")),
    )
    op.create_table(
        "exported_part",
        sa.Column("series_id", NUMBER, nullable=False),
        sa.Column("file", sa.String(40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["export_series.id"], name=op.f("fk_exported_part_series_id")
        ),
        sa.PrimaryKeyConstraint("series_id", "file", "part", name=op.f("pk_exported_part")),
    )


def downgrade() -> None:
    """Refuse to go back: a series could not be continued."""
    raise BotError("There is no way back to the tables before. Restore a backup that has them.")
