"""Do the tests find a fault?  Each hand-made one of `mutants.toml` is put into a copy, and the nearest tests are run.

    make mutants                          all of them
    make mutants ARGS="--jobs 4"          four at a time, each in a copy of its own
    make mutants ARGS="-v overtaken-never archived-before-reopen-within"

Exit status 1 when one survived, no longer fits, or could not be judged; 2 when the tests fail without any fault.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = ROOT / "bench" / "mutants.toml"
ALONE = ("bench", "docs", "mailgate", "rules", "systemd", "templates", "tests")  # folders a test may look at
FILES = ("CHANGELOG.md", "LICENSE", "Makefile", "README.md", "config.example.toml", "pyproject.toml")
LONGEST = 300.0  # seconds for the nearest tests; a fault that makes them hang is found too
PASSED, FAILED = 0, 1  # exit statuses of pytest


class Unfit(Exception):
    """The text that a mutant replaces is not there exactly once."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: `after` in the place of `before`."""

    id: str
    says: str
    module: str  # dotted
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The module's file, relative to the root."""
        return Path(*self.module.split(".")).with_suffix(".py")

    def apply(self, root: Path) -> str:
        """The module's text with the fault in it. Raises Unfit."""
        path = root / self.path
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if (count := text.count(self.before)) != 1:
            raise Unfit(f"{self.id}: its text stands {count} times in {self.path}")
        return text.replace(self.before, self.after)


def load(path: Path = LIST) -> tuple[Mutant, ...]:
    """Every mutant of the list, in its order."""
    with path.open("rb") as file:
        found = tomllib.load(file)["mutant"]
    return tuple(Mutant(**{**one, "tests": tuple(one["tests"])}) for one in found)


class Copy:
    """A copy of the checkout in which a fault may be made."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc", ".hypothesis")
        for name in ALONE:
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)
        for name in FILES:
            shutil.copy2(ROOT / name, folder / name)
        self._stamp = 0

    def test(self, tests: Iterable[str], *, verbose: bool = False) -> tuple[int | None, str]:
        """(pytest's exit status, None when the time is up; what it printed)."""
        call = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "--no-header",
            "--tb=line",
            *tests,
        ]
        env = {**os.environ, "PYTHONPATH": str(self.root)}  # before the checkout that is installed
        try:
            done = subprocess.run(
                call, cwd=self.root, env=env, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return None, "the time was up"
        if verbose:
            sys.stdout.write(done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    def judge(self, mutant: Mutant, *, verbose: bool = False) -> tuple[str, str]:
        """(`killed`, `survived` or `unfit`; what there is to say of it)."""
        try:
            text = mutant.apply(self.root)
        except Unfit as problem:
            return "unfit", str(problem)
        path = self.root / mutant.path
        kept, times = path.read_bytes(), path.stat()
        self._stamp += 1
        path.write_text(text, encoding="utf-8")
        os.utime(path, (10**9 + self._stamp,) * 2)  # a compiled file is known by its source's time and size
        try:
            status, said = self.test(mutant.tests, verbose=verbose)
        finally:
            path.write_bytes(kept)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        if status in (FAILED, None):
            return "killed", ""
        if status == PASSED:
            return "survived", mutant.says
        return "unfit", f"pytest ended with {status}:\n{said[-2000:]}"


def run(mutants: tuple[Mutant, ...], jobs: int, *, verbose: bool) -> int:
    """Judge each; print a line for each and a total; returns the exit status."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        first = Copy(Path(folder) / "0")
        status, said = first.test(sorted({name for one in mutants for name in one.tests}))
        if status != PASSED:
            print(said)
            print("the tests fail as they are: no fault can be judged by them")
            return 2
        copies.put(first)
        for number in range(1, jobs):
            copies.put(Copy(Path(folder) / str(number)))

        def judge(mutant: Mutant) -> str:
            copy = copies.get()
            start = time.monotonic()
            try:
                verdict, why = copy.judge(mutant, verbose=verbose)
            finally:
                copies.put(copy)
            print(
                f"{verdict:8} {mutant.id} ({time.monotonic() - start:.1f} s)" + (f"\n         {why}" if why else ""),
                flush=True,
            )
            return verdict

        with ThreadPoolExecutor(jobs) as pool:
            verdicts = list(pool.map(judge, mutants))
    killed = verdicts.count("killed")
    print(f"{killed} of {len(mutants)} killed, {verdicts.count('survived')} survived, {verdicts.count('unfit')} unfit, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    return 0 if killed == len(mutants) else 1


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="only these mutants")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what pytest prints")
    given = parser.parse_args()
    mutants = load()
    if unknown := set(given.ids) - {one.id for one in mutants}:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    chosen = tuple(one for one in mutants if not given.ids or one.id in given.ids)
    return run(chosen, max(1, given.jobs), verbose=given.verbose)


if __name__ == "__main__":
    sys.exit(main())
