"""`make install` and `make upgrade` in an empty folder, and the unit they put in place."""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import programs
import pytest
from building import ROOT, borrowed, installed, quick_python, wheel

pytestmark = [
    pytest.mark.xdist_group("wheel"),
    pytest.mark.timeout(1500),
]  # half a minute, but mostly of processor time

SCRIPT = ROOT / "systemd" / "install.sh"
UNIT = ROOT / "systemd" / "mailgate.service"
WINDOW = ROOT / "systemd" / "mailgate-window.service"
DOOR = ROOT / "systemd" / "mailgate-window.socket"
BRIDGE = ROOT / "systemd" / "mailgate-bridge@.service"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.getbasetemp())


def run_script(root: Path, *call: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**borrowed(), "DESTDIR": str(root), "PYTHON": sys.executable, **more}
    return subprocess.run(
        ["sh", str(SCRIPT), *call], env=env, capture_output=True, text=True, timeout=1000, check=False
    )


def mailgate(root: Path, *call: str) -> subprocess.CompletedProcess[str]:
    program = root / "opt" / "mailgate" / "venv" / "bin" / "mailgate"
    config = root / "etc" / "mailgate" / "mailgate.toml"
    call = (str(program), "--config", str(config), *call)
    return subprocess.run(call, env=borrowed(), cwd=root, capture_output=True, text=True, timeout=1000, check=False)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_install_then_upgrade_then_an_upgrade_that_fails_then_back(made: Path, ready: Path, tmp_path: Path) -> None:
    root, quick = tmp_path / "machine", tmp_path / "python"
    quick.write_text(quick_python(sys.executable, made, str(ready)))
    quick.chmod(0o755)
    script = partial(run_script, PYTHON=str(quick))
    done = script(root, "install", str(made))
    assert done.returncode == 0, done.stderr
    etc, data, opt = root / "etc" / "mailgate", root / "var" / "lib" / "mailgate", root / "opt" / "mailgate"
    assert (mode(data), mode(etc), mode(etc / "mailgate.toml")) == (0o700, 0o750, 0o640)
    assert (etc / "rules" / "90-default.toml").exists()
    assert (opt / "doc" / "operations.md").exists()
    assert os.readlink(root / "usr/local/bin/mailgate") == "/opt/mailgate/venv/bin/mailgate"
    assert "ExecStart=/opt/mailgate/venv/bin/mailgate" in (root / "etc/systemd/system/mailgate.service").read_text()
    units = root / "etc/systemd/system"
    assert {path.name for path in units.rglob("*")} == {
        UNIT.name,
        WINDOW.name,
        DOOR.name,
        BRIDGE.name,
    }  # none is enabled
    assert {"bridge.py", "whatsapp.py", "README.md"} <= {path.name for path in (opt / "bridges").iterdir()}
    assert mailgate(root, "ban", "@spam.example").returncode == 0
    assert mode(data / "mailgate.db") == 0o600

    (etc / "mailgate.toml").write_text((etc / "mailgate.toml").read_text() + "# mine\n")
    (etc / "rules" / "40-topics.toml").unlink()
    first = os.readlink(opt / "venv")
    again = script(root, "install", str(made))
    assert (again.returncode, "make upgrade" in again.stderr) == (1, True)

    done = script(root, "upgrade", str(made))
    assert done.returncode == 0, done.stderr
    assert (etc / "mailgate.toml").read_text().endswith("# mine\n")
    assert not (etc / "rules" / "40-topics.toml").exists()
    [backup] = (root / "var/backups/mailgate").iterdir()
    assert (backup.name.startswith("before-"), mode(backup)) == (True, 0o600)
    second = os.readlink(opt / "venv")
    assert second != first
    assert "@spam.example" in mailgate(root, "bans").stdout

    broken = tmp_path / "mailgate-9-py3-none-any.whl"
    broken.write_text("no wheel")
    done = script(root, "upgrade", str(broken))
    assert (done.returncode, "nothing was changed" in done.stderr) == (1, True)
    assert os.readlink(opt / "venv") == second
    assert len(list((opt / "releases").iterdir())) == 2

    assert programs.run(["--config", str(etc / "mailgate.toml"), "ban", "@later.example"]).returncode == 0
    with contextlib.closing(sqlite3.connect(data / "mailgate.db")) as database:
        [version] = database.execute("PRAGMA user_version").fetchone()
        database.execute(f"PRAGMA user_version = {version + 1}")  # as if the newer release had migrated it
    done = script(root, "rollback")
    assert (done.returncode, os.readlink(opt / "venv")) == (1, second)
    assert f"mailgate restore {backup}" in done.stderr and "install.sh rollback" in done.stderr
    [aside] = re.findall(r"find \. .*", done.stderr)
    (data / "newer").mkdir()
    subprocess.run(["sh", "-c", aside], cwd=data, check=True)  # as printed; there never was a large mail here
    assert not [*data.glob("mailgate.db*")]

    done = script(root, "rollback")
    assert done.returncode == 0, done.stderr
    assert os.readlink(opt / "venv") == first
    assert mailgate(root, "restore", str(backup)).returncode == 0
    assert "@later.example" not in mailgate(root, "bans").stdout
    assert "@spam.example" in mailgate(root, "bans").stdout


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [((), 2, "sh systemd/install.sh install"), (("upgrade",), 1, "make install"), (("rollback",), 1, "no release")],
)
def test_the_script_says_what_it_wants(tmp_path: Path, call: tuple[str, ...], status: int, said: str) -> None:
    done = run_script(tmp_path, *call)
    assert done.returncode == status
    assert said in done.stdout + done.stderr


