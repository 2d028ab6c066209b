"""What content was seen on each machine, and why it is refused where it is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "content_folder",
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("version", sa.String(64), nullable=True),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("refused_version", sa.String(64), nullable=True),
        sa.Column("refused_at", MOMENT, nullable=True),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("problems", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("host", "folder", name=op.f("pk_content_folder")),
    )


def downgrade() -> None:
    """Go back: what was seen is seen again at the next start."""
    op.drop_table("content_folder")
