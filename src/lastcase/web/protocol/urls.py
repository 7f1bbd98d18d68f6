"""Addresses of the editions."""

from __future__ import annotations

from django.urls import path

from lastcase.web.protocol import views

urlpatterns = [
    path("", views.editions_list, name="protocol"),
    path("diff", views.difference, name="protocol_diff"),
    path("<slug:edition>", views.edition, name="protocol_edition"),
]
