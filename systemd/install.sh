#!/bin/sh
# Puts mailgate on a Debian-like machine, or a newer mailgate in its place.
#
#   sh systemd/install.sh install [WHEEL]    venv, user, unit, /etc/mailgate, /var/lib/mailgate; nothing of yours is overwritten
#   sh systemd/install.sh upgrade [WHEEL]    builds the new release beside the old, checks it, backs up, then switches
#   sh systemd/install.sh rollback           switches back to the release before
#
# Without WHEEL the checkout this script lies in is installed. PYTHON names the interpreter, PREFIX another place than
# /opt/mailgate, and DESTDIR an empty folder to try everything in: then no user is made and no service touched. WEB=1
# brings the packages of the web pages, whose units are laid out and not enabled; CONNECT=1 those for what calls other
# programs (webhooks, look-ups, channels).

set -eu
umask 022

PREFIX=${PREFIX:-/opt/mailgate}
DESTDIR=${DESTDIR:-}
PYTHON=${PYTHON:-python3}
SOURCE=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

HOME_OF=$DESTDIR$PREFIX
ETC=$DESTDIR/etc/mailgate
DATA=$DESTDIR/var/lib/mailgate
BACKUPS=$DESTDIR/var/backups/mailgate
UNITS=$DESTDIR/etc/systemd/system
BIN=$DESTDIR/usr/local/bin/mailgate
RUN=$HOME_OF/venv/bin/mailgate
STAMP=$(date -u +%Y%m%dT%H%M%SZ)

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

real() { [ -z "$DESTDIR" ]; }                       # not a trial in a folder
service() { real && command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; }
own() { if real; then chown "$@"; fi; }

# Who the daemon is: what a drop-in says, else mailgate; a stranger before there is such a user.
service_user() {
    named=
    if service; then named=$(systemctl show --property=User --value mailgate 2>/dev/null || true); fi
    named=${named:-mailgate}
    if id "$named" >/dev/null 2>&1; then say "$named"; else say nobody; fi
}

