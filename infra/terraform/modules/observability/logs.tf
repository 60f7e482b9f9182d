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

  name              = "/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
}

# The balancer's own latency counts an upload from its first byte, so one slow client looks like a slow API. What nginx
# measures of GETs is how fast the API is; event streams are open for as long as somebody watches.
resource "aws_cloudwatch_log_metric_filter" "api_latency" {
  name           = "${var.name}-api-latency"
  log_group_name = aws_cloudwatch_log_group.this["web/access"].name
  pattern        = "{ $.method = \"GET\" && $.path = \"/api/*\" && $.path != \"*/events\" }"

  metric_transformation {
    namespace = var.metric_namespace
    # One deployment's requests, not all of the account's.
    name  = "${var.name}_api_seconds"
    value = "$.seconds"
    unit  = "Seconds"
  }
}
