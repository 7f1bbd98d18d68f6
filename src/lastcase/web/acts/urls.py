"""Addresses of acts: one for each, and the page of what waits for a decision."""

from django.urls import path

from lastcase.web.acts.forms import FORMS
from lastcase.web.acts.views import act_view, to_decide

urlpatterns = [
    path("to-decide/", to_decide, name="to_decide"),
    *(
        path(
            f"acts/{form.url_name.removeprefix('act_').replace('_', '-')}", act_view(form), name=form.url_name
        )
        for form in FORMS
    ),
]
