"""typed.py SETUP LINE EXPECTED SHELL [ARGUMENT…]: starts an interactive shell at a terminal, has it carry out SETUP, types LINE and a
tabulator, and waits until the shell shows EXPECTED, which LINE does not hold."""
import os
import pty
import select
import sys
import time

setup, line, expected = sys.argv[1:4]
assert expected not in line
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", COLUMNS="200", LINES="50")
    os.execvp(sys.argv[4], sys.argv[4:])

shown = b""


def wait_for(text, seconds):
    global shown
    end = time.monotonic() + seconds
    while text.encode() not in shown:
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            return False
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            return False
        # fish asks a terminal what it is, and waits for the answer.
        if b"\x1b[c" in shown or b"\x1b[0c" in shown:
            os.write(terminal, b"\x1b[?62c")
            shown = shown.replace(b"\x1b[c", b"").replace(b"\x1b[0c", b"")
    return True


os.write(terminal, f"{setup}; echo REA''DY\n".encode())
found = wait_for("READY", 30)
if found:
    shown = b""
    os.write(terminal, line.encode() + b"\t")
    found = wait_for(expected, 30)
os.close(terminal)
if not found:
    sys.exit(f"{sys.argv[4]} did not show {expected}, but:\n{shown.decode(errors='replace')}")
