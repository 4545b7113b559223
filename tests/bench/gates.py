"""gates.py - what the figures are held against: a ratio, what is asked of it, met or not.

    gates = Gates()
    gates.compare("run: wall time", "crun", ours, theirs, 0.5)      at most half of theirs
    gates.hold("run", figures, "crun")                             the same, of a measured table, wall and processor time
    gates.within("unpack: peak memory", "MiB", 14.2, 32)           a figure by itself
    gates.none("1000 containers: failures", 3)                     nothing of it may be there
    gates.show()                                                   a table
    gates.all_met()                                                a gate that couldn't be measured isn't met
"""
ROW = "  {:<46}{:<26}{:>10}{:>10}  {}"


class Gates:
    def __init__(self):
        self.rows = []

    def compare(self, what, peer, ours, theirs, most):
        """ours and theirs in the same unit; None where one wasn't measured."""
        self.within(what, f"of {peer}'s", ours / theirs if ours is not None and theirs else None, most)

    def hold(self, what, figures, peer, ours="bundle-run", most=0.5, units=("wall", "cpu")):
        for unit in units:
            mine, theirs = (figures.get(name, {}).get(unit) for name in (ours, peer))
            self.compare(f"{what}: {'wall time' if unit == 'wall' else 'processor time'}", peer.split(" (")[0], mine, theirs,
                         most)

    def within(self, what, unit, value, most):
        self.rows.append((what, unit, value, most))

    def none(self, what, count):
        self.rows.append((what, "count", count, 0))

    def met(self, row):
        return row[2] is not None and row[2] <= row[3]

    def all_met(self):
        return all(self.met(row) for row in self.rows)

    def show(self):
        if not self.rows:
            return
        print("What is asked for")
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
