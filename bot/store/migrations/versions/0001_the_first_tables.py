"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "catalogue_snapshot",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("first_accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_catalogue_snapshot")),
    )
    with op.batch_alter_table("catalogue_snapshot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_catalogue_snapshot_accepted_at"), ["accepted_at"], unique=False
        )

    op.create_table(
        "centre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre")),
        sa.UniqueConstraint("code", name=op.f("uq_centre_code")),
    )
    op.create_table(
        "deployment",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deployment")),
    )
    op.create_table(
        "guardian",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_key", sa.String(64), nullable=False),
        sa.Column("chat_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("days", sa.String(7), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
        sa.UniqueConstraint("chat_key", name=op.f("uq_guardian_chat_key")),
    )
    op.create_table(
        "outcome_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_outcome_file_digest")),
    )
    op.create_table(
        "stored_update",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_key", sa.String(64), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("replies_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("replies_sent", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(40), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_update")),
    )
    with op.batch_alter_table("stored_update", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_update_chat_key"), ["chat_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_update_status"), ["status"], unique=False)

    op.create_table(
        "uploaded_media",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("bot_name", sa.String(64), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "bot_name", name=op.f("pk_uploaded_media")),
    )
    op.create_table(
        "child",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("study_code", sa.String(40), nullable=False),
        sa.Column("birth_month", sa.Date(), nullable=True),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_child_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child")),
        sa.UniqueConstraint("study_code", name=op.f("uq_child_study_code")),
    )
    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "guardian_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.id"], name=op.f("fk_consent_guardian_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_guardian_id"), ["guardian_id"], unique=False)

    op.create_table(
        "card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_key", sa.String(64), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_card_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("code_key", name=op.f("uq_card_code_key")),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_child_id"), ["child_id"], unique=False)

    op.create_table(
        "child_week",
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.String(40), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_child_week_child_id")),
        sa.PrimaryKeyConstraint("child_id", "week", name=op.f("pk_child_week")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "guardian_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("week", sa.Integer(), nullable=True),
        sa.Column("touch", sa.String(20), nullable=True),
        sa.Column("notice", sa.String(40), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.String(40), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("activity_id", sa.String(40), nullable=True),
        sa.Column("variant", sa.String(20), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("content_version", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_delivery_child_id")),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.id"], name=op.f("fk_delivery_guardian_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("deliveries_of_guardian", ["guardian_id", "status"], unique=False)
        batch_op.create_index("due_deliveries", ["status", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_child_id"), ["child_id"], unique=False)
        batch_op.create_index(
            "one_delivery_for_each_slot", ["guardian_id", "child_id", "slot_at"], unique=True
        )
        batch_op.create_index(
            "one_planned_for_each_pair",
            ["guardian_id", "child_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'programme' AND status IN ('planned', 'claimed')"),
            postgresql_where=sa.text("kind = 'programme' AND status IN ('planned', 'claimed')"),
        )

    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instrument", sa.String(80), nullable=False),
        sa.Column("wave", sa.String(40), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_outcome_child_id")),
        sa.ForeignKeyConstraint(["file_id"], ["outcome_file.id"], name=op.f("fk_outcome_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcome_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_file_id"), ["file_id"], unique=False)
        batch_op.create_index("one_outcome", ["child_id", "instrument", "wave"], unique=True)

    op.create_table(
        "pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "guardian_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_pair_child_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_pair_guardian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair")),
    )
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index("one_pair", ["guardian_id", "child_id"], unique=True)

    op.create_table(
        "engagement_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "guardian_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_engagement_event_child_id")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_engagement_event_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.id"], name=op.f("fk_engagement_event_guardian_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_event")),
    )
    with op.batch_alter_table("engagement_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_engagement_event_child_id"), ["child_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_engagement_event_delivery_id"), ["delivery_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_engagement_event_guardian_id"), ["guardian_id"], unique=False
        )

    op.create_table(
        "newcomer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_key", sa.String(64), nullable=False),
        sa.Column("card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_newcomer_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newcomer")),
        sa.UniqueConstraint("chat_key", name=op.f("uq_newcomer_chat_key")),
    )
    with op.batch_alter_table("newcomer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newcomer_card_id"), ["card_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_newcomer_opened_at"), ["opened_at"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("newcomer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_newcomer_opened_at"))
        batch_op.drop_index(batch_op.f("ix_newcomer_card_id"))

    op.drop_table("newcomer")
    with op.batch_alter_table("engagement_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_engagement_event_guardian_id"))
        batch_op.drop_index(batch_op.f("ix_engagement_event_delivery_id"))
        batch_op.drop_index(batch_op.f("ix_engagement_event_child_id"))

    op.drop_table("engagement_event")
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.drop_index("one_pair")
        batch_op.drop_index(batch_op.f("ix_pair_guardian_id"))
        batch_op.drop_index(batch_op.f("ix_pair_child_id"))

    op.drop_table("pair")
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.drop_index("one_outcome")
        batch_op.drop_index(batch_op.f("ix_outcome_file_id"))
        batch_op.drop_index(batch_op.f("ix_outcome_child_id"))

    op.drop_table("outcome")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "one_planned_for_each_pair",
            sqlite_where=sa.text("kind = 'programme' AND status IN ('planned', 'claimed')"),
            postgresql_where=sa.text("kind = 'programme' AND status IN ('planned', 'claimed')"),
        )
        batch_op.drop_index("one_delivery_for_each_slot")
        batch_op.drop_index(batch_op.f("ix_delivery_child_id"))
        batch_op.drop_index("due_deliveries")
        batch_op.drop_index("deliveries_of_guardian")

    op.drop_table("delivery")
    op.drop_table("child_week")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_child_id"))

    op.drop_table("card")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_guardian_id"))

    op.drop_table("consent")
    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_child_centre_id"))

    op.drop_table("child")
    op.drop_table("uploaded_media")
    with op.batch_alter_table("stored_update", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_update_status"))
        batch_op.drop_index(batch_op.f("ix_stored_update_chat_key"))

    op.drop_table("stored_update")
    op.drop_table("outcome_file")
    op.drop_table("guardian")
    op.drop_table("deployment")
    op.drop_table("centre")
    with op.batch_alter_table("catalogue_snapshot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_snapshot_accepted_at"))

    op.drop_table("catalogue_snapshot")
