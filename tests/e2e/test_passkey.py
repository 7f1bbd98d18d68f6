"""A passkey, held by Chromium's virtual authenticator: added on the account page, then used in place of a password.

Pages are asked under the name localhost: a passkey belongs to a host name and never to a bare address.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.house import Open, Site
from tests.e2e.world import PASSWORD

pytestmark = pytest.mark.browser
WHO = "keyholder"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(page: Page) -> tuple[object, str]:
    """A session of the page's own tools, and the id of the authenticator put into it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return tools, made["authenticatorId"]


def sign_out(page: Page, here: str) -> None:
    page.goto(f"{here}/accounts/logout/")
    page.locator("main form[action$='/logout/'] button").click()
    page.wait_for_url(lambda url: "/logout" not in url)


def test_a_passkey_is_added_and_signs_in(site: Site, open_page: Open, complaints: list[str]) -> None:
    here = site.url.replace("127.0.0.1", "localhost")
    page = open_page("/accounts/login/")
    page.context.add_cookies([{"name": "lastcase_language", "value": "en", "url": here}])
    tools, authenticator = with_authenticator(page)
    page.goto(f"{here}/accounts/login/")
    page.fill("#id_login", WHO)
    page.fill("#id_password", PASSWORD)
    page.locator("main button[type=submit].btn-primary").click()
    page.wait_for_url(lambda url: "/login" not in url)

    page.goto(f"{here}/accounts/")
    page.get_by_role("link", name="Second factor and passkeys").click()
    page.locator("a[href$='/webauthn/add/']").first.click()
    page.fill("#id_password", PASSWORD)  # whoever adds a key says once more who they are
    page.locator("main form:has(#id_password) button").first.click()
    page.fill("#id_name", "Office key")
    page.locator("#id_passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    kept = tools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]  # type: ignore[attr-defined]
    assert [(one["rpId"], one["isResidentCredential"]) for one in kept] == [("localhost", True)]

    sign_out(page, here)
    page.goto(f"{here}/accounts/")
    assert "/accounts/login/" in page.url
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{here}/accounts/")
    expect(page.locator("body")).to_contain_text(WHO.title())
    used = tools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]  # type: ignore[attr-defined]
    assert used[0]["signCount"] > kept[0]["signCount"]
    assert complaints == []


def test_without_its_key_a_passkey_signs_nobody_in(site: Site, open_page: Open) -> None:
    here = site.url.replace("127.0.0.1", "localhost")
    page = open_page("/accounts/login/")
    with_authenticator(page)
    page.goto(f"{here}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#passkey_login")).to_be_visible()
    page.goto(f"{here}/accounts/")
    assert "/accounts/login/" in page.url
