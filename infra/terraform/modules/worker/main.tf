# The media workers: no port, no load balancer; they take jobs from the queue and scale with it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # As modules/instances names it.
  group = "${var.name}-worker"

  # What is due is done within two minutes by the instances that are there. Web counts by the same two minutes how much of an account's
  # work is due (target_seconds of operators/list-workers.sql).
  target_seconds = 120
}

module "instances" {
  source = "../instances"

  name   = var.name
  region = var.region
  tier   = "worker"

  image_id      = var.instance.image_id
  root_device   = var.instance.root_device
  instance_type = var.instance.type
  cpu_credits   = var.instance.cpu_credits
  volume_gib    = var.instance.volume_gib

  min_size          = var.min_size
  max_size          = var.max_size
  subnet_ids        = var.private_subnet_ids
  security_group_id = var.security_group_id
  target_group_arns = []
  health_check_type = "EC2"
  warmup_seconds    = var.warmup_seconds
  cooldown_seconds  = var.cooldown_seconds
  drains            = true

  instance_environment = {}

  settings = merge(var.shared_settings, {
    CARAVANA_WORKER_SLOTS = tostring(var.slots)
    CARAVANA_WORKER_GRACE = "${var.grace_seconds}s"
    CARAVANA_WORK_DIR     = "/var/lib/caravana/work"
  }, var.further_settings)

  secret_settings  = var.secret_settings
  access_policy    = data.aws_iam_policy_document.access.json
  secret_arns      = [var.database_secret_arn]
  log_group_arns   = var.log_group_arns
  metric_namespace = var.metric_namespace
}

resource "aws_autoscaling_policy" "work" {
  name                   = "work-per-instance"
  autoscaling_group_name = module.instances.group_name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = local.target_seconds * var.slots

    customized_metric_specification {
      metrics {
        id    = "per_instance"
        label = "Seconds of work that is due, per running instance"
        # While web does not report, each job counts as long as one takes on average.
        expression  = "IF(FILL(due, -1) < 0, (visible + in_flight) * ${var.mean_service_seconds * var.slots}, FILL(due, 0)) / IF(FILL(running, 0) > 0, FILL(running, 1), 1)"
        return_data = true
      }

      metrics {
        id          = "due"
        return_data = false

        metric_stat {
          # Every web instance reports the same.
          stat = "Maximum"

          metric {
            namespace   = var.metric_namespace
            metric_name = "caravana_due_work_seconds"

            dimensions {
              name  = "AutoScalingGroupName"
              value = var.web_group_name
            }
          }
        }
      }

      metrics {
        id          = "visible"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"

            dimensions {
              name  = "QueueName"
              value = var.queue_name
            }
          }
        }
      }

      metrics {
        id          = "in_flight"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesNotVisible"

            dimensions {
              name  = "QueueName"
              value = var.queue_name
            }
          }
        }
      }

      metrics {
        id          = "running"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/AutoScaling"
            metric_name = "GroupInServiceInstances"

            dimensions {
              name  = "AutoScalingGroupName"
              value = module.instances.group_name
            }
          }
        }
      }
    }
  }
}

# What was predicted to be short and is long makes others wait.
resource "aws_autoscaling_policy" "age" {
  name                      = "oldest-due-video"
  autoscaling_group_name    = module.instances.group_name
  policy_type               = "StepScaling"
  adjustment_type           = "ChangeInCapacity"
  metric_aggregation_type   = "Maximum"
  estimated_instance_warmup = var.warmup_seconds

  # Bounds are above the alarm's threshold.
  step_adjustment {
    scaling_adjustment          = 1
    metric_interval_lower_bound = 0
    metric_interval_upper_bound = 300
  }

  step_adjustment {
    scaling_adjustment          = 2
    metric_interval_lower_bound = 300
  }
}

resource "aws_cloudwatch_metric_alarm" "scale_out_on_age" {
  alarm_name          = "${var.name}-worker-scale-out-on-age"
  alarm_description   = "No alarm for people: adds workers while a video has waited for longer than the threshold."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.age_threshold_seconds
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_autoscaling_policy.age.arn]

  # Web's own figure and not SQS's age of the oldest message, which counts jobs in work as well: a single long job must not
  # add workers that find nothing to do.
  namespace   = var.metric_namespace
  metric_name = "caravana_oldest_due_seconds"
  statistic   = "Maximum"
  period      = 60
  dimensions  = { AutoScalingGroupName = var.web_group_name }
}
