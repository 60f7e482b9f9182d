output "log_group_arns" {
  description = "Log groups by tier."
  value = { for tier in keys(local.components) : tier => [
    for key, owner in local.log_groups : aws_cloudwatch_log_group.this[key].arn if owner == tier
  ] }
}

output "alarm_names" {
  description = "Every alarm that has a page in ops/runbooks, by the page's name."
  value       = { for page, alarm in aws_cloudwatch_metric_alarm.this : page => alarm.alarm_name }
}

output "topic_arn" {
  description = "Topic to which alarms are sent."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
