"""Which door answers which path."""

from django.urls import include, path

from rightaway.api.app import urls

urlpatterns = [
    path("api/v1/", include((urls(), "api"))),
    path("", include("rightaway.web.urls")),
]
