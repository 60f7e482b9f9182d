# shellcheck shell=bash
# Sourced by the scripts that call the operator API.
#
#   CARAVANA_URL             where web answers; http://127.0.0.1:8080 when not set
#   CARAVANA_OPERATOR_TOKEN  an operator's token; when not set, the account in $CARAVANA_DATA/operator.json (or
#                            .caravana/operator.json) is logged in, which `./caravana up` makes

: "${CARAVANA_URL:=http://127.0.0.1:8080}"
script=$(basename "$0")

fail() { # MESSAGE...
  printf "%s\n" "${@/#/$script: }" >&2
  exit 1
}

# Sets `status` and `answer`.
call() { # CURL-ARGUMENTS... URL
  local said
  said=$(curl -sS --max-time 60 -w '\n%{http_code}' "$@") ||
    fail "${*: -1} does not answer; check CARAVANA_URL, the address of web, and run ops/bin/check-health"
  status=${said##*$'\n'}
  answer=${said%$'\n'*}
}

log_in() {
  [ -n "${CARAVANA_OPERATOR_TOKEN:-}" ] && return
  local account
  account=${CARAVANA_DATA:-$(dirname "$(readlink -f "$0")")/../../.caravana}/operator.json
  [ -r "$account" ] || fail "no operator: set CARAVANA_OPERATOR_TOKEN, or CARAVANA_DATA to the folder with operator.json" \
    "  a token: curl -H 'Content-Type: application/json' -d @account.json $CARAVANA_URL/api/auth/login"
  call -H 'Content-Type: application/json' -d "@$account" "$CARAVANA_URL/api/auth/login"
  [ "$status" = 200 ] || fail "the log-in of $account was answered $status: $answer"
  CARAVANA_OPERATOR_TOKEN=$(sed -nE 's/.*"access_token" *: *"([^"]+)".*/\1/p' <<<"$answer")
}

# The answer's body in `answer`; whatever is not 200 ends the script.
operate() { # METHOD PATH [JSON]
  log_in
  local body=()
  [ $# -lt 3 ] || body=(-H 'Content-Type: application/json' -d "$3")
  # The token by a file of its own: arguments can be read by everybody on this machine.
  call -X "$1" -H @<(printf 'Authorization: Bearer %s\n' "$CARAVANA_OPERATOR_TOKEN") ${body[@]+"${body[@]}"} \
    "$CARAVANA_URL/api/ops/$2"
  case "$status" in
    200) ;;
    401) fail "401: the token is not valid, or has expired" ;;
    403) fail "403: this account is not an operator" ;;
    *) fail "$2 was answered $status: $answer" ;;
  esac
}

# A text as a JSON string.
json_string() { # TEXT
  local text=$1
  case "$text" in *[[:cntrl:]]*) fail "the reason must be one line of text" ;; esac
  text=${text//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# Texts as a JSON array.
json_array() { # TEXT...
  local text separator=''
  printf '['
  for text in "$@"; do
    printf '%s%s' "$separator" "$(json_string "$text")"
    separator=,
  done
  printf ']'
}

# How many items an array of the answer has, as of `"missing":["…"]`.
count() { # NAME
  local array
  array=$(sed -nE "s/.*\"$1\" *: *\[([^]]*)\].*/\1/p" <<<"$answer")
  [ -n "${array//[[:space:]]/}" ] || { echo 0; return; }
  local commas=${array//[!,]/}
  echo $((${#commas} + 1))
}
