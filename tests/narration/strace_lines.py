"""strace_lines.py - reading what `strace -ff -ttt -y` wrote: calls, their arguments, strings, descriptors."""
import re
from dataclasses import dataclass, field

LINE = re.compile(r"^(\d+\.\d+) (\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+)(.*)$")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f", "a": "\a", "b": "\b", "e": "\x1b"}


@dataclass
class Call:
    name: str
    arguments: list
    result: int
    rest: str = ""  # what strace says behind the result: a pid in another namespace
    strings: list = field(default_factory=list)


def unescape(quoted):
    """The characters of a string as strace or the narration writes it, quotes included; bytes become Latin-1."""
    out, i = [], 1
    end = len(quoted) - 1 if quoted.endswith('"') else quoted.rindex('"')
    while i < end:
        if quoted[i] != "\\":
            out.append(quoted[i])
            i += 1
            continue
        letter = quoted[i + 1]
        if letter == "x":
            out.append(chr(int(quoted[i + 2:i + 4], 16)))
            i += 4
        elif letter in "01234567":
            digits = re.match(r"[0-7]{1,3}", quoted[i + 1:]).group(0)
            out.append(chr(int(digits, 8)))
            i += 1 + len(digits)
        else:
            out.append(ESCAPES.get(letter, letter))
            i += 2
    return "".join(out)


def split_arguments(words):
    """The arguments between commas, minding strings, brackets and the <...> behind descriptors."""
    out, depth, start, i = [], 0, 0, 0
    while i < len(words):
        letter = words[i]
        if letter == '"':
            i += 1
            while i < len(words) and words[i] != '"':
                i += 2 if words[i] == "\\" else 1
        elif letter == "<" and i > 0 and (words[i - 1].isdigit() or words.startswith("AT_FDCWD", i - 8)):
            # 5</a, b>: to the bracket in front of a comma or the end
            close = re.compile(r">(?=\(deleted\)|[,)\]}\s]|$)").search(words, i)
            i = close.start() if close else i
        elif letter in "[{(":
            depth += 1
        elif letter in "]})":
            depth -= 1
        elif words.startswith(", ", i) and depth == 0:
            out.append(words[start:i].strip())
            start = i + 1
        i += 1
    last = words[start:].strip()
    return out + [last] if last or out else out


def descriptor_path(word):
    """The path strace shows behind a descriptor: 5</proc/1/uid_map> -> /proc/1/uid_map."""
    match = re.match(r"(?:-?\d+|AT_FDCWD)<(.*?)>(?:\(deleted\))?$", word)
    return match.group(1) if match else ""


def string_list(word):
    """["a", "b"] as a list of strings."""
    return [unescape(each) for each in re.findall(r'"(?:\\.|[^"\\])*"', word)]


def read_calls(path):
    """The calls of one process, in order."""
    with open(path, encoding="latin-1") as file:
        for line in file:
            if match := LINE.match(line):
                _, name, arguments, result, rest = match.groups()
                base = 16 if result.startswith("0x") else 8 if result.startswith("0") else 10  # umask gives octal
                yield Call(name, split_arguments(arguments), int(result, base), rest)


def child_of(call):
    """The pid, as strace sees it, of the process a successful clone made."""
    inside = re.search(r"/\* (\d+) in strace's PID NS \*/", call.rest)
    return int(inside.group(1)) if inside else call.result
