"""Who may open what: every address of the site by kind of post. An address without a row here fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.integration.web.conftest import KINDS, SignIn

EVERYBODY = frozenset({"anonymous", "without_post", *KINDS})
SIGNED_IN = EVERYBODY - {"anonymous"}
HOLDERS = frozenset(KINDS)
SEES_AREA = HOLDERS - {"administrator"}
IMPORTS = frozenset({"duty_officer", "data_clerk"})
KEEPS_ACCOUNTS = frozenset({"administrator"})
JUDGES = frozenset({"duty_officer", "investigator"})
SIGNS = frozenset({"duty_officer"})
RECORDS = frozenset({"duty_officer", "investigator", "data_clerk"})
UPLOAD = "00000000-0000-4000-8000-000000000000"

MATRIX: dict[str, frozenset[str]] = {
    "home": SIGNED_IN,
    "health": EVERYBODY,
    "set_language": EVERYBODY,
    "follow_link": EVERYBODY,
    "account": SIGNED_IN,
    "act_as": SIGNED_IN,
    "purpose": SIGNED_IN,
    "open_outbreak": SEES_AREA,
    "accounts": KEEPS_ACCOUNTS,
    "invite": KEEPS_ACCOUNTS,
    "give_post": KEEPS_ACCOUNTS,
    "take_post": KEEPS_ACCOUNTS,
    "post_responsible": KEEPS_ACCOUNTS,
    "reset_password": KEEPS_ACCOUNTS,
    "protocol": HOLDERS,
    "protocol_edition": HOLDERS,
    "protocol_diff": HOLDERS,
    "protocol_copy": SIGNS,
    "protocol_draft": SIGNS,
    "protocol_history": SIGNS,
    "impact_start": SIGNS,
    "impact": SIGNS,
    "impact_status": SIGNS,
    "adopt": SIGNS,
    "import": IMPORTS,
    "import_preview": IMPORTS,
    "import_columns": IMPORTS,
    "import_confirm": IMPORTS,
    "import_progress": IMPORTS,
    "import_status": IMPORTS,
    "import_map": IMPORTS,
    "import_problems": IMPORTS,
    "diary": EVERYBODY,
    "diary_done": EVERYBODY,
    "board": SEES_AREA,
    "live": SEES_AREA,
    "replay": SEES_AREA,
    "make_snapshots": SIGNS,
    "snapshots_progress": SEES_AREA,
    "line_list": SEES_AREA,
    "gaps": SEES_AREA,
    "gap_groups": SEES_AREA,
    "gap_print": SEES_AREA,
    "gap_export": SEES_AREA,
    "gap_assign": JUDGES,
    "gap_postpone": SIGNS,
    "gap_done": RECORDS,
    "gap_undo": RECORDS,
    "person": SEES_AREA,
    "investigation": SEES_AREA,
    "act_visit": RECORDS,
    "act_correct_visit": RECORDS,
    "act_withdraw_visit": RECORDS,
    "act_restore_visit": RECORDS,
    "act_dispute_visit": RECORDS,
    "act_object": RECORDS,
    "act_decide_objection": JUDGES,
    "act_take_back_objection": RECORDS,
    "risk_areas": SEES_AREA,
    "line_list_export": SEES_AREA,
    "risk_area": SEES_AREA,
    "to_decide": JUDGES,
    "act_judge": JUDGES,
    "act_case_status": JUDGES,
    "act_detection": SIGNS,
    "act_extend": SIGNS,
    "act_release": SIGNS,
    "act_exempt": SIGNS,
    "act_withdraw": SIGNS,
    "act_hand_over": JUDGES,
    "act_receive": JUDGES,
    "act_withdraw_hand_over": JUDGES,
    "act_day0": SIGNS,
    "act_regrade": SIGNS,
    "act_group": RECORDS,
    "duplicates": JUDGES,
    "act_merge": JUDGES,
    "act_apart": JUDGES,
    "act_withdraw_apart": JUDGES,
    "act_unmerge": JUDGES,
    "act_merge_bulk": JUDGES,
    "entry": RECORDS,
    "entry_suggest": RECORDS,
    "entry_areas": RECORDS,
    "account_login": EVERYBODY,
    "account_logout": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_login_webauthn": SIGNED_IN,
}
"""Whom each address does not refuse. To be let in is not to see: what a page shows is row security's
matter."""

ARGUMENTS = {
    "outbreak": "trial",
    "person": "trial:pa",
    "person_id": "trial:pa",
    "edition": "cn-covid-9",
    "upload": UPLOAD,
    "job": UPLOAD,
    "token": "invented",
    "holding": 1,
    "user": 1,
    "post": 1,
    "pk": 1,
    "form": "csv",
    "risk_area": "x",
    "risk_area_id": "x",
    "area": "A",
}


def patterns() -> Iterator[URLPattern]:
    waiting = list(get_resolver().url_patterns)
    while waiting:
        one = waiting.pop()
        if isinstance(one, URLPattern):
            yield one
        elif one.namespace != "api":  # machines show tokens: their matrix is that of test_api
            waiting += one.url_patterns


NAMES = sorted({str(pattern.name) for pattern in patterns()})


def address(name: str) -> str:
    wanted = next(pattern for pattern in patterns() if pattern.name == name)
    names = get_resolver().reverse_dict.getlist(name)[0][0][0][1]
    assert wanted
    return reverse(name, kwargs={one: ARGUMENTS[one] for one in names})


def test_every_address_has_a_row() -> None:
    assert [name for name in NAMES if name not in MATRIX] == []


def is_refused(client: Client, name: str) -> bool:
    """403, or sent to sign in; a page that only takes forms (405) is asked by an empty form."""
    response = client.get(address(name))
    if response.status_code == 405:
        response = client.post(address(name))
    to_sign_in = response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/")
    is_outside = response.status_code == 404 and name in {"open_outbreak"}
    return response.status_code == 403 or to_sign_in or is_outside


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_each_post_opens_what_its_row_says(tree: None, sign_in: SignIn, as_web: None, who: str) -> None:
    kind = who if who in KINDS else ""
    refused = {}
    for name in (name for name in NAMES if name in MATRIX and name != "account_logout"):
        client = Client() if who == "anonymous" else sign_in(kind)
        refused[name] = is_refused(client, name)
    wrong = {name: value for name, value in refused.items() if value == (who in MATRIX[name])}
    if who == "without_post":
        wrong.pop("home", None)  # shown as a refusal with advice
    assert wrong == {}
