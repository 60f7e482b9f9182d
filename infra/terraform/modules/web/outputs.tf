output "group_name" {
  description = "Name of the Auto Scaling group."
  value       = module.instances.group_name
}

output "dns_name" {
  description = "The load balancer's name in the DNS."
  value       = aws_lb.this.dns_name
}

output "balancer_metric_name" {
  description = "The load balancer, as metrics name it."
  value       = aws_lb.this.arn_suffix
}

output "target_group_metric_name" {
  description = "The target group, as metrics name it."
  value       = aws_lb_target_group.this.arn_suffix
}

output "secret_arn" {
  description = "Secret to be filled by ops/bin/put-web-secret."
  value       = aws_secretsmanager_secret.this.arn
}
