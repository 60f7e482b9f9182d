# shellcheck shell=bash
# Sourced by the scripts that look into the database: sets the variables that psql reads, since arguments can be seen by
# everybody on the machine. The first of these counts:
#
#   DATABASE_URL        as the apps have it. Without user and password, those are in the secret DATABASE_SECRET_ID.
#   /run/caravana/app.env   on an instance, for root: the app's own settings
#   PG* variables       psql's own

database_fail() { # MESSAGE
  echo "$(basename "$0"): $1" >&2
  exit 1
}

command -v psql >/dev/null || database_fail "psql is missing; it is in Debian's postgresql-client"
settings=${CARAVANA_SETTINGS_FILE:-/run/caravana/app.env}
if [ -z "${DATABASE_URL:-}" ] && [ -r "$settings" ]; then
  # Only what is needed here, with the quotation marks that fetch-configuration writes.
  eval "$(grep -E '^(AWS_REGION|DATABASE_URL|DATABASE_SECRET_ID)=' "$settings")"
  export AWS_REGION
fi
if [ -n "${DATABASE_URL:-}" ]; then
  [[ $DATABASE_URL =~ ^postgres(ql)?://(([^:@/]+)(:([^@/]*))?@)?([^:/@]+)(:([0-9]+))?/([^?/]+)(\?(.*))?$ ]] ||
    database_fail "DATABASE_URL must be postgresql://user:password@host:port/database?options, or without user and password where DATABASE_SECRET_ID is set"
  decode() { printf '%b' "${1//%/\\x}"; }
  PGUSER=$(decode "${BASH_REMATCH[3]}") PGPASSWORD=$(decode "${BASH_REMATCH[5]}")
  PGHOST=${BASH_REMATCH[6]} PGPORT=${BASH_REMATCH[8]:-5432} PGDATABASE=${BASH_REMATCH[9]}
  export PGHOST PGPORT PGDATABASE
  # Of the driver's options, those that libpq has as well.
  IFS='&' read -ra options <<<"${BASH_REMATCH[11]}"
  for option in ${options[@]+"${options[@]}"}; do
    case "$option" in
      sslmode=*) export PGSSLMODE=${option#*=} ;;
      sslrootcert=*) PGSSLROOTCERT=$(decode "${option#*=}") && export PGSSLROOTCERT ;;
    esac
  done
  if [ -n "${DATABASE_SECRET_ID:-}" ]; then
    # --region, since the command line reads AWS_DEFAULT_REGION and newer versions alone AWS_REGION.
    secret=$(aws secretsmanager get-secret-value ${AWS_REGION:+--region "$AWS_REGION"} --secret-id "$DATABASE_SECRET_ID" \
      --query SecretString --output text) || database_fail "the secret $DATABASE_SECRET_ID cannot be read"
    PGUSER=$(jq -r .username <<<"$secret") PGPASSWORD=$(jq -r .password <<<"$secret")
  fi
  [ -n "$PGUSER" ] || database_fail "DATABASE_URL has no user and DATABASE_SECRET_ID is not set; set one of both"
  export PGUSER PGPASSWORD
fi
export PGCONNECT_TIMEOUT=10
