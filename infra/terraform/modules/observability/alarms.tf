# One alarm for every page in ops/runbooks, by the same name and with the same meaning as the alert of ops/prometheus. Each is
# metric math over the metrics listed with it, and rings when the result is above the threshold. Periods are in seconds; `of`
# is how many in a row, of which `any` must be above it (all, when not set).
# AlarmsTest evaluates each against made-up series.

locals {
  jobs         = { QueueName = var.queue_name }
  dead_letters = { QueueName = var.dead_letter_queue_name }
  balancer     = { LoadBalancer = var.balancer_metric_name }
  targets      = { LoadBalancer = var.balancer_metric_name, TargetGroup = var.target_group_metric_name }
  web          = { AutoScalingGroupName = var.web_group_name }
  worker       = { AutoScalingGroupName = var.worker_group_name }

  # Jobs that were finished, one way or another, by outcome.
  outcomes = {
    for outcome in ["processed", "rejected", "given_up"] : outcome => {
      namespace = var.metric_namespace, name = "caravana_jobs_total", stat = "Sum", dimensions = merge(local.worker, { outcome = outcome })
    }
  }

  # Unlimited instances spend what they have not earned, and only what they cannot pay back within a day is charged: a balance
  # of 0 says nothing of them. Standard ones are held back at 0; they start there, and earn the threshold's 50 credits in about
  # two hours, so that only a balance that is low for three hours counts.
  cpu_credits = {
    unlimited = {
      summary    = "Instances use more CPU than their type includes, and the surplus is charged"
      expression = "MAX([FILL(web, 0), FILL(worker, 0)])"
      threshold  = 0
      period     = 300
      of         = 3
      missing    = "notBreaching"
      metrics = {
        web    = { namespace = "AWS/EC2", name = "CPUSurplusCreditsCharged", stat = "Maximum", dimensions = local.web }
        worker = { namespace = "AWS/EC2", name = "CPUSurplusCreditsCharged", stat = "Maximum", dimensions = local.worker }
      }
    }

    standard = {
      summary    = "An instance has had few CPU credits for three hours; at 0 it is limited to a fifth of its CPU"
      expression = "IF(MIN([FILL(web, 576), FILL(worker, 576)]) < ${var.thresholds.cpu_credits}, 1, 0)"
      threshold  = 0
      period     = 300
      of         = 36
      missing    = "notBreaching"
      metrics = {
        web    = { namespace = "AWS/EC2", name = "CPUCreditBalance", stat = "Minimum", dimensions = local.web }
        worker = { namespace = "AWS/EC2", name = "CPUCreditBalance", stat = "Minimum", dimensions = local.worker }
      }
    }
  }

  alarms = {
    dead-letters = {
      summary    = "Jobs failed permanently, or their messages were invalid; an operator must decide what to do with them"
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
      summary = "Videos wait too long, although the group should have added workers"
      # Not SQS's age of the oldest message, which counts jobs in work as well.
      expression = "due"
      threshold  = var.thresholds.oldest_message_seconds
      period     = 60
      of         = 3
      missing    = "notBreaching"
      metrics = {
        due = { namespace = var.metric_namespace, name = "caravana_oldest_due_seconds", stat = "Maximum", dimensions = local.web }
      }
    }

    work-exceeds-workers = {
      summary = "The workers need more than half an hour for the due work"
      # By prediction, long before the wait shows it. Without any worker there is no result, and no-worker-alive rings.
      expression = "due / slots"
      threshold  = var.thresholds.work_seconds_per_slot
      period     = 300
      of         = 3
      missing    = "notBreaching"
      metrics = {
        due   = { namespace = var.metric_namespace, name = "caravana_due_work_seconds", stat = "Minimum", dimensions = local.web }
        slots = { namespace = var.metric_namespace, name = "caravana_workers_slots", stat = "Maximum", dimensions = local.web }
      }
    }

    backlog-not-draining = {
      summary = "Jobs wait, and none has been finished for half an hour although workers are free or gone"
      # Workers that are all busy are no fault: a job may take an hour, and oldest-message-age rings for jobs that wait.
      expression = "IF(visible > 0 AND FILL(processed, 0) + FILL(rejected, 0) + FILL(given_up, 0) == 0 AND FILL(free, 1) > 0, visible, 0)"
      threshold  = 0
      period     = 300
      of         = 6
      missing    = "notBreaching"
      metrics = merge(
        {
          visible = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Minimum", dimensions = local.jobs }
          free    = { namespace = var.metric_namespace, name = "caravana_slots", stat = "Maximum", dimensions = merge(local.worker, { state = "free" }) }
        },
        local.outcomes,
      )
    }

    no-worker-alive = {
      summary    = "No worker has reported itself to the database. Web publishes the number; the alarm also rings when no number arrives"
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
      summary    = "Of ten jobs or more, too large a part failed permanently after all attempts"
      expression = "IF(FILL(processed, 0) + FILL(rejected, 0) + FILL(given_up, 0) >= 10, 100 * FILL(given_up, 0) / (FILL(processed, 0) + FILL(rejected, 0) + FILL(given_up, 0)), 0)"
      threshold  = var.thresholds.failure_percent
      period     = 900
      of         = 1
      missing    = "notBreaching"
      metrics    = local.outcomes
    }

    api-latency = {
      summary    = "5 % of the GET calls of the API take longer than the limit"
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
      summary = "Of twenty requests or more, too large a part of the responses were 5xx"
      # RequestCount has only the requests for which the balancer found a target; its own 503 are those for which it did not.
      expression = "IF(FILL(requests, 0) + FILL(no_target, 0) >= 20, 100 * (FILL(by_web, 0) + FILL(by_balancer, 0)) / (FILL(requests, 0) + FILL(no_target, 0)), 0)"
      threshold  = var.thresholds.api_error_percent
      period     = 300
      of         = 1
      missing    = "notBreaching"
      metrics = {
        requests    = { namespace = "AWS/ApplicationELB", name = "RequestCount", stat = "Sum", dimensions = local.balancer }
        no_target   = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_503_Count", stat = "Sum", dimensions = local.balancer }
        by_web      = { namespace = "AWS/ApplicationELB", name = "HTTPCode_Target_5XX_Count", stat = "Sum", dimensions = local.balancer }
        by_balancer = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_5XX_Count", stat = "Sum", dimensions = local.balancer }
      }
    }

    no-web-alive = {
      summary = "No web instance is healthy; the API is unavailable"
      # Without any registered instance the balancer reports nothing, which rings as well.
      expression = "IF(healthy < 1, 1, 0)"
      threshold  = 0
      period     = 60
      of         = 3
      missing    = "breaching"
      metrics = {
        healthy = { namespace = "AWS/ApplicationELB", name = "HealthyHostCount", stat = "Maximum", dimensions = local.targets }
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
      summary    = "An instance's database connections are nearly used up; calls and heartbeats wait for one"
      expression = "100 * MAX([FILL(web / web_pool, 0), FILL(worker / worker_pool, 0)])"
      threshold  = var.thresholds.database_connection_percent
      period     = 60
      of         = 5
      missing    = "notBreaching"
      metrics = {
        web         = { namespace = var.metric_namespace, name = "hikaricp_connections_active", stat = "Maximum", dimensions = local.web }
        web_pool    = { namespace = var.metric_namespace, name = "hikaricp_connections_max", stat = "Maximum", dimensions = local.web }
        worker      = { namespace = var.metric_namespace, name = "hikaricp_connections_active", stat = "Maximum", dimensions = local.worker }
        worker_pool = { namespace = var.metric_namespace, name = "hikaricp_connections_max", stat = "Maximum", dimensions = local.worker }
      }
    }

    tool-unavailable = {
      summary    = "A worker cannot run ffmpeg or ffprobe; it takes no jobs, and restarts after two minutes"
      expression = "closed"
      threshold  = 0
      period     = 60
      # A worker that restarts is silent for a moment.
      of      = 10
      any     = 1
      missing = "notBreaching"
      metrics = {
        closed = { namespace = var.metric_namespace, name = "caravana_intake_closed", stat = "Maximum", dimensions = merge(local.worker, { by = "tool" }) }
      }
    }

    route-defect = {
      summary    = "The routes of a worker have a defect, and it takes no more jobs. Roll back to the version that ops/bin/show-queue names"
      expression = "closed"
      threshold  = 0
      period     = 60
      of         = 1
      missing    = "notBreaching"
      metrics = {
        closed = { namespace = var.metric_namespace, name = "caravana_intake_closed", stat = "Maximum", dimensions = merge(local.worker, { by = "route_defect" }) }
      }
    }

    cpu-credits = local.cpu_credits[var.cpu_credits]

    asg-at-maximum = {
      summary = "A group has been at its maximum size for a while and cannot take more load"
      # A group of a fixed size is always at its maximum. The sizes are the group's own, which operators change.
      expression = "IF(web >= web_max AND web_max > web_min, 1, 0) + IF(worker >= worker_max AND worker_max > worker_min, 1, 0)"
      threshold  = 0
      period     = 300
      of         = 3
      missing    = "notBreaching"
      metrics = {
        web        = { namespace = "AWS/AutoScaling", name = "GroupDesiredCapacity", stat = "Minimum", dimensions = local.web }
        web_max    = { namespace = "AWS/AutoScaling", name = "GroupMaxSize", stat = "Maximum", dimensions = local.web }
        web_min    = { namespace = "AWS/AutoScaling", name = "GroupMinSize", stat = "Minimum", dimensions = local.web }
        worker     = { namespace = "AWS/AutoScaling", name = "GroupDesiredCapacity", stat = "Minimum", dimensions = local.worker }
        worker_max = { namespace = "AWS/AutoScaling", name = "GroupMaxSize", stat = "Maximum", dimensions = local.worker }
        worker_min = { namespace = "AWS/AutoScaling", name = "GroupMinSize", stat = "Minimum", dimensions = local.worker }
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
  datapoints_to_alarm = lookup(each.value, "any", each.value.of)
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
