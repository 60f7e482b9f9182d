# shellcheck shell=bash
# Sourced by the scripts of an instance: its own facts, from the instance metadata service (IMDSv2).

# The endpoint's variable is the AWS SDKs' own.
metadata() { # PATH
  local base=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254} token
  token=$(curl -sf --max-time 2 --retry 3 --retry-connrefused -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$base/latest/api/token") &&
    curl -sf --max-time 2 -H "X-aws-ec2-metadata-token: $token" "$base/latest/meta-data/$1"
}
