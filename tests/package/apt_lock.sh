#!/usr/bin/env bash
# usage: apt_lock.sh ROOT
# cmake/setup.sh waits where another program holds one of apt's locks, says so once, and then installs. The apt-get here
# finds each lock held twice. With HILLOCK_APT_WAIT=0, and at any other error, it does not wait.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
cat >"$work/bin/apt-get" <<'END'
#!/bin/sh
echo "$*" >>"$CALLS"
case $* in
  *update*) lock=/var/lib/apt/lists/lock ;;
  *) lock=/var/lib/dpkg/lock-frontend ;;
esac
if [ -n "${BROKEN:-}" ]; then
  echo "E: Unable to locate package" >&2
  exit 100
fi
if [ "$(grep -cxF -- "$*" "$CALLS")" -le "$HELD" ]; then
  echo "E: Could not get lock $lock. It is held by process 1 (unattended-upgr)" >&2
  exit 100
fi
END
printf '#!/bin/sh\necho 0\n' >"$work/bin/id"
printf '#!/bin/sh\n' >"$work/bin/sleep"
chmod +x "$work/bin/"*
export PATH=$work/bin:$PATH CALLS=$work/calls
. "$1/cmake/setup.sh"
unset HILLOCK_NO_INSTALL

failed=0
expect() {  # what, expected, found
  [ "$2" = "$3" ] || { echo "$1: expected $2, found $3"; failed=1; }
}
outcome() {  # sets status, calls and waits
  : >"$CALLS"
  status=0
  hillock_install zlib 2>"$work/said" || status=$?
  calls=$(wc -l <"$CALLS")
  waits=$(grep -c 'waiting until another program is done: Could not get lock' "$work/said" || true)
}
HELD=2 outcome
expect "status after waiting" 0 "$status"
expect "calls of apt-get" 6 "$calls"
expect "lines that say so, of the lists and of dpkg" 2 "$waits"
HELD=1000 HILLOCK_APT_WAIT=0 outcome
expect "status where it may not wait" 1 "$status"
expect "calls where it may not wait" 2 "$calls"
BROKEN=yes outcome
expect "status at another error" 1 "$status"
expect "lines at another error" 0 "$waits"
[ $failed = 0 ] && echo "waits for apt's locks"
exit $failed
