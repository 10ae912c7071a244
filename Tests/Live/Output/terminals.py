"""Runs commands on pseudo-terminals, and says which lines do not fit, or hold what they should not.

usage: terminals.py PROGRAM <COMMANDS, a line each
"""

import concurrent.futures
import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
import unicodedata

COLOUR = re.compile("\x1b\\[[0-9;]*m")
ENVIRONMENT = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8"}


def shown(command, width, **variables):
    """What a terminal of that width gets."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    child = subprocess.Popen(
        [sys.argv[1]] + command.split(), stdin=slave, stdout=slave, stderr=slave, env={**ENVIRONMENT, **variables}
    )
    os.close(slave)
    output = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        output += part
    os.close(master)
    child.wait()
    return output.decode().replace("\r\n", "\n")


def cells(line):
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line
    )


def faults(command, width, **variables):
    text = shown(command, width, **variables)
    room = int(variables.get("COLUMNS", width))
    about = f"{command} at {width}, {variables}"
    if not text.strip():
        yield f"{about}: nothing"
    if ("NO_COLOR" in variables or variables.get("TERM") == "dumb") and "\x1b" in text:
        yield f"{about}: an escape sequence"
    if variables.get("LC_ALL") == "C" and not text.isascii():
        yield f"{about}: not ASCII: {[each for each in text if not each.isascii()]}"
    for line in COLOUR.sub("", text).split("\n"):
        if cells(line) > room:
            yield f"{about}: {cells(line)}: {line}"


commands = [line.strip() for line in sys.stdin if line.strip()]
runs = [(command, width, {}) for command in commands for width in (50, 80, 120)]
# One of the helps and one of the pages stand for all: the same function prints them.
others = [command for command in commands if "--help" not in command and not command.startswith("explain ")]
others += ["doctor --help", "explain duplicate-default-route"]
for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"LC_ALL": "C"}):
    runs += [(command, 80, variables) for command in others]
runs += [(command, 120, {"COLUMNS": "60"}) for command in others]
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    for lines in pool.map(lambda run: list(faults(run[0], run[1], **run[2])), runs):
        for line in lines:
            print(line)
print(len(runs))
