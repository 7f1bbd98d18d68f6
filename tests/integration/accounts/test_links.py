"""One-time links: once, in time, and never a default account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from lastcase.ops.accounts import actions
from lastcase.ops.accounts.actor import command_line, nobody
from lastcase.ops.accounts.errors import NotPermitted, RefusedByPolicy
from lastcase.ops.accounts.models import AccountEvent, Holding, OneTimeLink, User
from lastcase.ops.accounts.queries import actor_of

PASSWORD = "seven blue boats at noon"
pytestmark = pytest.mark.django_db


def set_up() -> User:
    token = actions.create_setup_link(by=command_line())
    return actions.use_link(token=token, username="first", password=PASSWORD, display_name="First")


def test_an_installation_begins_without_accounts() -> None:
    assert not User.objects.exists()


def test_setup_link_makes_administrator_and_duty_officer() -> None:
    user = set_up()
    kinds = {holding.post.kind for holding in Holding.objects.filter(user=user)}
    assert kinds == {"administrator", "duty_officer"}
    assert user.password.startswith("argon2")
    assert not user.is_superuser
    assert actor_of(user).post_kind == "duty_officer"


def test_setup_link_works_once() -> None:
    token = actions.create_setup_link(by=command_line())
    actions.use_link(token=token, username="first", password=PASSWORD)
    with pytest.raises(RefusedByPolicy, match="link_spent"):
        actions.use_link(token=token, username="second", password=PASSWORD)
    with pytest.raises(RefusedByPolicy, match="administrator_exists"):
        actions.create_setup_link(by=command_line())


def test_a_newer_setup_link_ends_the_older() -> None:
    older = actions.create_setup_link(by=command_line())
    actions.create_setup_link(by=command_line())
    with pytest.raises(RefusedByPolicy, match="link_spent"):
        actions.use_link(token=older, username="first", password=PASSWORD)


def test_link_expires() -> None:
    token = actions.create_setup_link(by=command_line())
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(RefusedByPolicy, match="link_spent"):
        actions.use_link(token=token, username="first", password=PASSWORD)


def test_token_is_not_kept() -> None:
    token = actions.create_setup_link(by=command_line())
    assert token not in str(OneTimeLink.objects.values_list())


def test_weak_password_spends_nothing() -> None:
    token = actions.create_setup_link(by=command_line())
    with pytest.raises(ValidationError):
        actions.use_link(token=token, username="first", password="password")
    assert actions.use_link(token=token, username="first", password=PASSWORD).username == "first"


def test_taken_name_spends_nothing() -> None:
    user = set_up()
    post = actions.create_post(kind="cell_worker", area_id="", by=command_line())
    token = actions.invite_user(post=post, by=command_line())
    with pytest.raises(RefusedByPolicy, match="name_taken"):
        actions.use_link(token=token, username=user.username, password=PASSWORD)
    assert actions.use_link(token=token, username="other", password=PASSWORD).holdings.get().post == post


def test_only_keepers_of_accounts_invite() -> None:
    post = actions.create_post(kind="cell_worker", area_id="", by=command_line())
    with pytest.raises(NotPermitted):
        actions.invite_user(post=post, by=nobody())


def test_last_administrator_stays() -> None:
    user = set_up()
    holding = Holding.objects.get(user=user, post__kind="administrator")
    with pytest.raises(RefusedByPolicy, match="last_administrator"):
        actions.take_post(holding=holding, by=command_line())


def test_reset_link_changes_the_password() -> None:
    user = set_up()
    token = actions.create_reset_link(user=user, by=command_line())
    changed = actions.use_link(token=token, password="eight green kites at dawn")
    assert changed.check_password("eight green kites at dawn")
    assert not changed.check_password(PASSWORD)


def test_every_action_is_noted() -> None:
    set_up()
    assert list(AccountEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "create_setup_link",
        "use_link_setup",
    ]


def test_page_of_a_link_in_both_languages() -> None:
    token = actions.create_setup_link(by=command_line())
    client = Client()
    assert "First administrator" in client.get(f"/link/{token}").content.decode()
    client.cookies["lastcase_language"] = "zh-hans"
    assert "首位管理员" in client.get(f"/link/{token}").content.decode()
    assert client.get("/link/invented").status_code == 410


def test_sign_in_is_slowed_down_after_failures() -> None:
    from django.core.cache import cache

    cache.clear()
    set_up()
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {"login": "first", "password": "wrong wrong wrong"})
    client.post("/accounts/login/", {"login": "first", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    cache.clear()
    client.post("/accounts/login/", {"login": "first", "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_nobody_signs_up() -> None:
    for path in ("/accounts/signup/", "/accounts/2fa/webauthn/signup/", "/accounts/password/reset/"):
        assert Client().get(path).status_code == 404


def test_sign_in_speaks_the_accounts_language() -> None:
    from django.core.cache import cache

    cache.clear()
    user = set_up()
    actions.set_language(user=user, language="zh-hans")
    client = Client()
    client.post("/accounts/login/", {"login": "first", "password": PASSWORD})
    assert "防控方案" in client.get("/protocol/").content.decode()
