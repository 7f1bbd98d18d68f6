"""The area of a person entered by hand: chosen from a list where areas are few, searched for where they are many."""

from __future__ import annotations

import re
from html import unescape

import pytest

from lastcase.ops.records.models import FACTS
from lastcase.web.entry import areas
from tests.integration.web.conftest import SignIn
from tests.integration.web.world import with_purpose

URL = "/o/trial/record/"


def entered(client, area: str):
    form = {"entry": "0f9619ff-8b86-4d01-b42d-00cf4fc964ff", "name": "Chen Yu", "residence_area_id": area}
    return with_purpose(client).post(URL, form)


def test_few_areas_are_listed_by_name(tree: None, sign_in: SignIn, as_web: None) -> None:
    page = with_purpose(sign_in("duty_officer", "C")).get(URL).content.decode()
    assert re.findall(r'<option value="\w+"[^>]*>(City|Alder|Birch)</option>', page) == [
        "City",
        "Alder",
        "Birch",
    ]
    assert "areas-found" in page


def test_many_are_found_by_name_or_code_within_the_post(
    tree: None, sign_in: SignIn, as_web: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "LISTED_MAX", 1)
    city = with_purpose(sign_in("duty_officer", "C"))
    assert 'value="City · C"' in unescape(city.get(URL).content.decode())
    for typed, expected in (
        ("ald", ["Alder · A"]),
        ("b", ["Birch · B"]),
        ("县", ["Alder · A", "Birch · B"]),
        (" ", []),
    ):
        found = city.post(f"{URL}areas", {"residence_area_id": typed}).content.decode()
        assert re.findall('value="([^"]+)"', unescape(found)) == expected
    county = sign_in("duty_officer", "B").post(f"{URL}areas", {"residence_area_id": "ald"})
    assert county.content.decode().strip() == ""


@pytest.mark.parametrize("typed", ["Birch · B", "B", "birch", "乙县"])
def test_what_is_typed_is_recorded_as_the_area(
    tree: None, sign_in: SignIn, as_web: None, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(areas, "LISTED_MAX", 1)
    assert entered(sign_in("duty_officer", "C"), typed).status_code == 302
    persons = FACTS["persons"].objects.filter(name="Chen Yu")
    assert list(persons.values_list("residence_area_id", flat=True)) == ["B"]


@pytest.mark.parametrize("typed", ["nowhere", "", "Region · R"])
def test_an_area_that_is_not_the_post_s_is_refused(
    tree: None, sign_in: SignIn, as_web: None, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(areas, "LISTED_MAX", 1)
    assert entered(sign_in("duty_officer", "C"), typed).status_code == 422
