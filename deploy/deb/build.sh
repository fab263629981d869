#!/usr/bin/env bash
# Builds a Debian package out of artifacts/gateway (see ./build.sh release).
#   deploy/deb/build.sh [FOLDER [GATEWAY]]    the package goes into FOLDER, or into artifacts; GATEWAY is another published folder
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
gateway=$(realpath -m "${2:-artifacts/gateway}")
[ -x "$gateway/gateway" ] || { echo "deb: $gateway/gateway is missing; run ./build.sh release" >&2; exit 1; }
command -v dpkg-deb >/dev/null || { echo "deb: dpkg-deb is not installed (Debian package dpkg)" >&2; exit 1; }

out=$(realpath -m "${1:-artifacts}")
version=$("$gateway/gateway" version | sed -n '1s/.*[: ]\([0-9][0-9.]*[^ ]*\)$/\1/p')
[ -n "$version" ] || { echo "deb: the gateway does not tell its version" >&2; exit 1; }
# What follows a hyphen would be the revision of the package; a tilde sorts before the release.
version=${version//-/\~}
case $(od -An -t u1 -j 18 -N 1 "$gateway/gateway" | tr -d ' ') in
    62) architecture=amd64 ;;
    183) architecture=arm64 ;;
    *) echo "deb: $gateway is for a platform that Debian has no name for" >&2; exit 1 ;;
esac

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
umask 022
mkdir -p "$root"/{DEBIAN,usr/bin,usr/lib/gateway,usr/lib/systemd/system,etc/krakend,usr/share/doc/gateway,usr/share/lintian/overrides}
cp -r "$gateway/." "$root/usr/lib/gateway/"
chmod -R u=rwX,go=rX "$root/usr/lib/gateway"
find "$root/usr/lib/gateway" -type f ! -name gateway -exec chmod 644 {} +
ln -s ../lib/gateway/gateway "$root/usr/bin/gateway"
ln -s ../lib/gateway/gateway "$root/usr/bin/krakend"
install -m 644 deploy/systemd/krakend.service "$root/usr/lib/systemd/system/krakend.service"
install -m 644 deploy/docker/krakend.json "$root/etc/krakend/krakend.json"
install -m 644 deploy/deb/copyright "$root/usr/share/doc/gateway/copyright"
install -m 644 deploy/deb/lintian-overrides "$root/usr/share/lintian/overrides/gateway"
printf 'gateway (%s) unstable; urgency=medium\n\n  * See the notes of this release.\n\n -- The KrakenPlugins authors <maintainers@krakenplugins.example>  %s\n' \
    "$version" "$(date -R -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")" | gzip -9n >"$root/usr/share/doc/gateway/changelog.gz"
echo /etc/krakend/krakend.json >"$root/DEBIAN/conffiles"
install -m 755 deploy/deb/postinst deploy/deb/prerm deploy/deb/postrm "$root/DEBIAN/"
cat >"$root/DEBIAN/control" <<EOF
Package: gateway
Version: $version
Architecture: $architecture
Maintainer: The KrakenPlugins authors <maintainers@krakenplugins.example>
Installed-Size: $(du -sk "$root" | cut -f 1)
Depends: libc6, libgcc-s1, libstdc++6, adduser
Recommends: libssl3 | libssl3t64, ca-certificates, tzdata
Conflicts: krakend, krakend-ee
Provides: krakend
Section: net
Priority: optional
Description: API gateway that runs KrakenD configurations
 Calls several services for one request, merges, filters and reshapes what
 they answer. One declarative file, plugins that cannot break each other,
 reloads that drop no request. No runtime has to be installed.
EOF
mkdir -p "$out"
dpkg-deb --root-owner-group --build "$root" "$out/gateway_${version}_$architecture.deb" >/dev/null
echo "$out/gateway_${version}_$architecture.deb"
