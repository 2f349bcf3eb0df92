"""
The suite every driver passes; ships with the package, for drivers that live elsewhere too.

A test module gives a fixture `harness` (see `conformance_harness.Harness`) and one class:
`class TestMine(DriverConformance): ...`. The judge is the target's own ledger, never the driver's opinion.
"""

from rightaway.drivers.conformance_ownership import OwnershipConformance
from rightaway.drivers.conformance_steps import StepConformance


class DriverConformance(OwnershipConformance, StepConformance): ...
