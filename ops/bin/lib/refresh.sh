# shellcheck shell=bash
# Sourced by the scripts that replace a group's instances (AWS calls it an instance refresh): what a group's last refresh is.

# shellcheck disable=SC2034  # for the scripts that source this
# Sets `refresh` (its id), `refresh_status`, `refresh_percent` and `refresh_reason`; empty when the group has had none.
last_refresh() { # GROUP
  local line
  line=$(aws autoscaling describe-instance-refreshes --auto-scaling-group-name "$1" --max-records 1 \
    --query 'InstanceRefreshes[0].[InstanceRefreshId,Status,PercentageComplete,StatusReason]' --output text)
  IFS=$'\t' read -r refresh refresh_status refresh_percent refresh_reason <<<"$line"
  if [ "$refresh" = None ]; then refresh='' refresh_status='' refresh_percent='' refresh_reason=''; fi
}

# Whether the group's last refresh has not ended.
refreshing() {
  case "$refresh_status" in Pending | InProgress | Cancelling | RollbackInProgress | Baking) true ;; *) false ;; esac
}
