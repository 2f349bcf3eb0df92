"""Which door answers which path."""

from django.urls import include, path

from rightaway.api.app import refused, urls

handler400 = refused
urlpatterns = [
    path("api/v1/", include((urls(), "api"))),
    path("", include("rightaway.web.urls")),
]
