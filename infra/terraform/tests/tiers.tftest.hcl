# Web and worker: what scales them, what health means, how an instance may be reached.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }
}

variables {
  name               = "test"
  region             = "test-region"
  private_subnet_ids = ["subnet-1", "subnet-2"]
  security_group_id  = "sg-1"
  instance = {
    image_id    = "ami-1"
    root_device = "/dev/xvda"
    type        = "t3.small"
    cpu_credits = "standard"
    volume_gib  = 30
  }
  min_size              = 1
  max_size              = 3
  warmup_seconds        = 90
  cooldown_seconds      = 90
  shared_settings       = { S3_BUCKET = "media" }
  further_settings      = {}
  secret_settings       = { REDIS_URL = "rediss://:token@cache:6379/0" }
  queue_arn             = "arn:jobs"
  dead_letter_queue_arn = "arn:dead"
  bucket_arn            = "arn:bucket"
  database_secret_arn   = "arn:secret"
  log_group_arns        = ["arn:log"]
  metric_namespace      = "Test"
}

run "worker" {
  command = plan

  module {
    source = "./modules/worker"
  }

  variables {
    mean_service_seconds  = 40
    age_threshold_seconds = 300
    slots                 = 2
    grace_seconds         = 90
    queue_name            = "video-jobs"
    web_group_name        = "test-web"
  }

  assert {
    condition     = aws_autoscaling_policy.work.target_tracking_configuration[0].target_value == 240
    error_message = "120 s of work for each of an instance's slots."
  }

  assert {
    condition = anytrue([
      for metric in aws_autoscaling_policy.work.target_tracking_configuration[0].customized_metric_specification[0].metrics :
      strcontains(coalesce(metric.expression, "-"), "(visible + in_flight) * 80")
    ])
    error_message = "Without web's figure, a job counts 40 s of an instance, which are 80 of its two slots."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.scale_out_on_age.threshold == 300
    error_message = "Old messages add workers."
  }

  assert {
    condition     = output.group_name == "test-worker"
    error_message = "The group is named after deployment and tier."
  }
}

run "instances" {
  command = plan

  module {
    source = "./modules/instances"
  }

  variables {
    tier                 = "worker"
    image_id             = "ami-1"
    root_device          = "/dev/xvda"
    instance_type        = "t3.small"
    cpu_credits          = "standard"
    volume_gib           = 30
    subnet_ids           = ["subnet-1", "subnet-2"]
    target_group_arns    = []
    health_check_type    = "EC2"
    drains               = true
    instance_environment = {}
    settings             = { S3_BUCKET = "media" }
    access_policy        = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    secret_arns          = ["arn:secret"]
  }

  assert {
    condition     = aws_launch_template.this.metadata_options[0].http_tokens == "required"
    error_message = "The metadata service answers version 2 alone."
  }

  assert {
    condition     = aws_autoscaling_lifecycle_hook.launch.default_result == "ABANDON" && aws_autoscaling_lifecycle_hook.termination[0].default_result == "CONTINUE"
    error_message = "An instance that does not get ready is replaced; one that drains is waited for, but not for ever."
  }

  assert {
    condition     = toset([for tags in aws_launch_template.this.tag_specifications : tags.resource_type]) == toset(["instance", "volume", "network-interface"])
    error_message = "What the group starts is tagged by the launch template."
  }

  assert {
    condition     = aws_autoscaling_group.this.instance_refresh[0].preferences[0].auto_rollback
    error_message = "A new image that does not get healthy is taken back."
  }

  assert {
    condition     = aws_ssm_parameter.settings["S3_BUCKET"].name == "/test/worker/S3_BUCKET" && aws_ssm_parameter.secret_settings["REDIS_URL"].type == "SecureString"
    error_message = "Settings are below the tier's own path, secret ones encrypted."
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.this.user_data), "CARAVANA_GROUP=test-worker") && strcontains(base64decode(aws_launch_template.this.user_data), "caravana-worker.target")
    error_message = "User data writes the instance's settings and starts its units."
  }
}

run "web" {
  command = plan

  module {
    source = "./modules/web"
  }

  variables {
    vpc_id                         = "vpc-1"
    public_subnet_ids              = ["subnet-3", "subnet-4"]
    balancer_security_group_id     = "sg-2"
    proxy_cidr                     = "10.0.0.0/16"
    certificate_arn                = null
    healthcheck_path               = "/api/health"
    deregistration_delay_seconds   = 300
    protected                      = false
    requests_per_target_per_minute = 3000
    cpu_target_percent             = 65
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/api/health" && aws_lb_target_group.this.health_check[0].interval == 15 && !aws_lb_target_group.this.stickiness[0].enabled
    error_message = "Health every 15 s, no stickiness."
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "forward" && length(aws_lb_listener.https) == 0
    error_message = "Without a certificate there is HTTP alone."
  }

  assert {
    condition     = length(aws_autoscaling_policy.cpu) == 1
    error_message = "CPU counts when it has a target."
  }
}

run "web_with_a_certificate" {
  command = plan

  module {
    source = "./modules/web"
  }

  variables {
    vpc_id                         = "vpc-1"
    public_subnet_ids              = ["subnet-3", "subnet-4"]
    balancer_security_group_id     = "sg-2"
    proxy_cidr                     = "10.0.0.0/16"
    certificate_arn                = "arn:aws:acm:us-east-1:000000000000:certificate/1"
    healthcheck_path               = "/api/health"
    deregistration_delay_seconds   = 300
    protected                      = false
    requests_per_target_per_minute = 3000
    cpu_target_percent             = null
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && length(aws_lb_listener.https) == 1
    error_message = "With a certificate HTTP leads to HTTPS."
  }
}
