"""What each indicator says, how it is computed and from which records: one place for pages, API and reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rightaway.domain.sentences import Sentence, said


class Group(StrEnum):
    OUTCOME = "outcome"
    FLOW = "flow"
    CONTROL = "control"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Definition:
    """`meaning` is for a reader of the figure, `formula` for one who wants to compute it again."""

    key: str
    group: Group
    title: Sentence
    meaning: Sentence
    formula: Sentence


def _all(*found: Definition) -> Mapping[str, Definition]:
    return {one.key: one for one in found}


DEFINITIONS: Mapping[str, Definition] = _all(
    Definition(
        "K05",
        Group.OUTCOME,
        said("Release success rate"),
        said(
            "How many releases that were carried out went as planned, without anything going wrong on the way."
        ),
        said("Releases closed as successful / ended releases that were not abandoned; by closure code."),
    ),
    Definition(
        "K06",
        Group.OUTCOME,
        said("Backed out"),
        said("How many releases that were carried out had to be taken back, wholly or in part."),
        said(
            "Releases that ended backed out or partially backed out / ended releases that were not abandoned."
        ),
    ),
    Definition(
        "K07",
        Group.FLOW,
        said("On-time start"),
        said(
            "How many releases began when they were planned to, and how many were done within their window."
        ),
        said(
            "First production deployment of the last plan begun at most 15 minutes after the planned start / releases"
            " with a deployment and a planned start; finish: the last one ended by the planned end; overrun: median"
            " minutes of those that did not."
        ),
    ),
    Definition(
        "K08",
        Group.FLOW,
        said("Rework"),
        said("How often a release had to go through a phase again."),
        said("Stays in a phase after the first one / ended releases; by phase."),
    ),
    Definition(
        "K09",
        Group.FLOW,
        said("Waiting share"),
        said("How much of their time releases waited for somebody, and how long they stayed in each phase."),
        said(
            "Time with an approval asked for and not decided, or on hold / time in phases; by phase also the median"
            " stay of a release."
        ),
    ),
    Definition(
        "K10",
        Group.FLOW,
        said("Approval latency"),
        said("How long an approval takes from being asked for to its decision."),
        said(
            "Median of decided - asked for; by approval; by role, group and board of the voters until each one's vote."
        ),
    ),
    Definition(
        "K11",
        Group.QUALITY,
        said("Incidents in early life"),
        said("How many incidents users met while a release was watched."),
        said(
            "Incidents linked to the release and detected in its early life support, without those that it resolves"
            " / ended releases with early life support; by severity."
        ),
    ),
    Definition(
        "K12",
        Group.OUTCOME,
        said("Actual to planned downtime"),
        said("How long planned outages really took, as a share of what was planned."),
        said("Actual duration / planned duration, summed over planned outages that ended in the period."),
    ),
    Definition(
        "K13",
        Group.FLOW,
        said("Deviation from estimates"),
        said("How far duration, cost and effort were from what was planned, up or down alike."),
        said(
            "Median over releases of |actual - planned| / planned: of the deployment window, and of cost and effort"
            " summed over the done tasks that record both."
        ),
    ),
    Definition(
        "K14",
        Group.CONTROL,
        said("Emergencies"),
        said("How many releases were emergencies, and how many of these brought their paperwork too late."),
        said(
            "Emergency releases / ended releases; late: an approval that was owed was decided after its time"
            " / emergencies that went on before they were approved."
        ),
    ),
    Definition(
        "K15",
        Group.CONTROL,
        said("Unauthorised changes"),
        said("How many changes were found that nobody had authorised."),
        said("Changes recorded as unauthorised / changes recorded in the period."),
    ),
    Definition(
        "K16",
        Group.CONTROL,
        said("Rejected or withdrawn"),
        said("How many releases were given up before anything was deployed."),
        said(
            "Releases closed as rejected or withdrawn / ended releases; superseded ones are told beside it."
        ),
    ),
    Definition(
        "K17",
        Group.QUALITY,
        said("CMDB accuracy after release"),
        said("How many items were seen to be what the release said they would be."),
        said(
            "Items observed as expected since then / items whose expected state one of the carried out releases set"
            " last."
        ),
    ),
    Definition(
        "K18",
        Group.CONTROL,
        said("Rehearsal coverage"),
        said(
            "How many deployments had their way back rehearsed before, and how well that foretold the real one."
        ),
        said(
            "Releases with a successful rehearsal before their first production deployment / releases with one;"
            " error: median of |real - rehearsed| / rehearsed, in seconds for each target."
        ),
    ),
    Definition(
        "K19",
        Group.CONTROL,
        said("Waivers"),
        said("How often a control was waived, and how many of those releases failed later."),
        said(
            "Waivers granted / ended releases; failed: backed out, failed, or the cause of an incident / releases"
            " with a waiver."
        ),
    ),
    Definition(
        "K20",
        Group.QUALITY,
        said("Training coverage"),
        said("How many of the people who were to be taught were, and what was used wrongly afterwards."),
        said("Trained / named, over the training of ended releases; misuse put down to them per release."),
    ),
    Definition(
        "K21",
        Group.QUALITY,
        said("Stakeholder satisfaction"),
        said("How satisfied people are with the result, from 1 (not at all) to 5 (fully)."),
        said("Mean of the ratings of ended releases; by rating."),
    ),
    Definition(
        "K22",
        Group.CONTROL,
        said("Gate usefulness"),
        said("How often something was put right or given up after an approval or a gate held a release up."),
        said(
            "Releases that then went back to an earlier phase, asked for approval of other content or were abandoned"
            " / ended releases with a denied approval or a closed gate."
        ),
    ),
)
