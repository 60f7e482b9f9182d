# shellcheck shell=bash
# Sourced by the scripts that look into the database: takes DATABASE_URL apart, as the apps have it, into the variables that
# psql reads, since arguments can be seen by everybody on the machine. Without it, psql's own PG* variables count.

command -v psql >/dev/null || { echo "$(basename "$0"): psql is missing; it is in Debian's postgresql-client" >&2; exit 1; }
if [ -n "${DATABASE_URL:-}" ]; then
  [[ $DATABASE_URL =~ ^postgresql://([^:@/]+)(:([^@/]*))?@([^:/]+)(:([0-9]+))?/([^?]+) ]] ||
    { echo "$(basename "$0"): DATABASE_URL has to be postgresql://user:password@host:port/database" >&2; exit 1; }
  decode() { printf '%b' "${1//%/\\x}"; }
  PGUSER=$(decode "${BASH_REMATCH[1]}") PGPASSWORD=$(decode "${BASH_REMATCH[3]}")
  PGHOST=${BASH_REMATCH[4]} PGPORT=${BASH_REMATCH[6]:-5432} PGDATABASE=${BASH_REMATCH[7]}
  export PGUSER PGPASSWORD PGHOST PGPORT PGDATABASE
fi
export PGCONNECT_TIMEOUT=10
