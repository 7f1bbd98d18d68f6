"""Editions written here: copied, saved with what is wrong with them, and adopted by signature."""

from __future__ import annotations

import pytest
from django.db import transaction

from lastcase.core.protocol.problems import ProtocolErrors
from lastcase.editions import load_edition
from lastcase.ops.records import actions, errors
from lastcase.ops.records.drafts import check_draft, find_edition, get_draft, history, known_ids, own_ids
from lastcase.ops.records.models import AuditWrite, Touched
from lastcase.ops.records.queries import load_answers, load_outbreak
from tests.integration.records.world import OPERATOR, at, found, post, record, rows

pytestmark = pytest.mark.django_db
OWN = "city-9"


def edited(old: str, new: str) -> str:
    text = get_draft(OWN).text
    assert old in text
    return text.replace(old, new, 1)


@pytest.fixture
def draft() -> None:
    actions.copy_edition("cn-covid-9", OWN, by=OPERATOR, note="for the city")


def test_a_copy_differs_by_its_id_alone(draft: None) -> None:
    copy, shipped = find_edition(OWN), load_edition("cn-covid-9")
    assert (copy.id, copy.rules, copy.disease) == (OWN, shipped.rules, shipped.disease)
    assert get_draft(OWN).n_problems == 0
    assert OWN in known_ids()
    with pytest.raises(errors.EditionTaken):
        actions.copy_edition("cn-covid-8", OWN, by=OPERATOR)
    with pytest.raises(errors.EditionTaken):
        actions.copy_edition("cn-covid-8", "cn-covid-9", by=OPERATOR)
    with pytest.raises(errors.EditionNotFound):
        actions.copy_edition("cn-covid-7", "x", by=OPERATOR)


def test_every_saving_is_kept_with_its_author(draft: None) -> None:
    actions.save_draft(
        OWN, edited("length_days = 7", "length_days = 9"), number=1, by=OPERATOR, note="shorter"
    )
    assert [(one.number, one.note) for one in history(OWN)] == [(2, "shorter"), (1, "for the city")]
    assert all(one.saved_by == "command line (Operator)" for one in history(OWN))
    assert AuditWrite.objects.filter(action="save_draft").count() == 1


def test_the_same_text_again_saves_nothing(draft: None) -> None:
    text = get_draft(OWN).text
    assert actions.save_draft(OWN, text.replace("\n", "\r\n"), number=1, by=OPERATOR).number == 1
    assert len(history(OWN)) == 1


def test_a_saving_over_somebody_elses_is_refused(draft: None) -> None:
    actions.save_draft(OWN, edited("length_days = 7", "length_days = 9"), number=1, by=OPERATOR)
    with pytest.raises(errors.DraftChanged):
        actions.save_draft(OWN, "something else", number=1, by=OPERATOR)


def test_a_bad_draft_is_kept_with_its_faults_and_never_adopted(draft: None) -> None:
    bad = edited("length_days = 7", "length_days = 0")
    assert actions.save_draft(OWN, bad, number=1, by=OPERATOR).n_problems > 0
    problems = check_draft(OWN, bad)
    assert all(problem.line for problem in problems)
    assert bad.splitlines()[problems[0].line - 1].startswith("length_days")
    assert OWN not in own_ids()
    with pytest.raises(ProtocolErrors):
        actions.adopt_edition(found(), OWN, effective_at=at(10), by=OPERATOR, reason="try")


def test_a_text_that_calls_itself_otherwise_has_a_fault() -> None:
    actions.copy_edition("cn-covid-9", OWN, by=OPERATOR)
    text = edited(f'id = "{OWN}"', 'id = "other"')
    (problem,) = check_draft(OWN, text)
    assert (problem.what.id, problem.field) == ("protocol.other_id", "id")
    assert text.splitlines()[problem.line - 1] == 'id = "other"'


def test_an_adopted_draft_governs_at_once_and_is_closed(
    draft: None, django_capture_on_commit_callbacks
) -> None:
    city = found(edition="cn-covid-9")
    case = {
        "person_id": "b:1",
        "episode": 1,
        "case_status": "confirmed",
        "found_at": at(9),
        "area_id": "north",
    }
    contact = {
        "contact_id": "c",
        "case_person_id": "b:1",
        "person_id": "b:2",
        "area_id": "north",
        "relation": "lives_with",
        "setting": "household",
        "named_at": at(9),
        "last_exposure_at": at(9),
    }
    record(city, rows("cases", case), rows("contacts", contact))
    actions.save_draft(OWN, edited("length_days = 7", "length_days = 9"), number=1, by=OPERATOR)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        actions.adopt_edition(city, OWN, effective_at=at(10), by=OPERATOR, reason="slower")
    assert load_outbreak(city).edition_at(at(11)).id == OWN
    orders = load_answers(city).orders.filter(person_id="b:2", ordinal=1)
    assert set(orders["edition"]) == {OWN}
    assert not Touched.objects.filter(outbreak=city).exists()
    with pytest.raises(errors.DraftAdopted):
        actions.save_draft(OWN, "anything", number=2, by=OPERATOR)
    noted = AuditWrite.objects.get(action="adopt_edition")
    assert noted.details["reason"] == "slower"


def test_only_a_post_over_the_whole_outbreak_adopts(draft: None) -> None:
    city = found(edition="cn-covid-9")
    with pytest.raises(errors.OutOfScope):
        actions.adopt_edition(city, OWN, effective_at=at(10), by=post("north"), reason="no")
    with pytest.raises(errors.NotPermitted):
        actions.adopt_edition(city, OWN, effective_at=at(10), by=post("city", "investigator"), reason="no")
    with pytest.raises(errors.NotPermitted):
        actions.save_draft(OWN, "x", number=1, by=post("city", "data_clerk"))
    actions.adopt_edition(city, OWN, effective_at=at(10), by=post("city"), reason="yes")
