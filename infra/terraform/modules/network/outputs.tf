output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer."
  value       = aws_subnet.public[*].id

  # Nothing in them works before it has its way out.
  depends_on = [aws_route.internet, aws_route_table_association.public]
}

output "private_subnet_ids" {
  description = "Subnets of instances, database and cache."
  value       = aws_subnet.private[*].id

  # An instance that boots without NAT cannot fetch its configuration.
  depends_on = [aws_route.nat, aws_route_table_association.private, aws_vpc_endpoint.s3]
}

output "security_group_ids" {
  description = "By role: balancer, web, worker, database, cache."
  value       = { for role, group in aws_security_group.this : role => group.id }
}
