"""The administrator's page: which post owes which duties."""

from __future__ import annotations

from django.test import Client

from lastcase.ops.accounts.models import Post
from tests.integration.web.conftest import SignIn

PAGE = "/administration/accounts"


def only_post(kind: str) -> Post:
    return Post.objects.get(kind=kind)


def test_the_duties_of_a_post_are_chosen_on_the_page(tree: None, sign_in: SignIn, as_web: None) -> None:
    client: Client = sign_in("administrator")
    sign_in("cell_worker", "A")
    worker = only_post("cell_worker")
    answer = client.post(f"{PAGE}/posts/{worker.id}", {"responsible": "cell_worker"})
    assert answer.status_code == 302
    assert only_post("cell_worker").responsible == "cell_worker"
    page = client.get(PAGE).content.decode()
    assert '<option value="cell_worker" selected>Cell worker</option>' in page
    client.post(f"{PAGE}/posts/{worker.id}", {"responsible": ""})
    assert only_post("cell_worker").responsible == ""


def test_an_unknown_kind_is_refused(tree: None, sign_in: SignIn, as_web: None) -> None:
    client: Client = sign_in("administrator", language="zh-hans")
    post = only_post("administrator")
    answer = client.post(f"{PAGE}/posts/{post.id}", {"responsible": "cook"})
    assert answer.status_code == 400
    assert "没有方案设此岗位" in answer.content.decode()
    assert only_post("administrator").responsible == ""


def test_the_page_reads_in_chinese(tree: None, sign_in: SignIn, as_web: None) -> None:
    page = sign_in("administrator", language="zh-hans").get(PAGE).content.decode()
    assert "各岗位承担的事项" in page
    assert "采样队" in page


def test_an_invited_post_owes_what_the_invitation_says(tree: None, sign_in: SignIn, as_web: None) -> None:
    client: Client = sign_in("administrator")
    form = {"kind": "data_clerk", "area_id": "A", "responsible": "sampling_team", "name": "Alder sampling"}
    assert client.post(f"{PAGE}/invite", form).status_code == 200
    assert only_post("data_clerk").responsible == "sampling_team"
