"""Addresses of accounts. Of the sign-in library only what an installation without sign-up and mail needs."""

from __future__ import annotations

from allauth.account import views as sign_in
from django.urls import include, path

from lastcase.web.accounts import links, manage, session

urlpatterns = [
    path("accounts/login/", sign_in.login, name="account_login"),
    path("accounts/logout/", sign_in.logout, name="account_logout"),
    path("accounts/inactive/", sign_in.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", sign_in.password_change, name="account_change_password"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/", session.account, name="account"),
    path("language", session.set_language, name="set_language"),
    path("act-as", session.act_as, name="act_as"),
    path("purpose", session.purpose, name="purpose"),
    path("o/<slug:outbreak>/", session.open_outbreak, name="open_outbreak"),
    path("link/<str:token>", links.follow, name="follow_link"),
    path("administration/accounts", manage.accounts, name="accounts"),
    path("administration/accounts/invite", manage.invite, name="invite"),
    path("administration/accounts/give", manage.give, name="give_post"),
    path("administration/accounts/posts/<int:post>", manage.responsible, name="post_responsible"),
    path("administration/accounts/<int:holding>/take", manage.take, name="take_post"),
    path("administration/accounts/<int:user>/reset", manage.reset, name="reset_password"),
]
