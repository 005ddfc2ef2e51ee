"""Writers that add records as fast as they can, some of them killed; prints every head that was reported.

Run: python storm.py FOLDER append WRITERS RECORDS, or python storm.py FOLDER kill WRITERS KILLS
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from aiaudit.archive.append import Content, append
from aiaudit.archive.layout import open_archive


def write(folder: str, name: str, number: int, reports: int) -> None:
    """Add records and report each head once it was returned."""
    archive = open_archive(folder)
    for turn in range(number):
        objects = {"record.json": f"{name}.{turn}".encode() * 500, "report.html": b"always the same"}
        head = append(archive, Content(kind="test", predicate={"by": name}, objects=objects))
        os.write(reports, f"{head}\n".encode())


def start(folder: str, name: str, number: int, reports: int) -> int:
    child = os.fork()
    if child == 0:
        write(folder, name, number, reports)
        os._exit(0)
    return child


def main(folder: str, mode: str, writers: int, number: int) -> int:
    chance = random.Random(7)
    endless = 10**9 if mode == "kill" else number
    running = [start(folder, f"writer {n}", endless, sys.stdout.fileno()) for n in range(writers)]
    if mode == "append":
        return max(os.waitpid(child, 0)[1] for child in running)
    for kill in range(number):
        time.sleep(chance.uniform(0, 0.06))
        victim = running.pop(chance.randrange(len(running)))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        running.append(start(folder, f"successor {kill}", endless, sys.stdout.fileno()))
    for child in running:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
