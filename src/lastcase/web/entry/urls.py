"""Addresses of entering by hand."""

from django.urls import path

from lastcase.web.entry.views import entry, find_areas, suggest

urlpatterns = [
    path("record/", entry, name="entry"),
    path("record/suggest", suggest, name="entry_suggest"),
    path("record/areas", find_areas, name="entry_areas"),
]
