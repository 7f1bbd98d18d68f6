"""Addresses of the page of pairs and of its acts."""

from django.urls import path

from lastcase.web.acts.views import act_view
from lastcase.web.duplicates.forms import PAIR_FORMS
from lastcase.web.duplicates.views import duplicates

urlpatterns = [
    path("duplicates/", duplicates, name="duplicates"),
    *(
        path(
            f"acts/{form.url_name.removeprefix('act_').replace('_', '-')}", act_view(form), name=form.url_name
        )
        for form in PAIR_FORMS
    ),
]
