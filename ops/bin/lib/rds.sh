# shellcheck shell=bash
# Sourced by the scripts that restore a database. `aws rds wait` is of no use to them: it fails when it sees a state such
# as modifying, which these changes pass through.

# The state of a database; nothing when there is none of that name.
database_state() { # DATABASE
  local said
  if said=$(aws rds describe-db-instances --db-instance-identifier "$1" --query 'DBInstances[0].DBInstanceStatus' --output text 2>&1); then
    echo "$said"
  elif [[ $said != *DBInstanceNotFound* ]]; then
    echo "$said" >&2
    return 1
  fi
}

# Waits until a database of that name is available, for an hour at most.
await_database() { # DATABASE
  local state deadline=$((SECONDS + ${CARAVANA_DATABASE_LIMIT:-3600}))
  until state=$(database_state "$1") && [ "$state" = available ]; do
    case "$state" in *failed* | *incompatible* | storage-full)
      echo "$(basename "$0"): the database $1 is $state" >&2
      return 1
      ;;
    esac
    [ "$SECONDS" -lt "$deadline" ] || { echo "$(basename "$0"): the database $1 is ${state:-not there} after an hour" >&2; return 1; }
    sleep "${CARAVANA_POLL_SECONDS:-10}"
  done
}
