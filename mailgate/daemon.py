"""The daemon: edges, worker threads and the clock started in order, and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from mailgate import newfile, systemd
from mailgate.app.health import memory, pulse
from mailgate.app.jobs import waking
from mailgate.app.jobs.schedule import run_job
from mailgate.errors import ConfigError
from mailgate.wiring import Door, Edges, Gateway, Shortage, build, edges

log = logging.getLogger(__name__)

# Seconds from SIGTERM on. Whatever hangs then is left behind: all that matters is on disk, and made for a sudden end.
GRACE = 18.0  # for the work in hand
LAST = 2.0  # for those whose child was taken away
END = 26.0  # for all of it
LOOK = 1.0  # seconds between two looks at what may be over
NO_MEMORY = "not enough memory to run: raise the limit (ulimit -v, LimitAS=, MemoryMax=); 1 GB of addresses will do"
EXIT = 2.0  # for the interpreter, which waits for threads that hang


class Daemon:
    """One running gateway."""

    def __init__(self, gateway: Gateway, outside: Edges, ready_file: Path | None = None) -> None:
        self.gateway, self.outside, self.ready_file = gateway, outside, ready_file
        self.schedule, self.reloader, self.callbox = outside.schedule, outside.reloader, outside.callbox
        self.threads: list[threading.Thread] = []
        self.stop_event = asyncio.Event()
        gateway.soundness.found = self._damaged
        gateway.store.on_suspect = gateway.soundness.wake
        self.started = threading.Event()
        self.ended = threading.Event()
        self.status = 0  # of the process when it ends
        self.shortage = Shortage(self._shed, self._starved)
        self.last_resort: Callable[[], None] = lambda: None  # called when we begin to stop
        self.loop: asyncio.AbstractEventLoop | None = None

    @property
    def door(self) -> Door:
        """The listeners for mail."""
        return self.outside.door

    async def run(self) -> int:
        """Serve until SIGTERM or SIGINT; returns the exit status."""
        self.loop = asyncio.get_running_loop()
        self._signals(self.loop)
        self.loop.set_exception_handler(self._trouble)
        recovered = self.gateway.store.write(lambda tx: tx.outbox.recover(self.gateway.clock())).result()
        log.info("starting", extra={"recovered": dict(recovered)})
        for problem in self.gateway.config.warnings:
            log.warning("configuration warning", extra={"problem": str(problem)})
        try:
            await self.door.start()
            await self.outside.metrics.start()
        except OSError as error:
            await self.door.stop(0)
            raise ConfigError(f"cannot listen: {error.strerror or error}") from error
        try:
            await self._set_to_work()
        except BaseException:
            await self.door.stop(0)
            raise
        alive = [asyncio.create_task(each) for each in (self._watchdog(), self._descriptors())]
        await self.stop_event.wait()
        for each in alive:
            each.cancel()
        await self._shut_down()
        return self.status

    async def _set_to_work(self) -> None:
        self.gateway.window = self.outside.window.state
        await self.outside.window.start()
        self.gateway.listeners = self._bound()
        self.gateway.dead = self._dead
        self.callbox.open()
        self._start_threads()
        self.schedule.start()
        self._write_ready_file()
        systemd.tell("READY=1")
        # Not among those we wait for when we stop: a look through gigabytes cannot be interrupted, and only reads.
        look = self.gateway.soundness.run
        threading.Thread(target=look, args=(self.gateway.stopping,), name="check", daemon=True).start()
        self.started.set()
        log.info("ready", extra={"smtp": self.door.bound["smtp"], "lmtp": self.door.bound["lmtp"]})

    def stop(self) -> None:
        """Ask the daemon to finish its work in hand and end; callable from any thread."""
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.stop_event.set)

    def _signals(self, loop: asyncio.AbstractEventLoop) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop_event.set)
        loop.add_signal_handler(signal.SIGHUP, self.reloader.wake)

    def _start_threads(self) -> None:
        self.gateway.threaded = True
        work: list[tuple[str, Callable[[threading.Event], None]]] = [
            ("process", self.gateway.intake.run),
            ("dispatch", self._dispatch),
            ("reload", self.reloader.run),
            *self.outside.workers,
        ]
        self.gateway.hooks.adopt(self.gateway.config, threads=True)
        for name, target in work:
            thread = threading.Thread(target=self._work, args=(name, target), name=name, daemon=True)
            thread.start()
            self.threads.append(thread)

    def _dispatch(self, stop: threading.Event) -> None:
        """What fell due together while nobody sent is gathered before any of it leaves alone."""
        try:
            waking.gather(self.gateway, self.gateway.clock())
        except Exception:  # letters leave one by one then, and are not lost
            log.exception("notices were not gathered")
        self.gateway.dispatcher.run(stop)

    def _work(self, name: str, target: Callable[[threading.Event], None]) -> None:
        """A worker, until it is told to end; memory that ran out under it comes back, and so does the worker."""
        stop = self.gateway.stopping
        while True:
            try:
                return target(stop)
            except MemoryError:
                if stop.wait(LOOK):
                    return None
                log.error("short of memory, worker begins again", extra={"worker": name})

    async def _shut_down(self) -> None:
        """No new mail, then the work in hand, then the parts in the reverse of their start."""
        systemd.tell("STOPPING=1")
        log.info("stopping")
        self.last_resort()
        ends = time.monotonic() + GRACE
        asking = threading.Thread(target=self.callbox.close, args=(GRACE,), name="callbox-stop", daemon=True)
        asking.start()
        pages = asyncio.create_task(self.outside.window.stop())
        await self.door.stop(GRACE / 2)
        await pages
        self.outside.metrics.stop()
        self.gateway.ask_no_more()
        self.gateway.intake.wake()
        self.gateway.dispatcher.wake()
        self.reloader.wake()
        self.gateway.soundness.wake()
        clock = threading.Thread(target=self.schedule.stop, name="schedule-stop", daemon=True)
        clock.start()
        await asyncio.to_thread(self._join, (*self.threads, *self.gateway.hooks.threads, clock, asking), ends)
        await asyncio.to_thread(self.gateway.children.close)  # whoever still waits for a child puts its mail back,
        await asyncio.to_thread(self._join, self.threads, time.monotonic() + LAST)  # unblamed, while there is a store
        await asyncio.to_thread(self.gateway.close)
        with contextlib.suppress(OSError):
            if self.ready_file:
                self.ready_file.unlink()
        log.info("stopped")
        self.ended.set()

    @staticmethod
    def _join(threads: Iterable[threading.Thread], ends: float) -> None:
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _write_ready_file(self) -> None:
        if self.ready_file is None:
            return
        text = json.dumps({**self._bound(), "pid": os.getpid()})
        try:
            newfile.replace(self.ready_file, f"{text}\n".encode())
        except OSError as error:
            raise ConfigError(f"{self.ready_file} cannot be written: {error.strerror}") from error

    def _bound(self) -> dict[str, list[str]]:
        window = {"window": self.outside.window.bound} if self.gateway.config.web.listen else {}
        return {**self.door.bound, "metrics": self.outside.metrics.bound, **window}

    def _damaged(self) -> None:
        """The check found damage: people hear of it now, and not at the next look."""
        run_job(self.gateway, "watch", self.gateway.clock())

    def _dead(self) -> list[str]:
        """Workers that ended although nobody told them to, and a listener that is not there or does not answer."""
        gone = [thread.name for thread in self.threads if not thread.is_alive()] + self.gateway.hooks.dead()
        return gone if self.door.answers or self.stop_event.is_set() else [*gone, "listener"]

    def _trouble(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What asyncio has to tell; it tells of each connection that it cannot take, a hundred times a second."""
        if isinstance(context.get("exception"), MemoryError):
            self.shortage.met()
            return
        if not self.gateway.descriptors.refused(context.get("exception"), time.monotonic()):
            loop.default_exception_handler(context)

    def _shed(self) -> None:
        self.door.shed()

    def _starved(self) -> None:
        if not self.stop_event.is_set():
            log.critical("short of memory for long, ending")
            self.status = 1
            self.stop_event.set()

    async def _descriptors(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self.gateway.descriptors.look(time.monotonic())

    async def _watchdog(self) -> None:
        every = systemd.watchdog_seconds()
        while every:
            if not self._dead():
                systemd.tell("WATCHDOG=1")
            await asyncio.sleep(every)


def serve(config_path: Path, ready_file: Path | None = None) -> int:
    """Build a gateway from a configuration file and run it until it is told to stop.

    Raises ConfigError for what an admin must change, a Python that cannot read mail among it, InUse when another
    process holds the data folder.
    """
    memory.few_arenas()
    gateway = build(config_path)
    try:
        pulse.prove(gateway.children)
        daemon = Daemon(gateway, edges(gateway, apart=True), ready_file)
        daemon.last_resort = partial(_last_resort, daemon)
        return asyncio.run(daemon.run())
    except MemoryError as error:
        raise ConfigError(NO_MEMORY) from error
    except RuntimeError as error:
        if "new thread" in str(error):
            raise ConfigError(NO_MEMORY) from error
        raise
    finally:
        gateway.close()


def _last_resort(daemon: Daemon) -> None:
    """From now on the process ends within END and EXIT seconds, whoever hangs."""

    def watch() -> None:
        daemon.ended.wait(END)
        time.sleep(EXIT)
        hung = sorted(thread.name for thread in threading.enumerate() if thread is not threading.current_thread())
        log.warning("threads still running at shutdown", extra={"threads": hung})
        logging.shutdown()
        os._exit(0)

    threading.Thread(target=watch, name="last-resort", daemon=True).start()
