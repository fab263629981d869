#!/usr/bin/env bash
# Builds the gateway; needs git and the .NET 10 SDK, nothing else.
#   ./build.sh                    the solution, Release
#   ./build.sh demo [args]        the gateway, and runs `gateway demo`
#   ./build.sh release [-r RID]   a self-contained gateway for this platform (or RID) in artifacts/gateway
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
command -v dotnet >/dev/null || { echo "build.sh: dotnet is not installed; the .NET 10 SDK is at https://dot.net" >&2; exit 1; }

# Runs a dotnet command and shows its output only when it fails: the errors where there are any, else all of it.
quietly() {
    local log; log=$(mktemp)
    if "$@" >"$log" 2>&1; then rm -f "$log"; return 0; fi
    { grep -E '(error|warning) [A-Z]+[0-9]+:|: error :|error:' "$log" | sort -u || true; } >"$log.errors"
    if [ -s "$log.errors" ]; then cat "$log.errors" >&2; else cat "$log" >&2; fi
    rm -f "$log" "$log.errors"
    return 1
}

build() { quietly dotnet build "$1" -c Release -v q --nologo; }

release() {
    local rid=""
    while [ $# -gt 0 ]; do
        case $1 in
            -r) [ $# -ge 2 ] || usage; rid=$2; shift 2 ;;
            *) usage ;;
        esac
    done
    [ -n "$rid" ] || rid=$(dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1)
    # Beside the last release first: a build that fails leaves that one as it is.
    rm -rf artifacts/.next
    # One composite image: the framework's generic code over our types is compiled ahead as well, which is a third of the start.
    quietly dotnet publish core/Gateway -c Release -r "$rid" -v q --nologo -o artifacts/.next \
        -p:SelfContained=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true -p:PublishSingleFile=false -p:InvariantGlobalization=true \
        -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false
    rm -rf artifacts/gateway artifacts/symbols
    mv artifacts/.next artifacts/gateway
    mkdir -p artifacts/gateway/plugins artifacts/symbols
    # Symbols keep their relative path: two plugins may each have a file of one name.
    (cd artifacts/gateway && find . -name '*.pdb' -exec sh -c 'for f; do mkdir -p "../symbols/${f%/*}" && mv "$f" "../symbols/$f"; done' sh {} +)
    echo "artifacts/gateway ($rid, $(du -sh artifacts/gateway | cut -f 1))"
}

case ${1:-} in
    "") build KrakenPlugins.sln ;;
    demo) shift; build core/Gateway; exec dotnet core/Gateway/bin/Release/net10.0/gateway.dll demo "$@" ;;
    release) shift; release "$@" ;;
    *) usage ;;
esac
