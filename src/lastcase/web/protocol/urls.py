"""Addresses of the editions."""

from __future__ import annotations

from django.urls import path

from lastcase.web.protocol import drafts, views

urlpatterns = [
    path("", views.editions_list, name="protocol"),
    path("diff", views.difference, name="protocol_diff"),
    path("<slug:edition>", views.edition, name="protocol_edition"),
    path("<slug:edition>/copy", drafts.copy, name="protocol_copy"),
    path("<slug:edition>/draft", drafts.draft, name="protocol_draft"),
    path("<slug:edition>/history", drafts.history, name="protocol_history"),
]
