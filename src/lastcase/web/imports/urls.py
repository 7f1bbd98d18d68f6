"""Addresses of the import."""

from __future__ import annotations

from django.urls import path

from lastcase.web.imports import views

urlpatterns = [
    path("", views.upload, name="import"),
    path("<uuid:upload>/", views.preview, name="import_preview"),
    path("<uuid:upload>/columns", views.columns, name="import_columns"),
    path("<uuid:upload>/confirm", views.confirm, name="import_confirm"),
    path("<uuid:upload>/map.toml", views.map_file, name="import_map"),
    path("<uuid:upload>/progress", views.progress, name="import_progress"),
    path("<uuid:upload>/status", views.status, name="import_status"),
    path("<uuid:upload>/problems.<str:form>", views.problems_file, name="import_problems"),
]
