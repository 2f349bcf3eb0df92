"""How much we read before we say no. Every figure is far above real use and far below what hurts."""

KIB = 1024
MIB = 1024 * KIB

YAML_BYTES = MIB
YAML_DEPTH = 32
YAML_VALUES = 100_000

JSON_BYTES = MIB
JSON_DEPTH = 64
JSON_BIGGEST_INTEGER = 2**53  # what every reader of JSON keeps exactly. Source: RFC 7493 section 2.2

JUNIT_BYTES = 10 * MIB
JUNIT_CASES = 200_000
XML_DEPTH = 32
JUNIT_MESSAGE_BYTES = 64 * KIB
IMPORT_BYTES = 5 * MIB
IMPORT_ROWS = 5_000
IMPORT_COLUMNS = 1_000  # an export of Jira has a column for each custom field, and repeats some
IMPORT_CELL_CHARACTERS = 32_767  # what a cell of a spreadsheet holds

ERRORS_SHOWN = 20
QUOTED_CHARACTERS = 80
