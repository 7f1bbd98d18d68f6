"""Addresses of the replay."""

from django.urls import path

from lastcase.web.replay.views import make_snapshots, replay, snapshots_progress

urlpatterns = [
    path("board/replay/", replay, name="replay"),
    path("board/replay/make", make_snapshots, name="make_snapshots"),
    path("board/replay/progress", snapshots_progress, name="snapshots_progress"),
]
