# A log group per tier and component. What instances write there is set in infra/packer/cloudwatch.

locals {
  components = {
    web    = ["app", "access", "nginx", "metrics"]
    worker = ["app", "metrics"]
  }
  log_groups = merge([
    for tier, components in local.components : {
      for component in components : "${tier}/${component}" => tier
    }
  ]...)
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name = "/${var.name}/${each.key}"
  # Metrics are in these logs only on their way to CloudWatch's metrics.
  retention_in_days = endswith(each.key, "/metrics") ? 1 : var.log_retention_days
}

# The balancer's own latency counts an upload from its first byte, so one slow client looks like a slow API. What nginx
# measures of all other calls is how fast the API is. Not counted, as in ops/prometheus: uploads; event streams, which are open
# for as long as somebody watches; health, which is called all the time.
resource "aws_cloudwatch_log_metric_filter" "api_latency" {
  name           = "${var.name}-api-latency"
  log_group_name = aws_cloudwatch_log_group.this["web/access"].name
  pattern        = "{ $.path = \"/api/*\" && $.path != \"*/events\" && $.path != \"/api/health*\" && ($.method != \"POST\" || ($.path != \"/api/videos\" && $.path != \"/api/videos/upload\")) }"

  metric_transformation {
    namespace = var.metric_namespace
    # One deployment's requests, not all of the account's.
    name  = "${var.name}_api_seconds"
    value = "$.seconds"
    unit  = "Seconds"
  }
}
