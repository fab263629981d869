#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test of tests/ and the checks beside them.
#   ./test.sh [--full]     --full adds the long soaks (TEST_FULL=1)
#   ./test.sh --fuzz       only builds, and feeds what reads configurations with mutated documents for two minutes
# Prints each failure with its message, and last `N passed, N failed`. A skipped test counts as failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

# Seconds that building, and each test project, may take.
build_limit=1200
project_limit=900
# Seconds of mutated documents, and the first of the random numbers: a plain run sees the same ones each time.
fuzz_time=18
fuzz_seed=1
fuzz_only=
case ${1:-} in
    "") ;;
    --full) export TEST_FULL=1; project_limit=7200 ;;
    --fuzz) fuzz_only=1; fuzz_time=120; fuzz_seed=$((RANDOM * 32768 + RANDOM)) ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

# Configurations of others, see tools/corpus.
corpus=../shared/corpus/real-world

# command:Debian package
needed=(curl:curl nginx:nginx openssl:openssl wrk:wrk h2load:nghttp2-client zsh:zsh fish:fish node:nodejs npm:npm python3:python3 redis-server:redis-server)
# Module of the system's Python:Debian package
needed_modules=(jwt:python3-jwt cryptography:python3-cryptography grpc:python3-grpcio grpc_tools:python3-grpc-tools)

passed=0 failed=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

fail() { failed=$((failed + 1)); printf '%s\n' "$*"; }

install_needed() {
    local entry missing=() as_root=()
    for entry in "${needed[@]}"; do
        PATH="$PATH:/usr/sbin:/sbin" command -v "${entry%%:*}" >/dev/null || missing+=("${entry#*:}")
    done
    for entry in "${needed_modules[@]}"; do
        /usr/bin/python3 -c "import ${entry%%:*}" 2>/dev/null || missing+=("${entry#*:}")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if ! command -v apt-get >/dev/null; then
        fail "the tests need ${missing[*]} (names of Debian's packages); install them and run this again"
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            fail "the tests need packages that are not installed; run: sudo apt-get install ${missing[*]}"
            return 1
        fi
        as_root=(sudo -n)
    fi
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}")
    { "${as_root[@]}" apt-get update -q && "${as_root[@]}" "${install[@]}"; } >"$results/apt.log" 2>&1 && return 0
    fail "apt-get could not install ${missing[*]}:"
    tail -n 20 "$results/apt.log"
    return 1
}

