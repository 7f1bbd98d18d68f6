"""Addresses of trying and adopting an edition, under an outbreak."""

from __future__ import annotations

from django.urls import path

from lastcase.web.impact import views

urlpatterns = [
    path("impact/", views.impact_start, name="impact_start"),
    path("impact/<uuid:job>/", views.impact, name="impact"),
    path("impact/<uuid:job>/status", views.impact_status, name="impact_status"),
    path("adopt", views.adopt, name="adopt"),
]
