# The REST API: a load balancer in front of nginx and routes-web.

resource "aws_lb" "this" {
  name               = var.name
  load_balancer_type = "application"
  internal           = false
  security_groups    = [var.balancer_security_group_id]
  subnets            = var.public_subnet_ids

  # Always so for this type; said because it is a requirement.
  enable_cross_zone_load_balancing = true
  drop_invalid_header_fields       = true
  # Below nginx's keepalive_timeout, so that it is never the target that closes first.
  idle_timeout               = 60
  enable_deletion_protection = var.protected
}

resource "aws_lb_target_group" "this" {
  name        = "${var.name}-web"
  vpc_id      = var.vpc_id
  target_type = "instance"
  protocol    = "HTTP"
  port        = 80

  load_balancing_algorithm_type = "round_robin"
  # How long uploads under way may continue when their instance is taken out.
  deregistration_delay = var.deregistration_delay_seconds

  health_check {
    path                = var.healthcheck_path
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  stickiness {
    type    = "lb_cookie"
    enabled = false
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = var.certificate_arn == null ? "forward" : "redirect"
    target_group_arn = var.certificate_arn == null ? aws_lb_target_group.this.arn : null

    dynamic "redirect" {
      for_each = var.certificate_arn == null ? [] : ["https"]

      content {
        protocol    = "HTTPS"
        port        = "443"
        status_code = "HTTP_301"
      }
    }
  }
}

resource "aws_lb_listener" "https" {
  count = var.certificate_arn == null ? 0 : 1

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

# Signing key and operator's account: stored by ops/bin/put-web-secret, never in Terraform's state.
resource "aws_secretsmanager_secret" "this" {
  name        = "${var.name}/web"
  description = "Environment variables of web that nobody may read: JWT_PRIVATE_KEY, CARAVANA_SECRET_KEY, CARAVANA_OPERATOR_EMAIL, CARAVANA_OPERATOR_PASSWORD, CARAVANA_SMTP_PASSWORD, CARAVANA_CDN_PRIVATE_KEY"
  # Deleted at once, so that the name is free again.
  recovery_window_in_days = var.protected ? 30 : 0
}

module "instances" {
  source = "../instances"

  name   = var.name
  region = var.region
  tier   = "web"

  image_id      = var.instance.image_id
  root_device   = var.instance.root_device
  instance_type = var.instance.type
  cpu_credits   = var.instance.cpu_credits
  volume_gib    = var.instance.volume_gib

  min_size          = var.min_size
  max_size          = var.max_size
  subnet_ids        = var.private_subnet_ids
  security_group_id = var.security_group_id
  target_group_arns = [aws_lb_target_group.this.arn]
  health_check_type = "ELB"
  warmup_seconds    = var.warmup_seconds
  cooldown_seconds  = var.cooldown_seconds
  # The load balancer does it: it sends nothing more and waits for what is under way.
  drains = false

  instance_environment = {
    CARAVANA_SECRET  = aws_secretsmanager_secret.this.arn
    CARAVANA_PROXIES = var.proxy_cidr
  }

  settings = merge(var.shared_settings, {
    CARAVANA_FORWARDED_HEADERS = "native"
  }, var.further_settings)

  secret_settings  = var.secret_settings
  access_policy    = data.aws_iam_policy_document.access.json
  secret_arns      = [aws_secretsmanager_secret.this.arn, var.database_secret_arn]
  log_group_arns   = var.log_group_arns
  metric_namespace = var.metric_namespace
}

resource "aws_autoscaling_policy" "requests" {
  name                   = "requests-per-target"
  autoscaling_group_name = module.instances.group_name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.requests_per_target_per_minute

    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label         = "${aws_lb.this.arn_suffix}/${aws_lb_target_group.this.arn_suffix}"
    }
  }

  # The metric is refused for a target group that no listener uses yet.
  depends_on = [aws_lb_listener.http, aws_lb_listener.https]
}

resource "aws_autoscaling_policy" "cpu" {
  count = var.cpu_target_percent == null ? 0 : 1

  name                   = "cpu"
  autoscaling_group_name = module.instances.group_name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.cpu_target_percent

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}
