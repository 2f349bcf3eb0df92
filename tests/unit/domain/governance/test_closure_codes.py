"""Closure codes: each is defined, fits its outcomes and no others, and stands in the reference."""

from dataclasses import replace
from pathlib import Path

import pytest

from rightaway.domain.closure_codes import MEANINGS, abandoned_as, check, code_stands, fitting
from rightaway.domain.errors import Refused
from rightaway.domain.guards_registration import ABANDON_REASONS
from rightaway.domain.values import ClosureCode, Outcome

REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "closure-codes.md"
FITS = {
    ClosureCode.SUCCESSFUL: {"success"},
    ClosureCode.SUCCESSFUL_WITH_PROBLEMS: {"success", "success_with_issues"},
    ClosureCode.PARTIALLY_IMPLEMENTED: {"partial", "partially_backed_out"},
    ClosureCode.FAILED_BACKED_OUT: {"backed_out", "partially_backed_out"},
    ClosureCode.FAILED_NOT_BACKED_OUT: {"failed_not_backed_out"},
    ClosureCode.REJECTED: {"abandoned"},
    ClosureCode.WITHDRAWN: {"abandoned"},
    ClosureCode.SUPERSEDED: {"abandoned"},
}


def test_codes__every_member__is_defined_and_has_its_cases():
    assert set(MEANINGS) == set(ClosureCode) == set(FITS)
    assert all(str(one.definition).endswith(".") for one in MEANINGS.values())


@pytest.mark.parametrize("code", ClosureCode)
@pytest.mark.parametrize("outcome", Outcome)
def test_code__with_an_outcome__is_accepted_only_if_it_fits(code: ClosureCode, outcome: Outcome):
    if outcome in FITS[code]:
        check(code, outcome)
        assert code in fitting(outcome)
        return
    with pytest.raises(Refused) as refusal:
        check(code, outcome)
    assert (refusal.value.code, refusal.value.at) == ("closure_code.unfit", "closure_code")
    assert refusal.value.evidence["fitting"] == [str(one) for one in fitting(outcome)]


@pytest.mark.parametrize("outcome", Outcome)
def test_outcome__whatever_it_is__has_a_code(outcome: Outcome):
    assert fitting(outcome)


def test_code__without_outcome_or_outcome_without_code__is_accepted():
    check("", "success")
    check("successful", "")
    assert set(fitting("")) == set(ClosureCode)


@pytest.mark.parametrize("reason", ABANDON_REASONS)
def test_abandoned__for_any_reason__gets_a_code_that_fits(reason: str):
    assert "abandoned" in FITS[abandoned_as(reason)]


@pytest.mark.parametrize(
    ("reason", "code"),
    [("superseded", "superseded"), ("rejected_by_approver", "rejected"), ("no_funding", "withdrawn")],
)
def test_abandoned__for_a_reason__gets_its_code(reason: str, code: str):
    assert abandoned_as(reason) == code


def test_closing__with_a_code_that_fits_no_more__says_which_do(green):
    closure = replace(green.closure, outcome="backed_out", closure_code="successful")
    (found,) = code_stands(replace(green, closure=closure))
    assert (found.code, found.failed) == ("G60.closure_code_unfit", True)
    assert "failed_backed_out" in str(found.remedy)


@pytest.mark.parametrize("code", ClosureCode)
def test_reference__of_each_code__says_its_definition_and_outcomes(code: ClosureCode):
    (line,) = [one for one in REFERENCE.read_text().splitlines() if one.startswith(f"| `{code}` |")]
    assert str(MEANINGS[code].definition) in line
    assert all(f"`{outcome}`" in line for outcome in FITS[code])
    assert line.count("`") == 2 * (1 + len(FITS[code]))
