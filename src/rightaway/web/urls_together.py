"""The addresses of releases that belong together: bundles and trains, and how a release joins others."""

from collections.abc import Callable

from django.http import HttpResponseBase

from rightaway.web import bundles, relations, trains

_RELEASE, _BUNDLE, _TRAIN = "releases/<number:number>/", "bundles/<number:number>/", "trains/<number:number>/"
_DEPARTURE = f"{_TRAIN}departures/<int:sequence>/"

ROUTES: tuple[tuple[str, Callable[..., HttpResponseBase], str], ...] = (
    (f"{_RELEASE}scope/relations/", relations.add, "relation-add"),
    (f"{_RELEASE}scope/relations/<int:relation_id>/removal/", relations.remove, "relation-remove"),
    (f"{_RELEASE}train/", trains.board, "train-board"),
    (f"{_RELEASE}train/leaving/", trains.leave, "train-leave"),
    ("bundles/", bundles.index, "bundles"),
    ("bundles/new/", bundles.begin, "bundle-begin"),
    (_BUNDLE, bundles.bundle, "bundle"),
    (f"{_BUNDLE}edit/", bundles.edit, "bundle-edit"),
    (f"{_BUNDLE}releases/", bundles.fill, "bundle-fill"),
    (f"{_BUNDLE}closing/", bundles.close, "bundle-close"),
    ("trains/", trains.index, "trains"),
    ("trains/new/", trains.create, "train-create"),
    (_TRAIN, trains.train, "train"),
    (f"{_TRAIN}edit/", trains.edit, "train-edit"),
    (f"{_TRAIN}retirement/", trains.retire, "train-retire"),
    (_DEPARTURE, trains.departure, "departure"),
    (f"{_DEPARTURE}move/", trains.move, "departure-move"),
    (f"{_DEPARTURE}cancellation/", trains.cancel, "departure-cancel"),
)
