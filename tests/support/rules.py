"""rules.py - a check is a list of rules.

A rule is a function. Its first line says what has to be, what it yields is where that isn't so; it raises Skip if that
can't be looked at here. All output is in the form of tests/harness.sh.
"""


class Skip(Exception):
    """Why."""


def check(rules, *about):
    """Each rule about that: the exit status, 77 if none could be looked at."""
    failed, looked = 0, 0
    for rule in rules:
        try:
            found = list(rule(*about))
        except Skip as reason:
            print(f"skip - {rule.__doc__} # {reason}")
            continue
        print(("not ok" if found else "ok") + " - " + rule.__doc__)
        for words in found:
            print("    " + words)
        looked += 1
        failed += bool(found)
    return 1 if failed else 0 if looked else 77
