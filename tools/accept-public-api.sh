#!/usr/bin/env bash
# Records the public API of the SDK as it is built now in sdk/KrakenPlugins.Sdk/PublicAPI.txt, and shows what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ACCEPT_PUBLIC_API=1 dotnet test tests/KrakenPlugins.Sdk.Tests -c Release -v q --nologo --filter 'FullyQualifiedName~PublicApiTests'
git --no-pager diff --stat -- sdk/KrakenPlugins.Sdk/PublicAPI.txt
