"""Addresses of the acts on objections."""

from django.urls import path

from lastcase.web.acts.views import act_view
from lastcase.web.objections.forms import OBJECTION_FORMS

urlpatterns = [
    path(f"acts/{form.url_name.removeprefix('act_').replace('_', '-')}", act_view(form), name=form.url_name)
    for form in OBJECTION_FORMS
]
