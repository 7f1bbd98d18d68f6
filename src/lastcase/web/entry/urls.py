"""Addresses of entering by hand."""

from django.urls import path

from lastcase.web.entry.views import entry, suggest

urlpatterns = [
    path("record/", entry, name="entry"),
    path("record/suggest", suggest, name="entry_suggest"),
]
