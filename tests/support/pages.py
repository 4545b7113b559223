"""pages.py - a Markdown file as the checks see it: front matter, headings, fenced blocks, prose; and all of the course.

    page = Page("lessons/03-who-is-root-here/README.md")
    page.front      [(line number, name, value)], or None if there is no front matter
    page.headings   [(line number, level, words)]
    page.fences     the blocks between two lines of ```; of those in a quotation ("> ```") the lines without "> "
    page.prose()    the text without all that, code and addresses blanked out, as many lines as the file has
"""
import glob
import os
import re

FENCE = re.compile(r"(> )?```\s*(.*)$")
HEADING = re.compile(r"(#+) (.+)$")


class Fence:
    def __init__(self, number, info, quoted):
        self.number, self.info, self.quoted = number, info, quoted
        self.lines, self.closed = [], False

    @property
    def language(self):
        return self.info.split(" ")[0]


class Page:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().split("\n")
        self.front, self.headings, self.fences, self.outside = None, [], [], []
        start = self._read_front_matter()
        fence = None
        for number, line in enumerate(self.lines[start:], start + 1):
            mark = FENCE.match(line)
            if fence and mark and not mark.group(2):
                fence.closed, fence = True, None
            elif fence:
                fence.lines.append((number, line[2:] if fence.quoted else line))
            elif mark:
                fence = Fence(number, mark.group(2), bool(mark.group(1)))
                self.fences.append(fence)
            else:
                self.outside.append((number, line))
                if match := HEADING.match(line):
                    self.headings.append((number, len(match.group(1)), match.group(2)))

    def _read_front_matter(self):
        if self.lines[0] != "---" or "---" not in self.lines[1:]:
            return 0
        end = self.lines.index("---", 1)
        self.front = []
        for number, line in enumerate(self.lines[1:end], 2):
            name, _, value = line.partition(":")
            self.front.append((number, name, value.strip()))
        return end + 1

    @property
    def fields(self):
        return {name: value for _, name, value in self.front or []}

    @property
    def number(self):
        """Of a lesson."""
        return os.path.basename(os.path.dirname(self.path))[:2]

    def rows(self):
        """Of tables: the number of a line and its cells. The line below a head is left out."""
        for number, line in self.outside:
            if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
                yield number, [cell.strip() for cell in line.strip("|").split("|")]

    def section(self, title):
        """The numbers of the first line of the section of level 2 and of the one after its last."""
        starts = [number for number, level, words in self.headings if level == 2 and words == title]
        if not starts:
            return 0, 0
        after = [number for number, level, _ in self.headings if level <= 2 and number > starts[0]]
        return starts[0], (after or [len(self.lines) + 1])[0]

    def text(self, title=None):
        """What is outside of fences, a line of the file a line: of a section, or all."""
        first, end = self.section(title) if title else (0, len(self.lines) + 1)
        out = [""] * len(self.lines)
        for number, line in self.outside:
            if first <= number < end:
                out[number - 1] = line
        return "\n".join(out)

    def prose(self):
        """text() with code, HTML, addresses and what is indented by four blanks (code, too) blanked out."""
        words = re.sub(r"^    .*$", "", self.text(), flags=re.MULTILINE)
        for pattern in (r"(`+)(?:(?!\n\n).)+?\1", r"</?\w[^>]*>", r"(?<=\])\([^)\s]+\)", r"https?://\S+"):
            words = re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found.group()), words, flags=re.DOTALL)
        return words

    def anchors(self):
        """What a link may name behind '#', by the rule of the forges."""
        out = []
        for _, _, words in self.headings:
            slug = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", words).lower()).replace(" ", "-")
            out.append(f"{slug}-{out.count(slug)}" if slug in out else slug)
        return out


class Course:
    """README.md, and all pages of the lessons."""

    def __init__(self):
        self.directories = sorted(glob.glob("lessons/[0-9][0-9]-*"))
        self.numbers = [os.path.basename(each)[:2] for each in self.directories]
        self.lessons, self.hints = ([Page(f"{each}/{name}") for each in self.directories
                                     if os.path.exists(f"{each}/{name}")] for name in ("README.md", "hints.md"))
        self.teaching, self.glossary = Page("lessons/TEACHING.md"), Page("lessons/GLOSSARY.md")
        self.pages = [Page("README.md"), self.teaching, self.glossary, *self.lessons, *self.hints]

    def lesson(self, number):
        return next((each for each in self.lessons if each.number == number), None)


def line_of(text, at):
    return text.count("\n", 0, at) + 1
