"""Who signs in to the console, what they did, what works behind its pages, who answers what.

A column is added in place, since SQLite cannot rebuild a table that others refer to.
"""

import sqlalchemy as sa
from alembic import op

from bot.errors import BotError

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
REFUSAL = "the audit trail can only be added to"
ON_SQLITE = [
    f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
]
ON_POSTGRESQL = [
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "EXECUTE FUNCTION refuse_audit_change()",
]


def upgrade() -> None:
    """Go forward."""
    make_accounts()
    make_audit()
    make_work()
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_question_handed_to REFERENCES account (id)"
    op.execute(f"ALTER TABLE question ADD COLUMN handed_to {kind} {reference}")
    op.create_index(op.f("ix_question_handed_to"), "question", ["handed_to"])
    op.create_index(
        "deliveries_ended",
        "delivery",
        ["ended_at", "status", "kind", "reason"],
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )


def make_accounts() -> None:
    """Make the tables of who signs in."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("passphrase_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("centre_id", NUMBER, nullable=True),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_account_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_index(op.f("ix_account_centre_id"), "account", ["centre_id"])
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("form_key", sa.String(43), nullable=False),
        sa.Column("browser", sa.String(120), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tried_key", sa.String(64), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_tried_key"), "sign_in_attempt", ["tried_key"])
    op.create_index(op.f("ix_sign_in_attempt_tried_at"), "sign_in_attempt", ["tried_at"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"])


def make_audit() -> None:
    """Make the audit trail, which can only be added to."""
    op.create_table(
        "audit_entry",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", NUMBER, nullable=True),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_audit_entry_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])
    op.create_index(op.f("ix_audit_entry_account_id"), "audit_entry", ["account_id"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if is_sqlite else ON_POSTGRESQL:
        op.execute(statement)


def make_work() -> None:
    """Make the tables of what works behind the pages."""
    op.create_table(
        "work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("is_to_stop", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_work_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
    )
    op.create_index(op.f("ix_work_account_id"), "work", ["account_id"])
    op.create_table(
        "work_part",
        sa.Column("work_id", NUMBER, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_part_work_id")),
        sa.PrimaryKeyConstraint("work_id", "part", name=op.f("pk_work_part")),
    )


def downgrade() -> None:
    """Refuse to go back: the audit trail would be lost."""
    raise BotError("There is no way back to the tables before. Restore a backup that has them.")
