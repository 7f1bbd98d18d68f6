"""Tables of the record: outbreaks, facts, answers, and who wrote and read what.

Fact and answer models are made from their declarations (`FACTS`, `ANSWER_MODELS`, by table name). Nothing
saves them one by one: `actions` writes sets.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lastcase.core.answers import ANSWERS, identity_of
from lastcase.core.facts import TABLES, Table
from lastcase.ops.records.columns import (
    answer_field,
    class_name,
    model_field,
    position_fields,
    stored_columns,
)
from lastcase.ops.records.indexes import OF_ANSWERS, OF_AREAS, OF_FACTS, OF_MEMBERS, indexes_of
from lastcase.ops.records.terms import TermField


class Outbreak(models.Model):
    """An outbreak kept in this installation. `area_id` is its root in the tree of areas (empty: none
    given)."""

    name = models.SlugField(max_length=60, unique=True)
    disease = models.CharField(max_length=60)
    time_zone = models.CharField(max_length=60)
    area_id = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.TextField()

    def __str__(self) -> str:
        return self.name


class Adoption(models.Model):
    """An edition in force for an outbreak from `effective_at` on. Its text is kept: what was signed stays
    readable."""

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="adoptions")
    edition_id = models.CharField(max_length=60)
    edition_text = models.TextField()
    effective_at = models.DateTimeField()
    signed_by = models.TextField()
    signed_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outbreak", "effective_at"], name="one_edition_at_an_instant")
        ]

    def __str__(self) -> str:
        return f"{self.outbreak}: {self.edition_id}"


class EditionDraft(models.Model):
    """One saving of a draft of an edition; the one of the highest `number` stands.

    A saving is never changed, so that the history says who wrote what when. `n_problems` is what the check found:
    a draft with problems is kept and cannot be adopted.
    """

    edition_id = models.CharField(max_length=60)
    number = models.IntegerField()
    text = models.TextField()
    based_on = models.CharField(max_length=60)
    n_problems = models.IntegerField()
    note = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition_id", "number"], name="draft_saved_once_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.number}"


class Revision(models.Model):
    """Up to where the record of an outbreak has come, and on which revision its answers stand.

    `is_settled` is false while answers for whole areas are still to follow (see `refresh`). `ground_at`: when this
    outbreak's record last changed how the ground lies (see `standing_ground`).
    """

    outbreak = models.OneToOneField(
        Outbreak, on_delete=models.CASCADE, primary_key=True, related_name="revision"
    )
    number = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    derived_number = models.BigIntegerField(null=True)
    derived_at = models.DateTimeField(null=True)
    ground_at = models.DateTimeField(null=True)
    is_settled = models.BooleanField(default=True, db_default=True)

    def __str__(self) -> str:
        return f"{self.outbreak} {self.number}"


class Touched(models.Model):
    """What the refresher has still to derive anew: a person, a risk area, or (kind "all") the whole outbreak; and (kind
    "follow") a person, or all of them (no `ref`), to be followed through the lake of visits before."""

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    ref = models.TextField()
    revision = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outbreak", "kind", "ref"], name="touched_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class LakeState(models.Model):
    """Where an outbreak's lake of visits lies, by a name drawn by lot, so that no other record's is taken for it; and
    up to where it has been followed for everybody: `n_visits` were in it then."""

    outbreak = models.OneToOneField(Outbreak, on_delete=models.CASCADE, primary_key=True, related_name="+")
    folder = models.CharField(max_length=40, unique=True)
    n_visits = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.outbreak} {self.n_visits}"


class Replaced(models.Model):
    """What one revision put in place of what stood before, so that a page's reading can follow it (see `following`).

    Of facts: `persons` of whom any may differ (null: of anybody, and answers too), and the `tables` that were written.
    Of answers, a row for each of the `tables`: the `persons` or `risk_areas` whose rows there differ. Several rows may
    belong to one revision: facts first, their answers later.
    """

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="+", db_index=False)
    revision = models.BigIntegerField()
    persons = ArrayField(models.TextField(), null=True)
    risk_areas = ArrayField(models.TextField(), default=list)
    tables = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["outbreak", "revision"], name="replaced_at")]

    def __str__(self) -> str:
        return f"{self.outbreak} {self.revision}"


class Member(models.Model):
    """A person an outbreak knows of, and the areas to which the person is shown there.

    `survivor_id` is the person into whom this one is merged, else the same. After a signed hand-over the
    receiver's position stands in for that of whoever named the person before `handed_at`.
    """

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="+")
    person_id = models.TextField()
    survivor_id = models.TextField()
    handed_at = models.DateTimeField(null=True)
    handed_pos = models.IntegerField(null=True)
    pos_naming = models.IntegerField(null=True)
    pos_present = models.IntegerField(null=True)
    pos_residence = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outbreak", "person_id"], name="member_once")]
        indexes = [
            models.Index(fields=["person_id"], name="member_person"),
            models.Index(fields=["outbreak", "survivor_id"], name="member_survivor"),
            models.Index(
                fields=["outbreak", "person_id", "survivor_id"],
                condition=~Q(person_id=F("survivor_id")),
                name="member_merged",
            ),
            *OF_MEMBERS,
        ]

    def __str__(self) -> str:
        return self.person_id


class AreaPosition(models.Model):
    """The depth-first numbering of the tree of areas: an area's subtree is the half-open range [lo, hi).

    Position 0 is the installation itself; numbering starts at 1.
    """

    area_id = models.TextField(primary_key=True)
    parent_id = models.TextField(null=True)
    tier = models.TextField()
    area_lo = models.IntegerField()
    area_hi = models.IntegerField()

    class Meta:
        indexes = OF_AREAS

    def __str__(self) -> str:
        return self.area_id


class Term(models.Model):
    """A text that many rows of answers share, kept once and named there by its number."""

    term = models.TextField(unique=True)

    def __str__(self) -> str:
        return self.term


class AuditWrite(models.Model):
    """One action that changed the record: who, under which post, what, how many rows, which keys."""

    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    outbreak = models.CharField(max_length=60, blank=True)
    actor_name = models.TextField()
    post_name = models.TextField()
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    details = models.JSONField(default=dict)
    pos_naming = models.IntegerField(null=True)
    pos_present = models.IntegerField(null=True)
    pos_residence = models.IntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name}"


class AuditRead(models.Model):
    """One person's record shown to someone, with the purpose they stated."""

    at = models.DateTimeField()
    actor_name = models.TextField()
    post_name = models.TextField()
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    purpose = models.TextField()
    outbreak = models.CharField(max_length=60, blank=True)
    person_id = models.TextField()
    pos_naming = models.IntegerField(null=True)
    pos_present = models.IntegerField(null=True)
    pos_residence = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "at"], name="audit_read_person")]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.actor_name}"


