"""
WHAT WE CAN DO: commands, the only writers.

A command is keyword-only with the actor first, runs in one transaction, asks the domain, writes, and leaves one
audit event. It raises from `domain.errors`; it never answers with a code.
"""
