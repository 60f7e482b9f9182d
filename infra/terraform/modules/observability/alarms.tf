# One alarm for every page in ops/runbooks, by the same name. Each is metric math over the metrics listed with it, and
# rings when the result is above the threshold. Periods are in seconds; `of` is how many in a row.

locals {
  jobs         = { QueueName = var.queue_name }
  dead_letters = { QueueName = var.dead_letter_queue_name }
  balancer     = { LoadBalancer = var.balancer_metric_name }
  database     = { DBInstanceIdentifier = var.database_identifier }
  web          = { AutoScalingGroupName = var.web_group_name }
  worker       = { AutoScalingGroupName = var.worker_group_name }

  alarms = {
    dead-letters = {
      summary    = "Jobs failed all attempts, or were no jobs at all; somebody has to look at them"
      expression = "visible + in_flight"
      threshold  = 0
      period     = 60
      of         = 1
      missing    = "notBreaching"
      metrics = {
        visible   = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Maximum", dimensions = local.dead_letters }
        in_flight = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesNotVisible", stat = "Maximum", dimensions = local.dead_letters }
      }
    }

    oldest-message-age = {
      summary    = "Videos wait too long, although workers are added long before"
      expression = "IF(visible > 0, age, 0)"
      threshold  = var.thresholds.oldest_message_seconds
      period     = 60
      of         = 3
      missing    = "notBreaching"
      metrics = {
        age     = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", stat = "Maximum", dimensions = local.jobs }
        visible = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Average", dimensions = local.jobs }
      }
    }

    backlog-not-draining = {
      summary    = "Jobs wait, and none has been finished for half an hour"
      expression = "IF(visible > 0 AND FILL(deleted, 0) == 0, visible, 0)"
      threshold  = 0
      period     = 300
      of         = 6
      missing    = "notBreaching"
      metrics = {
        visible = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Minimum", dimensions = local.jobs }
        deleted = { namespace = "AWS/SQS", name = "NumberOfMessagesDeleted", stat = "Sum", dimensions = local.jobs }
      }
    }

    no-worker-alive = {
      summary    = "No worker has reported itself to the database; web tells, and when nobody tells it rings as well"
      expression = "IF(alive < 1, 1, 0)"
      threshold  = 0
      period     = 60
      of         = 5
      missing    = "breaching"
      metrics = {
        alive = { namespace = var.metric_namespace, name = "caravana_workers_alive", stat = "Maximum", dimensions = local.web }
      }
    }

    failure-ratio = {
      summary    = "Of ten jobs or more, too many in a hundred were given up after all attempts"
      expression = "IF(FILL(processed, 0) + FILL(rejected, 0) + FILL(given_up, 0) >= 10, 100 * FILL(given_up, 0) / (FILL(processed, 0) + FILL(rejected, 0) + FILL(given_up, 0)), 0)"
      threshold  = var.thresholds.failure_percent
      period     = 900
      of         = 1
      missing    = "notBreaching"
      metrics = {
        for outcome in ["processed", "rejected", "given_up"] : outcome => {
          namespace = var.metric_namespace, name = "caravana_jobs_total", stat = "Sum", dimensions = merge(local.worker, { outcome = outcome })
        }
      }
    }

    api-latency = {
      summary    = "One GET of the API in twenty takes longer than it may"
      expression = "seconds"
      threshold  = var.thresholds.api_p95_seconds
      period     = 300
      of         = 2
      missing    = "notBreaching"
      metrics = {
        seconds = { namespace = var.metric_namespace, name = aws_cloudwatch_log_metric_filter.api_latency.metric_transformation[0].name, stat = "p95", dimensions = {} }
      }
    }

    api-errors = {
      summary    = "Of twenty requests or more, too many in a hundred were answered with 5xx"
      expression = "IF(requests >= 20, 100 * (FILL(by_web, 0) + FILL(by_balancer, 0)) / requests, 0)"
      threshold  = var.thresholds.api_error_percent
      period     = 300
      of         = 1
      missing    = "notBreaching"
      metrics = {
        requests    = { namespace = "AWS/ApplicationELB", name = "RequestCount", stat = "Sum", dimensions = local.balancer }
        by_web      = { namespace = "AWS/ApplicationELB", name = "HTTPCode_Target_5XX_Count", stat = "Sum", dimensions = local.balancer }
        by_balancer = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_5XX_Count", stat = "Sum", dimensions = local.balancer }
      }
    }

    disk-space = {
      summary    = "An instance's disk is nearly full; a worker takes no jobs below its reserve"
      expression = "MAX([FILL(web, 0), FILL(worker, 0)])"
      threshold  = var.thresholds.disk_percent
      period     = 300
      of         = 2
      missing    = "notBreaching"
      metrics = {
        web    = { namespace = var.metric_namespace, name = "disk_used_percent", stat = "Maximum", dimensions = local.web }
        worker = { namespace = var.metric_namespace, name = "disk_used_percent", stat = "Maximum", dimensions = local.worker }
      }
    }

    database-connections = {
      summary    = "The database's connections are nearly used up; the next instance may get none"
      expression = "connections"
      threshold  = var.thresholds.database_connections
      period     = 60
      of         = 5
      missing    = "notBreaching"
      metrics = {
        connections = { namespace = "AWS/RDS", name = "DatabaseConnections", stat = "Maximum", dimensions = local.database }
      }
    }

    tool-unavailable = {
      summary    = "A worker cannot run ffmpeg or ffprobe; it takes no jobs, and starts anew after two minutes"
      expression = "closed"
      threshold  = 0
      period     = 60
      of         = 1
      missing    = "notBreaching"
      metrics = {
        closed = { namespace = var.metric_namespace, name = "caravana_intake_closed", stat = "Maximum", dimensions = merge(local.worker, { by = "tool" }) }
      }
    }

    route-defect = {
      summary    = "A job met a mistake in the routes; its worker takes no more jobs. Roll back to the version that ops/bin/show-queue names"
      expression = "closed"
      threshold  = 0
      period     = 60
      of         = 1
      missing    = "notBreaching"
      metrics = {
        closed = { namespace = var.metric_namespace, name = "caravana_intake_closed", stat = "Maximum", dimensions = merge(local.worker, { by = "route_defect" }) }
      }
    }

    cpu-credits = {
      summary    = "An instance's CPU credits run out; then it is held at a fifth of its CPU, or costs extra"
      expression = "IF(MIN([FILL(web, 576), FILL(worker, 576)]) < ${var.thresholds.cpu_credits}, 1, 0)"
      threshold  = 0
      period     = 300
      of         = 3
      missing    = "notBreaching"
      metrics = {
        web    = { namespace = "AWS/EC2", name = "CPUCreditBalance", stat = "Minimum", dimensions = local.web }
        worker = { namespace = "AWS/EC2", name = "CPUCreditBalance", stat = "Minimum", dimensions = local.worker }
      }
    }

    asg-at-maximum = {
      summary    = "A group is as large as it may get, and has been for a while: more load has nowhere to go"
      expression = "IF(web >= ${var.web_max}, 1, 0) + IF(worker >= ${var.worker_max}, 1, 0)"
      threshold  = 0
      period     = 300
      of         = 3
      missing    = "notBreaching"
      metrics = {
        web    = { namespace = "AWS/AutoScaling", name = "GroupDesiredCapacity", stat = "Minimum", dimensions = local.web }
        worker = { namespace = "AWS/AutoScaling", name = "GroupDesiredCapacity", stat = "Minimum", dimensions = local.worker }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.summary}. See ops/runbooks/${each.key}.md"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = each.value.of
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "result"
    label       = each.key
    expression  = each.value.expression
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        stat        = metric_query.value.stat
        period      = each.value.period
        dimensions  = metric_query.value.dimensions
      }
    }
  }
}

resource "aws_sns_topic" "alarms" {
  name = "${var.name}-alarms"
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}
