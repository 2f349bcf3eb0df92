"""
DOOR for people at a terminal: a client of the API, without Django.

Data goes to standard output, talk to standard error; what a command module needs is imported when it runs.
"""
