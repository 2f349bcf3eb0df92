"""A worker of its own process, for tests that kill it: performs the operations it is told on its input."""

import asyncio
import json
import sys

from rightaway.domain.effects import Effect
from rightaway.drivers import registry
from rightaway.drivers.contract import Operation, Target


async def main() -> None:
    told = json.loads(sys.stdin.read())
    operations = [
        Operation(one["id"], "step", Effect.E2, one["script"], tuple(one["arguments"]))
        for one in told["operations"]
    ]
    async with registry.create(told["kind"]) as driver:
        session = await driver.session(Target(told["key"], told["kind"], told["config"]))
        await session.perform(operations, fence=told["fence"])


if __name__ == "__main__":
    asyncio.run(main())
