"""The one write path of the record. Every action takes `by=` (who acts), checks power and place, and in one
transaction writes facts, audit, positions and the refresher's queue.
"""

from lastcase.ops.records.actions.batches import assign_duties, postpone_duties, record_done, undo_batch
from lastcase.ops.records.actions.decisions import sign_decision
from lastcase.ops.records.actions.drafts import copy_edition, save_draft
from lastcase.ops.records.actions.entries import record_entry
from lastcase.ops.records.actions.facts import RecordReport, record_facts, retire_facts
from lastcase.ops.records.actions.outbreaks import adopt_edition, create_outbreak
from lastcase.ops.records.actions.pairs import mark_apart, merge_pairs, unmerge_persons, withdraw_apart
from lastcase.ops.records.actions.persons import erase_person

__all__ = [
    "RecordReport",
    "adopt_edition",
    "assign_duties",
    "copy_edition",
    "create_outbreak",
    "erase_person",
    "mark_apart",
    "merge_pairs",
    "postpone_duties",
    "record_done",
    "record_entry",
    "record_facts",
    "retire_facts",
    "save_draft",
    "sign_decision",
    "undo_batch",
    "unmerge_persons",
    "withdraw_apart",
]
