"""All cases together."""
import difflib
import sys

from hostile import configs, formats, layouts, packed, paths, whiteouts  # noqa: F401 - each adds its cases
from hostile.image import CASES
from hostile.mutants import mutant


def find(name):
    if name in CASES:
        return CASES[name]
    if name.startswith("mutant-") and name[7:].isdigit():
        return mutant(int(name[7:]))
    near = difflib.get_close_matches(name, CASES, 1)
    sys.exit(f"no case is called {name}" + (f" (did you mean {near[0]}?)" if near
        else " (hostile-tars --list has them)"))
