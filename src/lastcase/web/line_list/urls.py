"""Addresses of the line list and of its exports."""

from django.urls import path

from lastcase.web.line_list.views import export, line_list

urlpatterns = [
    path("line-list/", line_list, name="line_list"),
    path("line-list.<str:form>", export, name="line_list_export"),
]
