# Redis on ElastiCache: live progress and counters of failed log-ins. Everything else works without it.

# ElastiCache takes its token as an argument and nothing else, so it is in the state; the state's bucket is private.
data "aws_secretsmanager_random_password" "token" {
  password_length     = 64
  exclude_punctuation = true
}

# The data source gives another one at each run; this keeps the first.
resource "terraform_data" "token" {
  input = data.aws_secretsmanager_random_password.token.random_password

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Live progress of ${var.name}"
  engine               = "redis"
  engine_version       = "7.1"
  node_type            = var.node_type
  port                 = 6379

  num_cache_clusters         = var.multi_az ? 2 : 1
  multi_az_enabled           = var.multi_az
  automatic_failover_enabled = var.multi_az

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = [var.security_group_id]

  transit_encryption_enabled = true
  at_rest_encryption_enabled = true
  auth_token                 = sensitive(terraform_data.token.output)
  # ROTATE adds a token and SET ends every other one: ops/runbooks/rotate-secrets.md has the order.
  auth_token_update_strategy = var.token_update

  apply_immediately = true
}
