#!/usr/bin/env bash
# Checks a package against the detached signature beside it (PACKAGE.sig), by the one key of that fingerprint. Ends with 1
# and names what is wrong unless the signature is good.
# usage: check-signature.sh PACKAGE KEY_FILE KEY_FINGERPRINT
set -euo pipefail

[ $# -eq 3 ] || { echo "usage: check-signature.sh PACKAGE KEY_FILE KEY_FINGERPRINT" >&2; exit 2; }
package=$1 key=$2 expected=${3// /}
name=${package##*/}
fail() { # MESSAGE
  echo "check-signature: $1" >&2
  exit 1
}
[ -s "$key" ] || fail "$name cannot be checked: the key ${key##*/} is missing; docs/deploy.md says where to get it"
[ -n "$expected" ] || fail "$name cannot be checked: no fingerprint was given for the key ${key##*/}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GNUPGHOME=$work
gpg --batch --quiet --dearmor -o "$work/keyring" <"$key" 2>/dev/null || cp "$key" "$work/keyring"
found=$(gpg --batch --with-colons --show-keys "$work/keyring" 2>/dev/null | awk -F: '$1 == "fpr" { print $10; exit }')
[ "$found" = "$expected" ] || fail "the key of $name has the fingerprint ${found:-none}, expected $expected"
gpgv --quiet --keyring "$work/keyring" "$package.sig" "$package" 2>"$work/said" ||
  fail "the signature of $name is not good: $(tail -n 1 "$work/said")"
echo "check-signature: $name is signed by $expected"
