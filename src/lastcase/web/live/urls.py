"""Address of the stream of an outbreak."""

from django.urls import path

from lastcase.web.live.views import live

urlpatterns = [path("live", live, name="live")]