def test_outside_a_trial_folder_only_root_may_install(tmp_path: Path) -> None:
    fake = tmp_path / "id"
    fake.write_text("#!/bin/sh\necho 1000\n")
    fake.chmod(0o755)
    done = run_script(
        tmp_path / "machine",
        "install",
        DESTDIR="",
        PREFIX=str(tmp_path / "opt"),
        PATH=f"{tmp_path}:{os.environ['PATH']}",
    )
    assert (done.returncode, "as root" in done.stderr) == (1, True)
    assert not (tmp_path / "opt").exists()


# --- the user of the service ------------------------------------------------------------------------------------------

as_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("runuser") is None, reason="needs root and runuser, to become somebody else"
)


def as_nobody(python: str, code: str, env: dict[str, str] | None = None) -> bool:
    call = ["runuser", "-u", "nobody", "--", python, "-c", code]
    return subprocess.run(call, cwd="/", env=env, capture_output=True, timeout=1000, check=False).returncode == 0


@as_root
def test_s10_a_python_that_the_user_cannot_execute_is_refused_and_another_named(tmp_path: Path) -> None:
    """S-10: a Python under /root was taken; the service could not execute it."""
    closed = tmp_path / "root" / "python"
    closed.parent.mkdir(mode=0o700)
    asked = f'case "$*" in *_base_executable*) exec echo {closed} ;; "-m venv "*) exit 1 ;; esac'
    closed.write_text(f'#!/bin/sh\n{asked}\nexec {sys.executable} "$@"\n')
    closed.chmod(0o755)
    (tmp_path / "useradd").symlink_to("/bin/false")  # nothing is to be made; if it were, not here
    done = run_script(
        tmp_path / "machine",
        "install",
        DESTDIR="",
        PYTHON=str(closed),
        PREFIX=str(tmp_path / "opt"),
        PATH=f"{tmp_path}:{os.environ['PATH']}",
    )
    assert (done.returncode, "cannot be run by the user" in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "opt").exists()
    named = re.search(r"set PYTHON=(\S+);", done.stderr)
    assert named, done.stderr
    if "apt-get" not in done.stderr:
        assert as_nobody(named[1], "import venv, ensurepip, ssl")


MACHINE = """
set -eu
mount -t tmpfs tmpfs "$1"
for place in etc opt var usr/local; do
    mkdir -p "$1/$place/upper" "$1/$place/work"
    mount -t overlay overlay -o "lowerdir=/$place,upperdir=$1/$place/upper,workdir=$1/$place/work" "/$place"
done
rm -rf /etc/mailgate /var/lib/mailgate /var/backups/mailgate /opt/mailgate
shift
"""

UPGRADES = """
printf '%s' "$QUICK" >/opt/quick
chmod 755 /opt/quick
export PYTHON=/opt/quick
tell() { echo "== $*"; }
install="sh $SCRIPT"
$install install "$WHEEL" >/dev/null
mailgate() { /opt/mailgate/venv/bin/mailgate --config /etc/mailgate/mailgate.toml "$@"; }
mailgate ban @spam.example >/dev/null
cd /etc/mailgate
echo hush >secret; chmod 600 secret
sed -i 's|^\\[smtp\\]|[[outgoing]]\\nname = "relay"\\nhost = "127.0.0.1"\\nuser = "u"\\npassword = "file:/etc/mailgate/secret"\\n\\n&|' mailgate.toml
first=$(readlink /opt/mailgate/venv)
try() { $install upgrade "$WHEEL" 2>&1 | sed "s/^/$1: /"; sleep 1; }
echo 'x = 1' >rules/50-wrong.toml
try closed
chown mailgate secret
chmod 600 mailgate.toml
try hidden
chmod 640 mailgate.toml
[ "$first" = "$(readlink /opt/mailgate/venv)" ] && tell stayed
rm rules/50-wrong.toml
try open
[ "$first" != "$(readlink /opt/mailgate/venv)" ] && tell moved
stat -c '== %U %n' /var/lib/mailgate/* /var/backups/mailgate/*
"""


