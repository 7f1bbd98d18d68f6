"""Addresses of the Board."""

from django.urls import path

from lastcase.web.board.views import board

urlpatterns = [path("board/", board, name="board")]
