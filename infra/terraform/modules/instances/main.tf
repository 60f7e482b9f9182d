# What web and worker have in common: an Auto Scaling group of instances that boot from an image, fetch their settings
# and say when they are ready.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_default_tags" "current" {}

locals {
  group = "${var.name}-${var.tier}"
  # Settings are /{deployment}/{tier}/{VARIABLE}.
  parameter_path = "/${var.name}/${var.tier}"
  # What the scripts of an instance have to know before they can fetch anything.
  instance_environment = merge(var.instance_environment, {
    AWS_REGION          = var.region
    CARAVANA_NAME       = var.name
    CARAVANA_TIER       = var.tier
    CARAVANA_GROUP      = local.group
    CARAVANA_PARAMETERS = local.parameter_path
    # No script reads it: with another setting the launch template is another, so that the group replaces its instances.
    # Nothing can be read from the digest of a secret of 64 random characters.
    CARAVANA_SETTINGS_DIGEST = nonsensitive(sha256(jsonencode([var.settings, var.secret_settings])))
  })
}

resource "aws_ssm_parameter" "settings" {
  for_each = var.settings

  name  = "${local.parameter_path}/${each.key}"
  type  = "String"
  value = each.value
}

resource "aws_ssm_parameter" "secret_settings" {
  for_each = nonsensitive(toset(keys(var.secret_settings)))

  name  = "${local.parameter_path}/${each.key}"
  type  = "SecureString"
  value = var.secret_settings[each.key]
}

resource "aws_launch_template" "this" {
  name                   = local.group
  image_id               = var.image_id
  instance_type          = var.instance_type
  vpc_security_group_ids = [var.security_group_id]
  update_default_version = true

  user_data = base64encode(templatefile("${path.module}/user-data.sh.tftpl", {
    environment = local.instance_environment
    tier        = var.tier
  }))

  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }

  block_device_mappings {
    device_name = var.root_device

    ebs {
      volume_type           = "gp3"
      volume_size           = var.volume_gib
      encrypted             = "true"
      delete_on_termination = "true"
    }
  }

  credit_specification {
    cpu_credits = var.cpu_credits
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # Only then does CloudWatch add instances up by group, as the alarm on CPU credits needs it.
  monitoring {
    enabled = true
  }

  # The provider's default tags reach what Terraform makes, and not what the group starts.
  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]

    content {
      resource_type = tag_specifications.value
      tags          = merge(data.aws_default_tags.current.tags, { Name = local.group, Tier = var.tier })
    }
  }
}

resource "aws_autoscaling_group" "this" {
  name                = local.group
  min_size            = var.min_size
  max_size            = var.max_size
  vpc_zone_identifier = var.subnet_ids
  target_group_arns   = var.target_group_arns

  health_check_type         = var.health_check_type
  health_check_grace_period = var.warmup_seconds
  default_instance_warmup   = var.warmup_seconds
  default_cooldown          = var.cooldown_seconds
  # Instances become ready once operators have stored the secrets, which can be after this run.
  wait_for_capacity_timeout = "0"

  enabled_metrics = ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize"]

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  # A new launch template replaces the instances, new ones first; one that does not get healthy brings the old back.
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
      instance_warmup        = var.warmup_seconds
      auto_rollback          = true
    }
  }

  # The instances have their tags from the launch template.
  tag {
    key                 = "Name"
    value               = local.group
    propagate_at_launch = false
  }

  lifecycle {
    # The policies' business.
    ignore_changes = [desired_capacity]
  }

  # A first instance must be able to read its settings.
  depends_on = [
    aws_iam_role_policy.access,
    aws_iam_role_policy.common,
    aws_ssm_parameter.settings,
    aws_ssm_parameter.secret_settings,
  ]
}

# Resources of their own: a changed hook is changed in place, and replaces neither group nor instances. An instance that starts
# before its group has them is in service at once, and complete-launch takes that as it is.
resource "aws_autoscaling_lifecycle_hook" "launch" {
  name                   = "launch"
  autoscaling_group_name = aws_autoscaling_group.this.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_LAUNCHING"
  # Renewed by the instance every minute while it starts; one that falls silent is replaced.
  heartbeat_timeout = 300
  default_result    = "ABANDON"
}

resource "aws_autoscaling_lifecycle_hook" "termination" {
  count = var.drains ? 1 : 0

  name                   = "termination"
  autoscaling_group_name = aws_autoscaling_group.this.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  # Renewed by the instance every minute while it drains.
  heartbeat_timeout = 180
  default_result    = "CONTINUE"
}
