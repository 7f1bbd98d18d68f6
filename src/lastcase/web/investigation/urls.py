"""Addresses of the investigation and of the acts on visits. Ids may hold colons and slashes."""

from django.urls import path

from lastcase.web.acts.views import act_view
from lastcase.web.investigation.forms import VISIT_FORMS
from lastcase.web.investigation.views import investigation

urlpatterns = [
    path("investigation/<path:person_id>", investigation, name="investigation"),
    *(
        path(
            f"acts/{form.url_name.removeprefix('act_').replace('_', '-')}", act_view(form), name=form.url_name
        )
        for form in VISIT_FORMS
    ),
]