# Runs a command with what the daemon's user may read, and no more.
as_service() {
    if real; then (cd / && runuser -u "$(service_user)" -- "$@"); else "$@"; fi
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

# A venv runs the Python that its maker stands on, with that one's libraries: the daemon's user needs both.
is_for_all() {
    base=$("$1" -c 'import sys; print(sys._base_executable)')
    as_service "$base" -c 'import encodings.idna, sqlite3, ssl' 2>/dev/null
}

another_python() {
    for each in python3 python3.14 python3.13 python3.12 python3.11; do
        for folder in /usr/bin /usr/local/bin; do
            found=$folder/$each
            if [ -x "$found" ] && new_enough "$found" && has_venv "$found" && is_for_all "$found"; then
                say "$found"
                return
            fi
        done
    done
}

check_root() {
    if real && [ "$(id -u)" != 0 ]; then fail 'run it as root (or with DESTDIR=FOLDER to try it)'; fi
}

check_python() {
    command -v -- "$PYTHON" >/dev/null || fail "there is no $PYTHON: apt-get install python3 python3-venv"
    new_enough "$PYTHON" || fail "$PYTHON is older than Python 3.11"
    has_venv "$PYTHON" || fail "$PYTHON has no venv: apt-get install python3-venv"
    if ! is_for_all "$PYTHON"; then
        other=$(another_python)
        way='apt-get install python3 python3-venv, and set PYTHON=/usr/bin/python3'
        if [ -n "$other" ]; then way="set PYTHON=$other"; fi
        fail "$base cannot be run by the user $(service_user), as which the daemon runs: $way; nothing was changed"
    fi
}

make_user() {
    if real && ! id mailgate >/dev/null 2>&1; then
        useradd --system --user-group --home-dir /var/lib/mailgate --no-create-home --shell /usr/sbin/nologin mailgate
        say 'user mailgate made'
    fi
}

has() { "$HOME_OF/venv/bin/python" -I -c "import $1" 2>/dev/null; }

# The extras that are asked for (WEB=1, CONNECT=1), and those the release before has.
extra() {
    named=
    if [ -n "${WEB:-}" ] || has starlette; then named=web; fi
    if [ -n "${CONNECT:-}" ] || has httpcore2; then named=${named:+$named,}connect; fi
    if [ -n "$named" ]; then say "[$named]"; fi
}

# A release of its own for each version: a venv cannot be moved, but a link to it can.
make_release() {
    RELEASE=$HOME_OF/releases/$STAMP
    [ ! -e "$RELEASE" ] || fail "$RELEASE is there already: wait a second"
    mkdir -p "$HOME_OF/releases"
    "$PYTHON" -m venv "$RELEASE"
    if ! "$RELEASE/bin/python" -m pip install --quiet --disable-pip-version-check "${1:-$SOURCE}$(extra)"; then
        rm -rf "$RELEASE"
        fail 'the packages could not be installed; nothing was changed'
    fi
    if ! as_service "$RELEASE/bin/mailgate" --version >/dev/null; then
        rm -rf "$RELEASE"
        fail "the user $(service_user) cannot run mailgate from $HOME_OF/releases; nothing was changed"
    fi
    say "release $STAMP built"
}

switch_to() {
    ln -s "releases/$1" "$HOME_OF/venv.new"
    mv -T "$HOME_OF/venv.new" "$HOME_OF/venv"
}

current() { basename -- "$(readlink "$HOME_OF/venv")"; }

put_files() {
    mkdir -p "$UNITS" "$(dirname -- "$BIN")" "$HOME_OF/doc" "$HOME_OF/bridges"
    for each in mailgate.service mailgate-window.socket mailgate-window.service mailgate-bridge@.service; do
        sed "s|/opt/mailgate|$PREFIX|g" "$SOURCE/systemd/$each" >"$UNITS/$each"
    done
    cp "$SOURCE"/docs/*.md "$SOURCE/README.md" "$SOURCE/CHANGELOG.md" "$HOME_OF/doc/"
    cp "$SOURCE"/bridges/*.py "$SOURCE/bridges/README.md" "$HOME_OF/bridges/"
    ln -sfn "$PREFIX/venv/bin/mailgate" "$BIN"
    if service; then systemctl daemon-reload; fi
}

make_folders() {
    mkdir -p "$ETC" "$DATA" "$BACKUPS"
    chmod 0700 "$DATA" "$BACKUPS"
    own mailgate:mailgate "$DATA" "$BACKUPS"
}

make_configuration() {
    if [ -e "$ETC/mailgate.toml" ]; then
        say "$ETC/mailgate.toml is yours and stays as it is"
    else
        "$RUN" init "$ETC" >/dev/null
        sed -i 's|^data = "data"|data = "/var/lib/mailgate"|' "$ETC/mailgate.toml"
        if ! real; then sed -i "s|^data = .*|data = \"$DATA\"|" "$ETC/mailgate.toml"; fi
        find "$ETC" -type d -exec chmod 0750 {} +
        find "$ETC" -type f -exec chmod 0640 {} +
        own -R root:mailgate "$ETC"
        say "$ETC/mailgate.toml written, in mode \"watch\""
    fi
}

install() {
    check_root
    check_python
    [ ! -e "$HOME_OF/venv" ] || fail "mailgate is here already: make upgrade"
    make_user
    make_release "${1:-}"
    switch_to "$STAMP"
    make_folders
    make_configuration
    put_files
    say "Now edit $ETC/mailgate.toml, then: mailgate check && systemctl enable --now mailgate"
}

upgrade() {
    check_root
    check_python
    [ -L "$HOME_OF/venv" ] || fail 'there is nothing to upgrade: make install'
    make_folders
    old=$(current)
    make_release "${1:-}"
    if ! as_service "$HOME_OF/releases/$STAMP/bin/mailgate" --config "$ETC/mailgate.toml" check; then
        rm -rf "$HOME_OF/releases/$STAMP"
        if as_service "$RUN" --config "$ETC/mailgate.toml" check >/dev/null 2>&1; then
            fail 'the new release does not accept the configuration; the old one stays'
        fi
        fail 'neither release accepts the configuration: mend it first; the old one stays'
    fi
    # As late as can be: what comes after it is lost on the way back.
    backup=$BACKUPS/before-$STAMP.tar.gz
    if [ -e "$DATA/mailgate.db" ]; then
        if ! as_service "$RUN" --config "$ETC/mailgate.toml" backup "$backup"; then
            rm -rf "$HOME_OF/releases/$STAMP"
            fail 'no backup, no upgrade; nothing was changed'
        fi
        printf '%s\n' "$backup" >"$HOME_OF/backup"
    fi
    switch_to "$STAMP"
    printf '%s\n' "$old" >"$HOME_OF/previous"
    put_files
    cp "$SOURCE/config.example.toml" "$ETC/config.example.toml"
    if service; then systemctl try-restart mailgate mailgate-window; fi
    for each in "$HOME_OF"/releases/*; do
        case $(basename -- "$each") in "$old" | "$STAMP") ;; *) rm -rf "$each" ;; esac
    done
    say "upgraded; back to the release before: sh systemd/install.sh rollback"
}

# The release before may not know what the newer one made of the database: then it takes a person to go back.
way_back() {
    say "The database was migrated since, and release $1 does not know it: nothing was changed. To go back all the same, and lose what came since then:"
    say "    systemctl stop mailgate"
    say "    cd $DATA && install -d -m 0700 -o mailgate -g mailgate newer"
    say "    find . -maxdepth 1 \\( -name 'mailgate.db*' -o -name blobs -o -name incoming \\) -exec mv -t newer {} +"
    say "    sh $SOURCE/systemd/install.sh rollback"
    say "    mailgate restore $2"
    say "    systemctl start mailgate && mailgate outbox list"
}

rollback() {
    check_root
    [ -s "$HOME_OF/previous" ] || fail 'there is no release to go back to'
    before=$(cat "$HOME_OF/previous")
    old=$HOME_OF/releases/$before/bin/mailgate
    [ -x "$old" ] || fail "release $before is gone"
    if [ -e "$DATA/mailgate.db" ] && as_service "$old" --config "$ETC/mailgate.toml" audit 2>&1 | grep -q 'has schema'; then
        way_back "$before" "$(cat "$HOME_OF/backup" 2>/dev/null || say "$BACKUPS/BACKUP-FILE")" >&2
        exit 1
    fi
    now=$(current)
    switch_to "$before"
    printf '%s\n' "$now" >"$HOME_OF/previous"
    if service; then systemctl try-restart mailgate mailgate-window; fi
    say "release $before in force"
}

case ${1:-} in
    install | upgrade) task=$1; shift; "$task" "$@" ;;
    rollback) rollback ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
