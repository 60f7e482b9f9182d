output "url" {
  description = "REDIS_URL: TLS, and the token as password."
  value       = "rediss://:${terraform_data.token.output}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379/0"
  sensitive   = true
}
