"""Addresses of the gaps: the list, its groups, files and print, and the bulk acts."""

from django.urls import path

from lastcase.web.gaps import bulk, forms, views

urlpatterns = [
    path("gaps/", views.gaps, name="gaps"),
    path("gaps/groups/", views.gap_groups, name="gap_groups"),
    path("gaps/print/", views.gap_print, name="gap_print"),
    path("gaps.<str:form>", views.gap_export, name="gap_export"),
    *(path(f"gaps/{form.path}", bulk.bulk_view(form), name=form.url_name) for form in forms.BULK_FORMS),
    path("gaps/undo", bulk.undo, name="gap_undo"),
]
