"""Addresses of persons. Ids may hold colons and slashes."""

from django.urls import path

from lastcase.web.person.views import person

urlpatterns = [path("person/<path:person_id>", person, name="person")]