@as_root
def test_s09_an_upgrade_judges_as_the_user_of_the_service(made: Path, tmp_path: Path) -> None:
    """S-09: root's eyes found fault with the old release, so the new one was not asked at all."""
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    env = {**borrowed(), "SCRIPT": str(SCRIPT), "WHEEL": str(made), "QUICK": quick_python(python, made)}
    del env["PIP_NO_COMPILE"]  # whoever may not write there would compile it all, each time
    if not as_nobody(python, "import ensurepip, click, pydantic", env):
        pytest.skip(f"no {python} that another user may run")
    call = ["unshare", "--mount", "sh", "-c", MACHINE + UPGRADES, "sh", str(tmp_path)]
    if subprocess.run([*call[:4], MACHINE, *call[5:]], capture_output=True, timeout=1000, check=False).returncode:
        pytest.skip("no file systems can be laid over others here")
    done = subprocess.run(call, env=env, capture_output=True, text=True, timeout=1000, check=False)
    said = done.stdout
    assert done.returncode == 0, (said, done.stderr)
    assert re.search(r"closed: .*/etc/mailgate/secret: Permission denied", said)
    assert re.search(r"hidden: .*is not for mailgate to read", said)
    assert "closed: install.sh: neither release accepts the configuration" in said
    assert re.search(r"closed: .*rules/50-wrong.toml", said)
    assert "== stayed" in said and "open: upgraded" in said and "== moved" in said
    assert "== root" not in said and "== mailgate /var/lib/mailgate/mailgate.db" in said


# --- the unit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [UNIT, WINDOW, BRIDGE], ids=["mailgate", "window", "bridge"])
def test_systemd_scores_the_unit_as_well_protected(unit: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing: apt-get install systemd")
    call = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", str(unit)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=1000, check=False)
    found = re.search(r"exposure level for [a-z@-]+.service: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= 2.0
    assert done.returncode == 0


def test_the_unit_lets_the_children_limit_themselves() -> None:
    lines = [line for line in UNIT.read_text().splitlines() if line.startswith("SystemCallFilter=")]
    assert lines[-1] == "SystemCallFilter=setrlimit prlimit64"
    assert "@resources" in lines[-2]


def test_the_unit_waits_for_readiness_and_grants_the_grace_sigterm_needs() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(UNIT)
    service = unit["Service"]
    assert (service["Type"], service["User"], service["UMask"]) == ("notify", "mailgate", "0077")
    assert int(service["TimeoutStopSec"]) > 30
    assert int(service["WatchdogSec"]) >= 30
    assert service["ExecStart"].endswith("/venv/bin/mailgate --config /etc/mailgate/mailgate.toml run")


def test_systemd_understands_every_line_of_the_windows_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing: apt-get install systemd")
    for path in (WINDOW, DOOR):
        (tmp_path / path.name).write_text(path.read_text().replace("/opt/mailgate/venv/bin/mailgate", "/bin/true"))
    call = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / path.name) for path in (WINDOW, DOOR))]
    done = subprocess.run(call, capture_output=True, text=True, timeout=1000, check=False)
    ours = [line for line in done.stderr.splitlines() if "mailgate-window" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_w35_the_windows_unit_has_the_socket_and_nothing_else_of_the_desk() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(WINDOW)
    service = unit["Service"]
    assert service["ExecStart"].endswith("mailgate window --listen fd:3 --socket /run/mailgate/window.sock")
    wanted = {"DynamicUser": "yes", "Group": "mailgate", "PrivateNetwork": "yes", "ProtectSystem": "strict",
              "RestrictAddressFamilies": "AF_UNIX", "MemoryMax": "256M", "TasksMax": "64", "NoNewPrivileges": "yes"}  # fmt: skip
    assert {key: service[key] for key in wanted} == wanted
    assert set(service["InaccessiblePaths"].split()) == {
        "-/etc/mailgate",
        "-/var/lib/mailgate",
        "-/var/backups/mailgate",
    }
    assert "Requires" not in unit["Unit"] and "BindsTo" not in unit["Unit"]  # it outlives the daemon
    daemon = configparser.RawConfigParser(strict=False)
    daemon.optionxform = str  # type: ignore[assignment,method-assign]
    daemon.read(UNIT)
    assert (daemon["Service"]["RuntimeDirectory"], daemon["Service"]["RuntimeDirectoryMode"]) == ("mailgate", "0750")


@pytest.mark.parametrize("unit", [UNIT, WINDOW], ids=["mailgate", "window"])
def test_the_units_let_the_window_shut_itself_in(unit: Path) -> None:
    calls = " ".join(
        line for line in unit.read_text().splitlines() if line.startswith("SystemCallFilter=") and "~" not in line
    )
    assert {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "prlimit64"} <= set(
        calls.replace("=", " ").split()
    )
