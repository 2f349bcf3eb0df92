"""Reading from a real Prometheus: a value for each bucket, silence where there is none, and errors that say why."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.drivers.test_http_probe import answering, serving
from tests.probes import prometheus as servers

from rightaway.probes.prometheus import BODY_LIMIT, PrometheusSource, PrometheusSpec
from rightaway.probes.series import Reading, SeriesSpec

pytestmark = pytest.mark.prometheus
BEGIN = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    def every_minute(*values: float | None) -> list[tuple[datetime, float]]:
        return [(BEGIN + MINUTE * place, one) for place, one in enumerate(values) if one is not None]

    known = {
        'latency{side="canary"}': every_minute(100, 101, 102, 103, 104),
        'latency{side="baseline"}': every_minute(90, 91, 92, 93, 94),
        "late": every_minute(None, None, None, 7, 8),
        "errors_total": every_minute(0, 6, 12, 12, 30),
    }
    with servers.serving(tmp_path_factory.mktemp("prometheus"), known) as found:
        yield found


def read(address: str, query: str, *, start: datetime = BEGIN, buckets: int = 4, **more: float) -> Reading:
    async def scenario() -> Reading:
        async with PrometheusSource(PrometheusSpec(address)) as source:
            return await source.read(SeriesSpec(query, start, 60, buckets, **more))

    return asyncio.run(scenario())


def test_series__of_a_query__has_the_value_of_the_end_of_each_bucket(address: str) -> None:
    assert read(address, 'latency{side="canary"}') == Reading((101, 102, 103, 104))
    assert read(address, "increase(errors_total[2m])").error == ""


def test_series__that_begins_later__has_nothing_before(address: str) -> None:
    assert read(address, "late") == Reading((None, None, 7, 8))


def test_series__of_nothing__is_silence_and_no_error(address: str) -> None:
    assert read(address, "no_such_metric") == Reading((None,) * 4)
    assert read(address, "latency * 0 / 0", start=BEGIN).error  # two of them
    assert read(address, 'latency{side="canary"} * 0 / 0') == Reading((None,) * 4)
    assert read(address, 'latency{side="canary"} / 0') == Reading((None,) * 4)


def test_query__that_gives_several_series__is_an_error_that_says_how_many(address: str) -> None:
    found = read(address, "latency")
    assert (found.values, "2 series" in found.error) == ((), True)
    assert read(address, "sum(latency)") == Reading((192, 194, 196, 198))


def test_query__that_cannot_be_read__is_an_error_that_says_why(address: str) -> None:
    found = read(address, "rate(")
    assert found.values == ()
    assert "400" in found.error
    assert "parse error" in found.error


@pytest.mark.parametrize("buckets", [0, 5001])
def test_reading__of_no_or_too_many_buckets__is_refused(address: str, buckets: int) -> None:
    assert "buckets" in read(address, "late", buckets=buckets).error


def test_server__that_is_not_there__is_an_error() -> None:
    assert "ConnectError" in read("http://127.0.0.1:1", "late").error


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "not with JSON"),
        (b"[" * 100_000, "not with JSON"),
        (b"[]", "200"),
        (b'{"status":"success","data":{"resultType":"vector","result":[]}}', "no series"),
        (
            b'{"status":"success","data":{"resultType":"matrix","result":[{"values":[["x"]]}]}}',
            "cannot be read",
        ),
        (b" " * (BODY_LIMIT + 1), "longer"),
    ],
)
def test_answer__that_is_none__is_an_error(body: bytes, said: str) -> None:
    async def scenario() -> Reading:
        async with serving(answering(body)) as url, PrometheusSource(PrometheusSpec(url)) as source:
            return await source.read(SeriesSpec("late", BEGIN, 60, 4))

    found = asyncio.run(scenario())
    assert (found.values, said in found.error) == ((), True), found.error


def test_answer__that_never_comes__is_an_error_in_time() -> None:
    async def silent(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def scenario() -> Reading:
        async with serving(silent) as url, PrometheusSource(PrometheusSpec(url)) as source:
            return await source.read(SeriesSpec("late", BEGIN, 60, 4, timeout_s=0.2))

    assert "0.2 s" in asyncio.run(scenario()).error


def test_source__shown__keeps_its_token_to_itself() -> None:
    assert "secret" not in repr(PrometheusSpec("http://prometheus", {"Authorization": "Bearer secret"}))
