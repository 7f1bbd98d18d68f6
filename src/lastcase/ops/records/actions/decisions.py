"""Signed decisions: the day 0 of a target set, an extension, an exemption. Later ones replace earlier; all
are kept."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

import polars as pl

from lastcase.core.facts.receipts import ACT_FEED
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.actions.facts import RecordReport, record_facts
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak


def sign_decision(
    outbreak: str | Outbreak,
    kind: str,
    *,
    by: Actor,
    reason: str,
    signed_at: datetime,
    subject: str | None = None,
    person_id: str | None = None,
    area_id: str | None = None,
    value_on: date | None = None,
    until_at: datetime | None = None,
) -> RecordReport:
    """Sign a decision of `kind` (a code of `decisions`) in the name of the actor's post. Raises
    RecordsError."""
    row = {
        "decision_id": uuid4().hex,
        "decision_kind": kind,
        "subject": subject,
        "person_id": person_id,
        "area_id": area_id,
        "value_on": value_on,
        "until_at": until_at,
        "signed_at": signed_at,
        "signed_by": f"{by.name} ({by.post_name})",
        "reason": reason,
    }
    return record_facts(get_outbreak(outbreak), {"decisions": pl.DataFrame([row])}, by=by, feed=ACT_FEED)
