"""gates.py - what the figures are held against: a ratio, what is asked of it, met or not.

    gates = Gates()
    gates.compare("run: wall time", "crun", ours, theirs, 0.5)      at most half of theirs
    gates.none("1000 containers: failures", 3)                     nothing of it may be there
    gates.show()                                                   a table
    gates.all_met()                                                a gate that couldn't be measured isn't met
"""
ROW = "  {:<44}{:>14}{:>10}{:>10}  {}"


class Gates:
    def __init__(self):
        self.rows = []

    def compare(self, what, peer, ours, theirs, most):
        """ours and theirs in the same unit; None where one wasn't measured."""
        ratio = ours / theirs if ours is not None and theirs else None
        self.rows.append((what, f"of {peer}'s", ratio, most))

    def none(self, what, count):
        self.rows.append((what, "count", count, 0))

    def met(self, row):
        return row[2] is not None and row[2] <= row[3]

    def all_met(self):
        return all(self.met(row) for row in self.rows)

    def show(self):
        if not self.rows:
            return
        print("What is asked for (ratios)")
        print(ROW.format("", "", "measured", "at most", ""))
        for row in self.rows:
            what, unit, value, most = row
            said = "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
            verdict = "not measured" if value is None else "met" if self.met(row) else "not met"
            print(ROW.format(what, unit, said, most, verdict))
        print(flush=True)


def median(values):
    """The middle one, of an even number the upper of the two: as timer.c does."""
    return sorted(values)[len(values) // 2]


def smallest(works, low, high):
    """The smallest number in (low, high] for which works(number) holds, if it holds from there on; None if not for high."""
    if not works(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle
    return high
