"""Addresses of risk areas."""

from django.urls import path

from lastcase.web.risk_areas.views import risk_area, risk_areas

urlpatterns = [
    path("risk-areas/", risk_areas, name="risk_areas"),
    path("risk-areas/<path:risk_area_id>", risk_area, name="risk_area"),
]
