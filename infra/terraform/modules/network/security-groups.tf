# Who may talk to whom:
#   internet -> balancer 80, 443 -> web 80
#   web, worker -> database 5432, cache 6379, and 443 anywhere: AWS's own endpoints, and an outside issuer of tokens
#   web -> the mail server's port anywhere, if there is a mail server

resource "aws_security_group" "this" {
  for_each = {
    balancer = "The load balancer, open to the internet"
    web      = "Web instances, reached by the load balancer alone"
    worker   = "Worker instances, reached by nobody"
    database = "PostgreSQL, reached by web and worker"
    cache    = "Redis, reached by web and worker"
  }

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "internet_to_balancer" {
  for_each = toset(["80", "443"])

  security_group_id = aws_security_group.this["balancer"].id
  description       = "Clients"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
  cidr_ipv4         = "0.0.0.0/0"
}

locals {
  inside = {
    balancer-web    = { from = "balancer", to = "web", port = 80 }
    web-database    = { from = "web", to = "database", port = 5432 }
    worker-database = { from = "worker", to = "database", port = 5432 }
    web-cache       = { from = "web", to = "cache", port = 6379 }
    worker-cache    = { from = "worker", to = "cache", port = 6379 }
  }
}

resource "aws_vpc_security_group_egress_rule" "inside" {
  for_each = local.inside

  security_group_id            = aws_security_group.this[each.value.from].id
  description                  = "To ${each.value.to}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.this[each.value.to].id
}

resource "aws_vpc_security_group_ingress_rule" "inside" {
  for_each = local.inside

  security_group_id            = aws_security_group.this[each.value.to].id
  description                  = "From ${each.value.from}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.this[each.value.from].id
}

resource "aws_vpc_security_group_egress_rule" "instances_to_https" {
  for_each = toset(["web", "worker"])

  security_group_id = aws_security_group.this[each.key].id
  description       = "AWS endpoints"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "web_to_mail_server" {
  # With port 443 there is a rule already.
  count = var.smtp_port == null || coalesce(var.smtp_port, 443) == 443 ? 0 : 1

  security_group_id = aws_security_group.this["web"].id
  description       = "Mail server"
  ip_protocol       = "tcp"
  from_port         = var.smtp_port
  to_port           = var.smtp_port
  cidr_ipv4         = "0.0.0.0/0"
}
