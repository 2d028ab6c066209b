"""Colleagues who read aloud: their invitations, and their chats."""

import sqlalchemy as sa
from alembic import op

from bot.errors import BotError

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "staff_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_key", sa.String(64), nullable=False),
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_invitation")),
        sa.UniqueConstraint("code_key", name=op.f("uq_staff_invitation_code_key")),
    )
    op.create_table(
        "staff_chat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_key", sa.String(64), nullable=False),
        sa.Column("invitation_id", NUMBER, nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=True),
        sa.Column("reads", sa.String(), nullable=True),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("asked_folder", sa.String(), nullable=True),
        sa.Column("asked_page", sa.Integer(), nullable=True),
        sa.Column("asked_hash", sa.String(16), nullable=True),
        sa.Column("is_recorded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["staff_invitation.id"], name=op.f("fk_staff_chat_invitation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_chat")),
        sa.UniqueConstraint("chat_key", name=op.f("uq_staff_chat_chat_key")),
    )
    op.create_index("ix_staff_chat_invitation_id", "staff_chat", ["invitation_id"])


def downgrade() -> None:
    """Refuse to go back: who was registered would be lost."""
    raise BotError("There is no way back to the tables before. Restore a backup that has them.")
