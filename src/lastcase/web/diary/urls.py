"""Addresses of the diary."""

from __future__ import annotations

from django.urls import path

from lastcase.web.diary import views

urlpatterns = [
    path("", views.tell, name="diary"),
    path("done", views.done, name="diary_done"),
]
