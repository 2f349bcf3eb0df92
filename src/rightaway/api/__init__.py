"""
DOOR for programs: REST under /api/v1, described by OpenAPI 3.1.

One file per noun, with its schemas at the top; an endpoint parses, calls one command or query, and answers.
"""
