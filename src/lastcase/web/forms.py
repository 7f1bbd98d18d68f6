"""How forms are drawn: every field with its label, help and errors tied to it for screen readers."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draws forms and fields from the web's own templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