# Packages of npm that tests compare with or that are tested, as their lock files say.
install_packages() {
    local folder
    for folder in tests/fixtures/jose tests/KrakenPlugins.Grpc.Tests/Peers/js sdk/sidecar-js; do
        [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && continue
        timeout -k 10 120 npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund >"$results/npm.log" 2>&1 && continue
        fail "npm could not install the packages of $folder:"
        tail -n 20 "$results/npm.log"
        return 1
    done
}

build() {
    timeout -k 10 "$build_limit" dotnet build KrakenPlugins.sln -c Release -v q --nologo >"$results/build.log" 2>&1 && return 0
    fail "the solution does not build:"
    grep -E '(error|warning) [A-Z]+[0-9]+:|: error :' "$results/build.log" | sort -u >"$results/errors.log"
    if [ -s "$results/errors.log" ]; then cat "$results/errors.log"; else tail -n 40 "$results/build.log"; fi
    return 1
}

# A figure of the <Counters> element of a result file.
counter() { grep -o '<Counters [^>]*>' "$2" | grep -o " $1=\"[0-9]*\"" | tr -dc 0-9; }

# Runs a project's tests: prints its failures to NAME.out, and how many passed and failed to NAME.counts.
run_project() {
    local project=$1 name; name=$(basename "$project" .csproj)
    local assembly; assembly=$(dirname "$project")/bin/Release/net10.0/$name.dll
    local trx="$results/$name.trx" log="$results/$name.log" status=0 total=0 good=0 other=0
    {
        if ! grep -qF "\\$name.csproj\"" KrakenPlugins.sln; then
            echo "$name is not in KrakenPlugins.sln, so it is not built"
            other=1
        else
            timeout -k 10 "$project_limit" dotnet test "$assembly" \
                --logger "trx;LogFileName=$trx" --logger 'console;verbosity=minimal' --results-directory "$results" \
                -- xUnit.MaxParallelThreads=1 >"$log" 2>&1 || status=$?
            if [ -f "$trx" ]; then
                total=$(counter total "$trx")
                good=$(counter passed "$trx")
            fi
            if [ "$status" -ne 0 ] || [ "$good" -ne "$total" ]; then
                # Without the runner's own lines what is left is the failures and, after a crash, its reason.
                grep -vE '^(Test run for|VSTest version|Microsoft \(R\) Test|Copyright|Starting test execution|A total of [0-9]+ test files|Results File:|WARNING: Overwriting|(Passed|Failed|Skipped)!  - |\[xUnit\.net .*\]   +.*\[(FAIL|SKIP)\]$|$)' "$log" \
                    | tail -n 400
            fi
            if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
                echo "$name was stopped after $project_limit s"
                other=1
            elif [ "$total" -eq 0 ]; then
                echo "$name ran no test"
                other=1
            elif [ "$status" -ne 0 ] && [ "$good" -eq "$total" ]; then
                echo "$name ended with status $status although its tests passed"
                other=1
            fi
        fi
    } >"$results/$name.out"
    echo "$good $((total - good + other))" >"$results/$name.counts"
}

# Two projects at a time, one test of each at a time: many tests wait more than they compute. Those that take longest begin.
run_projects() {
    local project name good bad projects=() first=()
    for project in tests/*/*.csproj; do
        grep -q 'Microsoft\.NET\.Test\.Sdk' "$project" || continue
        case $project in
            */Gateway.EndToEnd.csproj|*/Gateway.FrontDoor.csproj|*/Gateway.Sidecars.Faults.csproj) first+=("$project") ;;
            *) projects+=("$project") ;;
        esac
    done
    projects=("${first[@]}" "${projects[@]}")
    for project in "${projects[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
        run_project "$project" &
    done
    wait
    for project in "${projects[@]}"; do
        name=$(basename "$project" .csproj)
        cat "$results/$name.out"
        read -r good bad <"$results/$name.counts"
        passed=$((passed + good)) failed=$((failed + bad))
    done
}

check_spec_ids() {
    local output
    if output=$(dotnet tools/spec-coverage/bin/Release/net10.0/spec-coverage.dll --unknown 2>&1); then
        passed=$((passed + 1))
        return
    fi
    fail "spec-coverage --unknown: tests name items that the specification does not have"
    printf '%s\n' "$output"
}

# Configurations that people published; they are not part of this repository.
check_corpus() {
    local output
    if [ ! -d "$corpus" ]; then
        echo "the configurations of others ($corpus) are not here, so tools/corpus was not run"
        return
    fi
    if output=$(timeout -k 10 300 dotnet tools/corpus/bin/Release/net10.0/corpus.dll "$corpus" 2>&1); then
        passed=$((passed + 1))
        return
    fi
    fail "tools/corpus: the gateway does not make of these files what tools/corpus/expected.json says"
    printf '%s\n' "$output" | cut -c1-300 | tail -n 200
}

check_fuzz() {
    local output keep=${TMPDIR:-/tmp}
    local command=(dotnet tools/fuzz/bin/Release/net10.0/fuzz.dll --seconds "$fuzz_time" --seed "$fuzz_seed" --keep "$keep")
    if output=$(timeout -k 10 $((fuzz_time * 3 + 240)) "${command[@]}" 2>&1); then
        passed=$((passed + 1))
        return
    fi
    fail "${command[*]}: an input breaks what reads it; --replay runs it again"
    printf '%s\n' "$output"
}

command -v dotnet >/dev/null || { fail "dotnet is not installed; the .NET 10 SDK is at https://dot.net"; finish; }
if [ -n "$fuzz_only" ]; then
    build && check_fuzz
    finish
fi
install_needed || finish
install_packages || finish
build || finish
run_projects
# A passed check counts only beside tests: alone it must not make a run without any test green.
[ "$passed" -eq 0 ] || { check_spec_ids; check_corpus; check_fuzz; }
finish
