"""
HOW IT UNFOLDS: the durable engine. DBOS lives here and nowhere else.

A workflow is an interpreter of records: it asks the domain for the next move, carries it out in one durable step,
and asks again. What a worker did is in the attempts, never in a worker's memory.
"""