BEGIN, NEVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""Of the tally: what has stood from the beginning began then; what ends or is due never does so then."""


class Tally(models.Model):
    """How many duties of the four alls stand alike in one position of the tree, so that nobody counts millions.

    `span` is what the duties are from `from_at` until `until_at`: open, missing or done. Instants are full hours
    or the last before one, upwards, from BEGIN to NEVER; `due_at` is the hour by which they are or were due. The table
    is partitioned by outbreak as those of answers are.
    """

    pk = models.CompositePrimaryKey("outbreak_id", "pos", "kind", "span", "due_at", "from_at", "until_at")
    outbreak = models.ForeignKey(
        Outbreak, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    pos = models.IntegerField()
    kind = TermField()
    span = models.CharField(max_length=10)
    due_at = models.DateTimeField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    n = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.n} {self.span}"


class AreaTally(models.Model):
    """How the tally of a whole area changes from hour to hour: `n` more (or fewer) duties stand so from `at` on. Its
    sum up to an hour is what stands then.

    `pos` is the first position of the area; 0 stands for everything, also what has no position.
    """

    pk = models.CompositePrimaryKey("outbreak_id", "pos", "kind", "span", "at")
    outbreak = models.ForeignKey(
        Outbreak, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    pos = models.IntegerField()
    kind = TermField()
    span = models.CharField(max_length=10)
    at = models.DateTimeField()
    n = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.n} {self.span}"


class Batch(models.Model):
    """One act on many duties: who did what to how many, and which rows of facts it wrote (`first_id` to `last_id` of
    `table_name`, all recorded `at`). `undone_at`: when these were retired again."""

    id = models.CharField(max_length=32, primary_key=True)
    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=40)
    at = models.DateTimeField()
    table_name = models.CharField(max_length=40)
    first_id = models.BigIntegerField(null=True)
    last_id = models.BigIntegerField(null=True)
    n_duties = models.IntegerField()
    n_rows = models.IntegerField()
    n_left_out = models.IntegerField()
    actor_name = models.TextField()
    post_name = models.TextField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(blank=True, default="")
    pos_naming = models.IntegerField(null=True)
    pos_present = models.IntegerField(null=True)
    pos_residence = models.IntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name}"


class DiaryCode(models.Model):
    """A code with which a person tells visits once, of their own accord; only its hash is kept."""

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="+")
    person_id = models.TextField()
    code_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.TextField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.outbreak} {self.pk}"


WHERE_PERSONS_MEET = {
    "persons": ("residence_place_id",),
    "specimens": ("pool_id",),
    "pools": ("pool_id",),
    "places": ("place_id", "area_id"),
}
"""Columns by which the refresher finds who met whom."""
LOOKED_UP = {"assignments": ("post_id",)}
"""Columns by which pages look a fact up beside its key."""


SEARCH_COLUMNS = {
    "search_name": "name",
    "search_swapped": "name",
    "search_phone": "phone",
    "search_document": "document_id",
}
"""Keys by which a person is found while somebody types, and the column from which each is made."""


def _search_fields(table: Table) -> dict[str, models.Field]:
    if table.name != "persons":
        return {}
    return {name: models.TextField(null=True, editable=False, db_collation="C") for name in SEARCH_COLUMNS}


def _fact_columns(table: Table) -> dict[str, models.Field]:
    columns = {field.name: model_field(field) for field in table.fields}
    outbreak = models.ForeignKey(Outbreak, on_delete=models.PROTECT, null=table.is_global, related_name="+")
    return {
        **({} if table.is_global else {"outbreak": outbreak}),
        **columns,
        "recorded_at": models.DateTimeField(),
        "retired_at": models.DateTimeField(null=True),
        "known_from": models.DateTimeField(null=True),
        "source": models.TextField(),
        "recorded_by": models.TextField(),
        **position_fields(),
        **_search_fields(table),
    }


def _fact_meta(table: Table) -> type:
    owner = () if table.is_global else ("outbreak",)
    standing = models.UniqueConstraint(
        fields=[*owner, *table.key],
        condition=Q(retired_at=None),
        nulls_distinct=False,
        name=f"{table.name}_stands_once",
    )
    people = [models.Index(fields=[name], name=f"{table.name}_{name}"[:30]) for name in table.person_fields]
    shown = [
        models.Index(fields=[position], name=f"{table.name}_{position}"[:30])
        for position in position_fields()
        if table.name in ("persons", "cases")
    ]
    met = [
        models.Index(fields=[name], name=f"{table.name}_{name}"[:30])
        for name in (*WHERE_PERSONS_MEET.get(table.name, ()), *LOOKED_UP.get(table.name, ()))
    ]
    indexes = [*people, *shown, *met, *indexes_of(OF_FACTS, table.name)]
    options = {"db_table": f"fact_{table.name}", "constraints": [standing], "indexes": indexes}
    return type("Meta", (), options)


def fact_model(table: Table) -> type[models.Model]:
    """The model of a fact table: its declared columns, its versions, and to whom its rows are shown."""
    body = {
        "__module__": __name__,
        "__doc__": table.about_en,
        "Meta": _fact_meta(table),
        **_fact_columns(table),
    }
    return type(class_name("Fact", table.name), (models.Model,), body)


def _answer_meta(table: Table) -> type:
    people = [
        models.Index(fields=[name], name=f"{table.name}_{name}"[:30])
        for name in table.person_fields
        if name != identity_of(table.name)[0]
    ]
    shown = [
        models.Index(fields=[position], name=f"{table.name}_{position}"[:30])
        for position in position_fields()
        if table.name in ("duties", "contact_persons")
    ]
    indexes = [*people, *shown, *indexes_of(OF_ANSWERS, table.name)]
    return type("Meta", (), {"db_table": f"answer_{table.name}", "indexes": indexes})


def answer_model(table: Table) -> type[models.Model]:
    """The model of a table of answers; `revision` is the one at which the row last changed.

    The tables are partitioned by outbreak (`partitions`); what would check each row's outbreak is left out, since a
    partition holds the rows of one.
    """
    identity = identity_of(table.name)
    kept = [table.field(name) for name in stored_columns(table)]
    body = {
        "__module__": __name__,
        "__doc__": table.about_en,
        "Meta": _answer_meta(table),
        "pk": models.CompositePrimaryKey("outbreak_id", *identity),
        "outbreak": models.ForeignKey(
            Outbreak, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
        ),
        **{field.name: answer_field(field, is_identity=field.name in identity) for field in kept},
        "revision": models.BigIntegerField(),
        **position_fields(),
    }
    return type(class_name("Answer", table.name), (models.Model,), body)


FACTS: dict[str, type[models.Model]] = {name: fact_model(table) for name, table in TABLES.items()}
"""Models of facts by table name."""

ANSWER_MODELS: dict[str, type[models.Model]] = {name: answer_model(table) for name, table in ANSWERS.items()}
"""Models of answers by table name."""

from lastcase.ops.records.snapshot_models import Snapshot, SnapshotDay, SnapshotRun, SnapshotTarget  # noqa: E402

__all__ = ["Snapshot", "SnapshotDay", "SnapshotRun", "SnapshotTarget"]
