"""Words that come from data about training and notices, marked for the catalogues."""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Acknowledged"),
    _("Ahead"),
    _("Audience empty"),
    _("Class"),
    _("Computer based"),
    _("Delivered"),
    _("End"),
    _("Facts missing"),
    _("Learning system"),
    _("Named"),
    _("Notice reminded"),
    _("Notices"),
    _("Operations"),
    _("Outside"),
    _("Self reported"),
    _("Service desk"),
    _("Sign in sheet"),
    _("Stakeholders"),
    _("Start"),
    _("Support"),
    _("Trainer"),
    _("Training manager"),
    _("Users"),
    _("Workshop"),
)
