# shellcheck shell=bash
# Sourced by the scripts that act on AWS: `run` runs a command, or prints it as one would type it when `dry_run` is set.

run() { # COMMAND...
  if [ -z "${dry_run:-}" ]; then
    "$@"
    return
  fi
  local word line=()
  for word in "$@"; do
    case "$word" in *[!A-Za-z0-9_=,.:/@%+-]*) word=${word@Q} ;; esac
    line+=("$word")
  done
  echo "${line[*]}"
}
