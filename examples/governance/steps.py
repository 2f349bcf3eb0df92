"""What releases have in common: the steps from registration to closure, each taken by whoever's task it is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import estate
from caller import Caller, Json, wait_for

SMOKE = '<testsuite name="smoke" tests="1"><testcase classname="greeting" name="it greets"/></testsuite>'
OBJECTIVE = "Both hosts greet"
OVER = {"succeeded", "succeeded_partial", "failed", "aborted", "backed_out", "cancelled"}


def at(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="seconds")


@dataclass
class Walk:
    """
    One release on its way.

    Args:
        folder: Where its hosts and its package are.
        service: The service it changes; nothing else changes that one.
        people: One caller for each person, by name.
    """

    folder: Path
    service: str
    people: dict[str, Caller]
    release: str = ""
    change: str = ""
    told: list[str] = field(default_factory=list)

    def by(self, person: str, what: str) -> Caller:
        print(f"  {self.service:10} {person:5} {what}", flush=True)
        return self.people[person]

    @property
    def path(self) -> str:
        return f"/releases/{self.release}"

    @property
    def row(self) -> Json:
        found: Json = self.people["mara"].get(self.path)
        return found

    # Registering.

    def ask_for_change(self, kind: str = "normal", **more: Any) -> None:
        body = {"title": f"Greet ({kind})", "description": "A greeting on both hosts.", "change_type": kind}
        sent = {**body, "service": self.service, "affected_cis": estate.hosts(self.service), **more}
        self.change = self.by("bea", f"registers a {kind} change").post("/changes", sent)["number"]

    def authorise(self, *people: str) -> None:
        for event in ("validate", "assess") if people == ("chen",) else ():
            self.people["chen"].post(f"/changes/{self.change}/moves", {"event": event})
        for person in people:
            decided = {"decision": "approve", "note": "It is wanted."}
            self.by(person, "authorises the change").post(f"/changes/{self.change}/decisions", decided)

    def register(self, kind: str, **more: Any) -> None:
        """Register the release with all that its assessment asks for."""
        file = {
            "kind": "release",
            "title": f"Greeting, {kind}",
            "description": "The greeting.",
            "service": self.service,
            "release_type": kind,
            "changes": [self.change],
            "affected_cis": estate.hosts(self.service),
            "objectives": [OBJECTIVE],
            "stakeholders": [{"person": "chen", "part": "accept"}],
            "release_kind": "software",
            "reason": "business_requirement",
            "category": "feature",
            "owning_group": "web",
            "model": "phased",
            "justification": "Visitors expect it.",
            "coordinator": "mara",
            "manager": "mara",
            "impact": 3,
            "urgency": 3,
            "impact_assessment": 3,
            "value_statement": "Every visitor is greeted within a second, which they told us they miss.",
            "requested_end": at(days=9),
            **more,
        }
        made = self.by("mara", f"registers the {kind} release").post("/releases", file)
        self.release = made["number"]
        self.edit(risk_answers=dict.fromkeys(("outage", "data", "novelty", "reversal", "timing"), "no"))

    def move(self, event: str, person: str = "mara", **more: Any) -> Json:
        caller = self.by(person, event.replace("_", " "))
        return dict(caller.post(f"{self.path}/moves", {"event": event, **more}))

    # Planning.

    def plan(self, **more: Any) -> None:
        """Say how it is deployed, when, who is told and who supports it."""
        self.say_how()
        self.edit(
            cost_estimate=100,
            communication_plan="A notice on the page.",
            communication_approved_by="olaf",
            **more,
        )

    def say_how(self) -> None:
        design = estate.DESIGN.replace("@SERVICE@", self.service)
        self.by("dirk", "designs the deployment").send(
            "PUT", f"{self.path}/design", design, "application/yaml"
        )
        notice = f"{self.path}/notices/visitors"
        self.by("mara", "sends the notices").put(notice, {"text": "A greeting is coming.", "due_at": at()})
        self.people["mara"].post(f"{notice}/sent")
        self.edit(
            planned_start=at(seconds=1),
            planned_end=at(hours=6),
            els_starts_at=at(seconds=1),
            els_ends_at=at(seconds=3),
            els_exit_criteria="Nobody complains.",
            on_call="Dirk",
        )
        shift = {"person": "dirk", "starts_at": at(hours=-1), "ends_at": at(hours=9)}
        self.people["mara"].put(f"{self.path}/people", {"roster": [shift]})
        states = {host: {"version": "1.0.0"} for host in estate.hosts(self.service)}
        self.by("bea", "says what the hosts are going to be").put(
            f"{self.path}/expectations", {"states": states}
        )

    def edit(self, **fields: Any) -> None:
        self.people["mara"].patch(self.path, fields)

    def approve(self, kind: str, *people: str) -> None:
        """Have an approval asked for, unless it waits already, and given by these people."""
        path = f"{self.path}/approvals/{kind}"
        if self.people["mara"].get(path)["state"] not in {"pending", "approved"}:
            self.by("mara", f"asks for {kind}").post(f"{self.path}/approvals", {"kind": kind})
        digest = self.people["mara"].get(path)["digest"]
        for person in people:
            vote = {"decision": "approve", "digest": digest}
            self.by(person, f"approves {kind}").post(f"{path}/votes", vote)

    # Building.

    def build(self) -> None:
        """Build the package, bring its smoke test, and compile the plan."""
        built = estate.build(self.folder, self.service)
        parts = {"manifest": built / "manifest.json", "archive": built / "package.tar"}
        digest = self.by("bea", "builds and tests the package").upload(f"{self.path}/packages", parts)[
            "digest"
        ]
        query = {"suite": "smoke", "level": "smoke", "package_digest": digest, "is_final": "true"}
        self.people["bea"].send("POST", f"{self.path}/tests", SMOKE, "application/xml", **query)
        self.by("dirk", "compiles the plan").post(f"{self.path}/plans", {})

    def rehearse(self) -> None:
        self.people["dirk"].post(f"{self.path}/plans", {"environment": "staging"})
        self.deploy(environment="staging", intent="drill")

    def train(self) -> None:
        """Train who uses the service and who supports it, and end the tasks of that."""
        text = {
            "kind": "training_material",
            "title": "How to be greeted",
            "body": "Say hello.",
            "service": self.service,
        }
        article = self.by("mara", "writes the training material").post(
            "/articles", {**text, "release": self.release}
        )
        self.people["mara"].post(f"/articles/{article['number']}/publication")
        for audience, kind in (("visitors", "users"), ("service desk", "support")):
            sent = {"mode": "class", "invited": 10, "attended": 10, "kind": kind}
            self.by("mara", f"trains the {audience}").put(f"{self.path}/training/{audience}", sent)
        self.end_tasks("training")

    def end_tasks(self, phase: str) -> None:
        """End the tasks of a phase that no evidence ends."""
        for task in self.people["mara"].get(f"{self.path}/tasks"):
            if task["phase"] == phase and task["kind"] == "manual" and task["state"] in {"ready", "active"}:
                body = {"state": "done", "note": "Looked at."}
                self.people["mara"].patch(f"{self.path}/tasks/{task['key']}", body)

    # Deploying.

    def deploy(self, **more: Any) -> Json:
        """Launch, and wait until it is over or a person has to decide."""
        what = "rehearses the way back" if more else "deploys"
        number = self.by("dirk", what).post("/deployments", {"release": self.release, **more})["number"]
        return self.settled(number)

    def settled(self, number: str) -> Json:
        def ended(found: Json) -> bool:
            return found["status"] in OVER or any(one["kind"] == "decision" for one in found["open_holds"])

        found: Json = wait_for(number, lambda: self.people["dirk"].get(f"/deployments/{number}"), ended)
        return found

    # Closing.

    def settle_records(self) -> None:
        """Say what becomes of the incident and the problem that the failed wave opened."""
        query = f"?release={self.release}"
        for incident in self.people["bea"].get(f"/incidents{query}")["items"]:
            path = f"/incidents/{incident['number']}/resolution"
            resolved = {"resolution": "What was there before greets again."}
            self.by("bea", f"closes {incident['number']}").post(path, resolved)
        for problem in self.people["bea"].get(f"/problems{query}")["items"]:
            sent = {
                "root_cause": "A stone lay in the way.",
                "category": "environment_difference",
                "is_closed": True,
            }
            self.by("bea", f"closes {problem['number']}").put(
                f"/problems/{problem['number']}/root-cause", sent
            )

    def reached(self, phase: str) -> None:
        """Wait until the release is there; when it does not come, say what it lacks."""
        try:
            wait_for(phase, lambda: self.row["phase"], lambda found: found == phase, 30)
        except TimeoutError as error:
            ways = self.people["mara"].get(f"{self.path}/standing")["ways"]
            lacks = [f"{way['event']}: {one['message']}" for way in ways for one in way["unmet"]]
            raise TimeoutError("\n".join([str(error), *lacks])) from None

    def close(
        self, code: str = "successful", result: str = "met", *, is_verified: bool = True, **more: Any
    ) -> None:
        """Watch it, close what hangs on it, review it, and have the outcome verified by people, if they are asked."""
        accepted = {"service_level_met": True}
        self.by("olaf", "takes the service over").post(f"{self.path}/early-life/acceptance", accepted)
        for event in ("review", "update_cmdb", "close") if self.change else ():
            if event in self.people["chen"].get(f"/changes/{self.change}")["events"]:
                self.people["chen"].post(f"/changes/{self.change}/moves", {"event": event})
        measured = {"text": OBJECTIVE, "result": result, "measured": "Looked at both."}
        self.by("mara", "reviews").put(f"{self.path}/objectives", {"results": [measured]})
        self.people["chen"].put(f"{self.path}/ratings/mine", {"rating": 4})
        self.people["mara"].put(
            f"{self.path}/review", {"went_well": "The way back.", "to_change": "Nothing."}
        )
        self.edit(closure_code=code, no_lessons_reason="A walk teaches by itself.", **more)
        self.end_tasks("verification")
        if is_verified:
            self.approve("verification", "olaf", "chen")
        self.reached("closed")
