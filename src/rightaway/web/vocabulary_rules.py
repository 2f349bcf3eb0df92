"""What the rules of a workflow are called, for people."""

from typing import Any

from django.utils.translation import gettext_lazy as _

RULES: dict[str, Any] = {
    "G01": _("The least that describes a release is filled in"),
    "G02": _("The registration is complete"),
    "G03": _("The assessment is done"),
    "G04": _("The scope names changes and items that fit"),
    "G05": _("Every mandatory task of the phase is closed"),
    "G06": _("Every change stands under an active model of standard changes"),
    "G07": _("Something is linked that justifies an emergency"),
    "G10": _("The plan is complete"),
    "G11": _("No conflict with another release blocks it"),
    "G20": _("The package is built"),
    "G21": _("The mandatory tests of this package passed"),
    "G22": _("The way back was rehearsed"),
    "G23": _("Smoke tests passed, the expected states are set, and there is a way back"),
    "G25": _("The training is complete"),
    "G30": _("Everything for go or no-go is there"),
    "G31": _("Approvals, window, notices and backups hold at the moment a wave begins"),
    "G40": _("Every wave is good, or its absence is accepted"),
    "G50": _("Whoever decides on the back-out says why"),
    "G55": _("Every target is where it was before"),
    "G60": _("The closure is ready"),
    "G61": _("What an emergency left out is made good"),
    "G90": _("Whoever abandons it says why"),
    "expected_states_set": _("The expected state of every item is set"),
    "notices_delivered": _("The notices were sent"),
    "backups_verified": _("The backups were verified"),
    "early_life_scheduled": _("Early life support is scheduled"),
    "cmdb_verified": _("The configuration records were verified"),
}
