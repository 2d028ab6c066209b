"""Joining, asking, and being forgotten.

Columns are added in place, since SQLite cannot rebuild a table that others refer to; nobody refers
to a newcomer.
"""

import sqlalchemy as sa
from alembic import op

from bot.errors import BotError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(20)


def upgrade() -> None:
    """Go forward."""
    add_posters()
    add_attempts()
    add_questions()
    add_tombstones()
    add_columns()


def add_posters() -> None:
    op.create_table(
        "poster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", NUMBER, nullable=False),
        sa.Column("code_key", sa.String(64), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_poster_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster")),
        sa.UniqueConstraint("code_key", name=op.f("uq_poster_code_key")),
    )
    op.create_index("ix_poster_centre_id", "poster", ["centre_id"])
    with op.batch_alter_table("newcomer") as newcomer:
        newcomer.alter_column("card_id", existing_type=NUMBER, nullable=True)
        newcomer.add_column(sa.Column("poster_id", NUMBER, nullable=True))
        newcomer.create_foreign_key("fk_newcomer_poster_id", "poster", ["poster_id"], ["id"])
        newcomer.create_index("ix_newcomer_poster_id", ["poster_id"])


def add_attempts() -> None:
    op.create_table(
        "code_attempt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("chat_key", sa.String(64), nullable=False),
        sa.Column("attempted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_attempt")),
    )
    op.create_index("ix_code_attempt_chat_key", "code_attempt", ["chat_key"])
    op.create_index("ix_code_attempt_attempted_at", "code_attempt", ["attempted_at"])


def add_questions() -> None:
    op.create_table(
        "question",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("guardian_id", NUMBER, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.id"], name=op.f("fk_question_guardian_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_guardian_id", "question", ["guardian_id"])
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "open_questions",
        "question",
        ["is_urgent", "asked_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_delivery_question_id REFERENCES question (id)"
    op.execute(f"ALTER TABLE delivery ADD COLUMN question_id {kind} {reference}")


def add_tombstones() -> None:
    op.create_table(
        "tombstone",
        sa.Column("chat_key", sa.String(64), nullable=False),
        sa.Column("forgotten_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("chat_key", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "forgotten_count",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("guardians", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_forgotten_count_centre_id")
        ),
        sa.PrimaryKeyConstraint("centre_id", "month", name=op.f("pk_forgotten_count")),
    )


def add_columns() -> None:
    op.add_column("card", sa.Column("printed_at", MOMENT, nullable=True))
    op.add_column("guardian", sa.Column("role", WORD, nullable=True))
    op.add_column("child", sa.Column("level_source", WORD, nullable=True))
    op.add_column("child", sa.Column("is_disadvantaged", sa.Boolean(), nullable=True))
    op.add_column(
        "child", sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("child", sa.Column("withdrawn_at", MOMENT, nullable=True))
    op.add_column("child", sa.Column("left_at", MOMENT, nullable=True))
    op.add_column("child", sa.Column("left_reason", WORD, nullable=True))
    op.add_column("engagement_event", sa.Column("material", sa.String(40), nullable=True))


def downgrade() -> None:
    """Refuse to go back: what was asked, and who was forgotten, would be lost."""
    raise BotError("There is no way back to the tables before. Restore a backup that has them.")
