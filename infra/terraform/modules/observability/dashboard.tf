# One screen: the alarms on top, then every metric that an alarm looks at.

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type   = "alarm"
        x      = 0
        y      = 0
        width  = 24
        height = 3
        properties = {
          title  = "Alarms"
          alarms = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn]
        }
      }],
      [for index, name in keys(local.alarms) : {
        type   = "metric"
        x      = 8 * (index % 3)
        y      = 3 + 6 * floor(index / 3)
        width  = 8
        height = 6
        properties = {
          title  = name
          region = var.region
          period = local.alarms[name].period
          metrics = [for id, metric in local.alarms[name].metrics : concat(
            [metric.namespace, metric.name],
            flatten([for key, value in metric.dimensions : [key, value]]),
            [{ id = id, stat = metric.stat, label = id }],
          )]
        }
      }],
    )
  })
}
