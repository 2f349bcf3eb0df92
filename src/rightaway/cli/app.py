"""
The program `rightaway` as a client of the API.

Each group of commands is named here with its help and imported only when it is used.
"""

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter

from rightaway import __version__
from rightaway.cli import output
from rightaway.domain.errors import RightawayError

EPILOGUE = """
Every command takes --json: data as JSON on standard output. Talk goes to standard error.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage or bad input, 3 not reachable, 4 not signed in or not allowed.
"""
INTERRUPTED = 130


def _default(value: object) -> str | None:
    """Show a default that says something."""
    return None if value in ("", False) else str(value)


app = App(
    name="rightaway",
    help="Release and deployment management.",
    help_epilogue=EPILOGUE.strip(),
    help_format="plaintext",
    default_parameter=Parameter(negative="", show_default=_default),
    version=__version__,
)

# Name -> where it is, and what it says about itself in the overview.
COMMANDS = {
    "login": ("people:login", "Sign in to a server with a token, and remember it."),
    "whoami": ("people:whoami", "Show who the token speaks for, and the roles of that account."),
    "train": ("trains:app", "Release trains: timetables, departures, boarding and leaving."),
    "bundle": ("bundles:app", "Bundles: releases that are followed together."),
    "relation": ("relations:app", "What a release is to others: list, add, take back."),
    "release": ("releases:app", "Releases: list, register, edit, move through their phases."),
    "task": ("tasks:app", "Tasks and waivers of a release."),
    "approval": ("approvals:app", "Approvals: what waits for you, what it is bound to, your vote."),
    "delegation": ("voting:delegation", "Delegations: who votes in your place, and for whom you vote."),
    "group": ("voting:group", "Groups of people who give approvals together."),
    "change": ("changes:app", "Change requests: register, assess, authorise."),
    "change-model": ("change_models:app", "Models of standard changes: define, authorise, suspend."),
    "board": ("boards:app", "Change advisory boards: propose, confirm, who is away, what was decided."),
    "policy": ("policies:app", "Release policies: what holds for a service, draft, confirm, try."),
    "meeting": ("meetings:app", "Meetings of boards: plan, agenda, conduct, minutes."),
    "risk": ("risk:app", "The risk of changes and releases, and what makes it."),
    "workflow": ("workflows:app", "Workflows of releases: versions, drafts, trials, migrations."),
    "package": ("packages:app", "Release packages: build here, push to the definitive library, verify."),
    "plan": ("plans:app", "Deployment plans: compile, show, compare."),
    "deploy": ("deployments:app", "Deployments: launch, watch, pause, abort, back out."),
    "judge": ("judging:app", "Canaries: judge what was measured, and evidence again."),
    "config": ("configuration:config", "Configuration files: environments, items, groups, targets."),
    "ci": ("configuration:ci", "Configuration items: what is managed, expected and observed."),
    "target": ("configuration:target", "Targets: where and how steps act; host keys."),
    "test-report": ("evidence:test_report", "Test reports as evidence."),
    "defect": ("evidence:defect", "Defects found in a release."),
    "training": ("trainings:app", "Training of the release's audiences: plan, sessions, who came."),
    "notice": ("notices:app", "Messages of the communication plan: plan, send, who has them, acknowledge."),
    "backup": ("evidence:backup", "Backups of stateful items."),
    "incident": ("incidents:incident", "Incidents."),
    "outage": ("outages:app", "Outages: planned and actual, list, record, correct."),
    "problem": ("incidents:problem", "Problems and their root causes."),
    "known-error": ("incidents:known_error", "Known errors, and the releases that fix or bring them."),
    "interaction": ("incidents:interaction", "Contacts of users with the service desk."),
    "article": ("knowledge:app", "Knowledge articles: runbooks, workarounds, lessons."),
    "early-life": ("reviews:early_life", "Early life support: show, accept, extend."),
    "review": ("reviews:review", "The post-implementation review and its objectives."),
    "closing": ("closing:app", "Closing a release: what is linked, sign-off, closure codes, follow-up."),
    "lesson": ("lessons:app", "Lessons: list, answer them in a plan, decide on them."),
    "debt": ("debts:app", "What waivers and reviews left to be done: list, settle, add."),
    "rate": ("reviews:rate", "Say how satisfied you are with a release."),
    "comment": ("conversations:app", "Comments on records, with their files."),
    "watch": ("conversations:watch", "Be told what happens to a record."),
    "unwatch": ("conversations:unwatch", "Be told no more of a record."),
    "inbox": ("notifications:app", "What you were told: mentions, comments, approvals, deployments."),
    "alert": ("alerts:app", "Alerts: what there is, what was raised, and the mail that tells of it."),
    "view": ("saved_views:app", "Saved views of lists."),
    "import": ("imports:app", "Import releases and changes of other systems."),
    "export": ("exports:export", "Write a list as CSV."),
    "audit": ("audit:app", "The audit log, and whether its chain is whole."),
    "metrics": ("audit:metrics", "The five DORA figures of a service."),
    "token": ("people:token", "API tokens: yours and those of your service accounts."),
    "user": ("people:user", "Accounts."),
    "role": ("people:role", "Roles: grant and revoke."),
    "completion": ("completion:completion", "Print the completion script of a shell."),
}
for _name, (_place, _help) in COMMANDS.items():
    app.command(f"rightaway.cli.{_place}", name=_name, help=_help)


def run(arguments: Sequence[str], program: App = app) -> int:
    """Run one command line and give its exit code; nothing is raised."""
    given = list(arguments)
    output.mode.as_json = _take_json(given)
    try:
        found = program(given, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _misused(error)
    except RightawayError as error:
        return output.complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough; and nothing must complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return output.FAILED
    return found if isinstance(found, int) else output.OK


def _take_json(given: list[str]) -> bool:
    """Take `--json` out, wherever it stands before a bare `--`."""
    end = given.index("--") if "--" in given else len(given)
    if "--json" not in given[:end]:
        return False
    given[:end] = [word for word in given[:end] if word != "--json"]
    return True


def _misused(error: CycloptsError) -> int:
    message, _, suggestion = str(error).partition(" Did you mean ")
    output.say(f"error: {message} (cli.usage)")
    hint = f"Did you mean {suggestion.partition('?')[0]}?" if suggestion else "See `rightaway --help`."
    if error.command_chain and not suggestion:
        hint = f"See `rightaway {' '.join(error.command_chain)} --help`."
    output.say(f"hint: {hint}")
    return output.USAGE
