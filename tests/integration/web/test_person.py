"""The page of a person: duties with reasons in the reader's language, contacts both ways, versions, the audit."""

from __future__ import annotations

import re
from html import unescape

import pytest

from lastcase.ops.accounts import actions as accounts
from lastcase.ops.accounts.actor import command_line
from lastcase.ops.records import actions
from lastcase.ops.records.models import AuditRead
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_board import text_of, with_role_reset
from tests.integration.web.world import AS_OF, at, fill, rows, with_purpose

URL = f"/o/trial/person/{{}}?as_of={AS_OF}"


def test_duties_say_why_and_under_which_clause(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = with_purpose(sign_in("duty_officer", "A"))
    text = text_of(client, URL.format("trial:A3"))
    assert "Duties and why" in text
    assert "Close contact" in text
    assert "cn-covid-9" in text
    assert "exposed to" in text
    chinese = text_of(with_purpose(sign_in("duty_officer", "A", "zh-hans")), URL.format("trial:A3"))
    assert "密切接触者" in chinese
    assert "exposed to" not in chinese


def test_duties_name_the_post_that_holds_them(tree: None, sign_in: SignIn, as_web: None) -> None:
    def with_posts() -> None:
        fill()
        for area_id, name in (("C", "City sampling"), ("A", "Alder sampling")):
            accounts.create_post(
                kind="data_clerk", area_id=area_id, name=name, responsible="sampling_team", by=command_line()
            )

    with_role_reset(with_posts)
    client = with_purpose(sign_in("duty_officer", "C"))
    assert "Sampling team · Alder · held by Alder sampling" in text_of(client, URL.format("trial:A3"))
    of_list = text_of(client, f"/o/trial/line-list/?tab=duties&kind=test&q=a3&as_of={AS_OF}")
    assert "Alder sampling" in of_list
    assert "City sampling" not in of_list
    chinese = text_of(with_purpose(sign_in("duty_officer", "C", "zh-hans")), URL.format("trial:A3"))
    assert "由Alder sampling承办" in chinese


def test_duties_are_told_apart_by_day_and_only_where_there_are_several(
    filled: None, sign_in: SignIn, as_web: None
) -> None:
    text = text_of(with_purpose(sign_in("duty_officer", "A")), URL.format("trial:A3"))
    assert re.search(r" Test day \d ", text)
    assert "Release test due" in text  # one alone
    assert re.search(r" Monitor[a-z]* no\. 2 ", text)
    assert re.search(r" Transfer no\. ", text) is None
    assert "no. 1001" not in text


def test_what_no_feed_covers_is_not_called_plainly_overdue(
    filled: None, sign_in: SignIn, as_web: None
) -> None:
    client = with_purpose(sign_in("duty_officer", "A"))
    tags = r'<span class="tag([^"]*)">(\w[^<]*)</span>( <span class="tag no-source">)?'
    for url in (URL.format("trial:A3"), f"/o/trial/line-list/?tab=duties&kind=test&as_of={AS_OF}"):
        late = [
            found for found in re.findall(tags, client.get(url).content.decode()) if found[1] == "Overdue"
        ]
        assert late
        assert all((style == "") == bool(without) for style, _, without in late)
        assert any(without for *_, without in late)


def test_the_end_of_a_day_is_its_24_00(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = with_purpose(sign_in("duty_officer", "A"))
    for as_of in ("2022-07-20", "2022-07-21T00:00"):
        assert "As of · 20 Jul 2022 24:00" in text_of(client, f"/o/trial/person/trial:A3?as_of={as_of}")
    assert "As of · 21 Jul 2022 00:01" in text_of(client, "/o/trial/person/trial:A3?as_of=2022-07-21T00:01")
    assert re.search(r"due \d+ Jul 2022 24:00", text_of(client, URL.format("trial:A3")))


def test_contacts_are_shown_in_both_directions(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = with_purpose(sign_in("duty_officer", "A"))
    of_case = client.get(URL.format("trial:A1")).content.decode()
    assert all(f"/o/trial/person/trial:A{i}" in of_case for i in (3, 4, 5))
    assert "/o/trial/person/trial:A1" in client.get(URL.format("trial:A3")).content.decode()


def test_unnamed_groups_stand_with_the_case_that_exposed_them(
    filled_lead: None, sign_in: SignIn, as_web: None
) -> None:
    client = with_purpose(sign_in("duty_officer", "A"))
    assert "Bus 12, morning about 30" in text_of(client, URL.format("trial:A1"))
    assert "Bus 12" not in text_of(client, URL.format("trial:A2"))


@pytest.mark.parametrize("person_id", ["trial:A1", "A1"])
def test_a_look_is_noted_with_its_purpose(
    filled: None, sign_in: SignIn, as_web: None, person_id: str
) -> None:
    before = AuditRead.objects.filter(person_id="trial:A1").count()
    with_purpose(sign_in("duty_officer", "C")).get(URL.format(person_id))
    noted = AuditRead.objects.filter(person_id="trial:A1")
    assert noted.count() == before + 1
    assert noted.latest("id").purpose == "investigation"


def test_no_purpose_no_record(filled: None, sign_in: SignIn, as_web: None) -> None:
    response = sign_in("duty_officer", "A").get(URL.format("trial:A1"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/purpose")


def test_a_correction_shows_what_stood_before(tree: None, sign_in: SignIn, as_web: None) -> None:
    def correct() -> None:
        fill()
        changed = rows("persons", {"person_id": "trial:A1", "name": "Corrected"})
        actions.record_facts("trial", {"persons": changed}, by=command_line(), feed="second list")

    with_role_reset(correct)
    text = text_of(with_purpose(sign_in("duty_officer", "A")), URL.format("trial:A1"))
    assert "=Name A1 → Corrected" in text
    assert "second list" in text


@pytest.mark.parametrize("person_id", ["trial:B1", "nobody", "../A1"])
def test_who_is_not_shown_is_not_found(filled: None, sign_in: SignIn, as_web: None, person_id: str) -> None:
    assert with_purpose(sign_in("duty_officer", "A")).get(URL.format(person_id)).status_code == 404


N_CONTACTS = 23


def fill_many() -> None:
    """Beside `fill`: A1 met many more, each at an hour of its own."""
    from lastcase.ops.records.refresh import derive_outbreak

    fill()
    people = [{"person_id": f"trial:M{i}", "name": f"=Met {i:02}"} for i in range(N_CONTACTS)]
    met = [
        {
            "contact_id": f"m{i}",
            "case_person_id": "trial:A1",
            "person_id": f"trial:M{i}",
            "setting": "workplace",
            "relation": "colleague",
            "last_exposure_at": at(17, i),
            "named_at": at(18, 12),
        }
        for i in range(N_CONTACTS)
    ]
    frames = {"persons": rows("persons", *people), "contacts": rows("contacts", *met)}
    actions.record_facts("trial", frames, by=command_line(), feed="test")
    derive_outbreak("trial")


def exposures_on(page: str, name: str = "exposed_others") -> tuple[list[str], list[str]]:
    """The ids of who is listed at once, and of who opens with a touch."""
    card = page.partition(f'id="{name}"')[2].partition("</section>")[0]
    first, _, more = card.partition("<details")
    return tuple(re.findall(r"/o/trial/person/trial:(\w+)\?", part) for part in (first, more))  # type: ignore[return-value]


def test_the_first_ten_exposures_are_seen_and_the_others_open(
    tree: None, sign_in: SignIn, as_web: None
) -> None:
    with_role_reset(fill_many)
    client = with_purpose(sign_in("duty_officer", "C"))
    first, more = exposures_on(client.get(URL.format("trial:A1")).content.decode())
    latest = [f"M{i}" for i in reversed(range(N_CONTACTS))]
    assert sorted(first[:3]) == ["A3", "A4", "A5"]  # the latest of all
    assert first[3:] + more == latest
    assert len(first) == 10
    text = text_of(client, URL.format("trial:A1"))
    assert f"Exposed others {N_CONTACTS + 3} The latest exposures first." in text
    assert f"{N_CONTACTS - 7} more exposures" in text
    chinese = text_of(with_purpose(sign_in("duty_officer", "C", "zh-hans")), URL.format("trial:A1"))
    assert f"另有{N_CONTACTS - 7}条接触" in chinese
    assert "最近的接触在前。" in chinese


def test_exposures_beyond_a_page_are_on_the_next(
    tree: None, sign_in: SignIn, as_web: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lastcase.ops.records.person.CONTACT_ROWS", 12)
    with_role_reset(fill_many)
    client = with_purpose(sign_in("duty_officer", "C"))
    url, listed = URL.format("trial:A1"), list[str]()
    while url:
        page = client.get(url).content.decode()
        assert f'Exposed others <span class="soft">{N_CONTACTS + 3}</span>' in page
        for part in exposures_on(page):
            listed += part
        link = re.search(r'rel="next" href="([^"]*)"', page.partition('id="exposed_others"')[2])
        url = f"/o/trial/person/trial:A1{unescape(link[1])}" if link else ""
    assert sorted(listed) == sorted(["A3", "A4", "A5", *(f"M{i}" for i in range(N_CONTACTS))])
    last = client.get(URL.format("trial:A1") + "&exposed_others=99").content.decode()
    assert exposures_on(last) == (listed[24:], [])
    for asked in ("x", "-1", "0", "٣", "9" * 30):
        page = client.get(URL.format("trial:A1") + f"&exposed_others={asked}").content.decode()
        assert exposures_on(page) == (listed[:10], listed[10:12])


def test_cells_of_orders_and_exposures_are_labelled_for_narrow_screens(
    tree: None, sign_in: SignIn, as_web: None
) -> None:
    with_role_reset(fill)
    page = with_purpose(sign_in("duty_officer", "A")).get(URL.format("trial:A3")).content.decode()
    orders = page.partition('aria-label="Orders"')[2].partition("</table>")[0]
    assert 'class="dense list wraps orders"' in orders
    for label in ("Where", "From", "Scheduled end", "Ended"):
        assert f'<td data-label="{label}"><div>' in orders
    exposures = page.partition('id="exposed_to"')[2].partition("</section>")[0]
    for label in ("Verdict", "Setting", "Last exposure", "Found by"):
        assert f'<td data-label="{label}"><div>' in exposures
