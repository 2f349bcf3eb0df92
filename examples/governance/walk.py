"""Six releases on their way, by the API alone: `python walk.py FOLDER [NAME ...]`; see README.md."""

import sys
from collections.abc import Callable
from pathlib import Path

import estate
from caller import everybody
from steps import Walk


def minor(walk: Walk) -> None:
    walk.ask_for_change()
    walk.authorise("chen")
    walk.register("minor")
    _planned_and_built(walk)
    assert walk.row["phase"] == "deployment"
    walk.deploy()
    walk.reached("verification")
    walk.close()


def major(walk: Walk) -> None:
    """Impact and urgency are high, so people are trained before anything is deployed."""
    walk.ask_for_change()
    walk.authorise("chen")
    walk.register("major", impact=2, urgency=2, impact_assessment=2)
    _planned_and_built(walk)
    assert walk.row["phase"] == "training"
    walk.train()
    walk.reached("deployment")
    walk.deploy()
    walk.reached("verification")
    walk.close()


def emergency(walk: Walk) -> None:
    """The service is down: it is deployed first, and the paperwork comes afterwards."""
    walk.ask_for_change("emergency")
    walk.authorise("chen", "cora")
    walk.register("emergency", reason="incident_resolution", origin="incident", urgency=1)
    incident = walk.by("bea", "records the incident").post(
        "/incidents", {"title": "Nobody is greeted", "service": walk.service, "severity": 1}
    )["number"]
    link = {"release": walk.release, "link": "resolved_by_release"}
    walk.people["bea"].put(f"/incidents/{incident}/release", link)
    walk.move("start_emergency_build", reason="Nobody is greeted.")
    walk.say_how()
    walk.build()
    walk.approve("emergency", "olaf", "cora")
    walk.reached("deployment")
    walk.deploy()
    walk.reached("verification")
    resolved = {"resolution": "The new version greets."}
    walk.by("bea", "closes the incident").post(f"/incidents/{incident}/resolution", resolved)
    owed = {"communication_plan": "A notice on the page.", "communication_approved_by": "olaf"}
    walk.edit(cost_estimate=100, **owed)
    walk.approve("plan_design", "olaf", "chen")
    walk.approve("build_test", "olaf")
    walk.approve("deployment", "olaf", "cora")
    walk.close()


def standard(walk: Walk) -> None:
    """The model of the change was authorised beforehand; evidence alone takes the release on."""
    model = walk.by("chen", "writes a model of standard changes").post(
        "/change-models",
        {
            "title": f"New greeting of {walk.service}",
            "services": [walk.service],
            "implementation_plan": "The release carries it out.",
            "test_plan": "The smoke test.",
            "remediation_plan": "The way back of the release.",
            "ci_classes": ["application"],
            "max_items": 2,
        },
    )
    digest = {"digest": model["current_digest"]}
    walk.by("cora", "authorises the model").post(f"/change-models/{model['number']}/authorisation", digest)
    walk.ask_for_change("standard", model=model["number"])
    walk.register("minor", workflow="standard_change")
    walk.plan()
    walk.move("start_build")
    walk.build()
    walk.rehearse()
    walk.reached("deployment")
    walk.deploy()
    walk.reached("verification")
    walk.close(is_verified=False)


def abandoned(walk: Walk) -> None:
    walk.ask_for_change()
    walk.authorise("chen")
    walk.register("minor")
    said = {"abandon_reason": "not_needed", "abandon_comment": "Visitors greet each other."}
    walk.move("abandon", reason="Not needed any more.", **said)
    change = walk.people["chen"].get(f"/changes/{walk.change}")
    assert (change["state"], change["release"]) == ("authorised", None)


def backed_out(walk: Walk) -> None:
    """The second host does not come up: its wave goes back by itself, then all of the release."""
    walk.ask_for_change()
    walk.authorise("chen")
    walk.register("minor")
    _planned_and_built(walk)
    stone = estate.home(walk.folder, estate.hosts(walk.service)[1]) / "stone"
    stone.parent.mkdir(parents=True, exist_ok=True)
    stone.touch()
    bad = walk.deploy()
    walk.move("back_out", "dirk", reason="A host does not greet.", back_out_reason="wave_failed")
    walk.settled(bad["number"])
    walk.move("start_verification", reason="What was there before greets again.")
    assert not (stone.parent / "current").exists()
    walk.settle_records()
    walk.close("failed_backed_out", "not_met", root_cause="A stone lay in the way.")


STORIES: dict[str, Callable[[Walk], None]] = {
    "minor": minor,
    "major": major,
    "emergency": emergency,
    "standard": standard,
    "abandoned": abandoned,
    "backed-out": backed_out,
}


def _planned_and_built(walk: Walk) -> None:
    """Take a release to the door of deployment: planned, approved, built, tested, its way back rehearsed."""
    walk.move("start_planning")
    walk.plan()
    walk.approve("plan_design", "olaf", "chen")
    walk.reached("build_test")
    walk.build()
    walk.rehearse()
    walk.approve("deployment", "olaf", "cora")
    walk.approve("build_test", "olaf")


def main() -> None:
    folder, *names = sys.argv[1:]
    home = Path(folder).resolve()
    (home / "packages").mkdir(parents=True, exist_ok=True)
    people = everybody(home / "tokens")
    walks = [Walk(home, name, people) for name in names or STORIES]
    for walk in walks:
        print(walk.service, flush=True)
        estate.describe(people["dirk"], home, walk.service)
        STORIES[walk.service](walk)
    print()
    for walk in walks:
        row = walk.row
        print(
            f"{walk.release} {walk.service:12} {row['phase']:10} {row['closure_code'] or row['abandon_reason']}"
        )


if __name__ == "__main__":
    main()
