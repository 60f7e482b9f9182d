output "identifier" {
  description = "The instance's identifier, as metrics name it."
  value       = aws_db_instance.this.identifier
}

output "url" {
  description = "DATABASE_URL without user and password, which are in the secret. The server's certificate is checked."
  value       = "postgresql://${aws_db_instance.this.address}:${aws_db_instance.this.port}/${aws_db_instance.this.db_name}?sslmode=verify-full&sslrootcert=/etc/caravana/rds-ca.pem"
}

output "secret_arn" {
  description = "The secret with user name and password that RDS keeps and rotates."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}
