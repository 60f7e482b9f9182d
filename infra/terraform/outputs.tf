output "api_url" {
  description = "Where the REST API answers."
  value       = "${var.certificate_arn == null ? "http" : "https"}://${module.web.dns_name}/api"
}

output "bucket" {
  description = "Originals, results and routes."
  value       = module.storage.bucket
}

output "queue_url" {
  description = "The job queue."
  value       = module.queue.jobs.url
}

output "dead_letter_queue_url" {
  description = "The dead-letter queue."
  value       = module.queue.dead_letters.url
}

output "web_secret_arn" {
  description = "Secret to be filled by ops/bin/put-web-secret."
  value       = module.web.secret_arn
}

output "group_names" {
  description = "Auto Scaling groups by tier."
  value       = { web = module.web.group_name, worker = module.worker.group_name }
}

output "alarm_names" {
  description = "Alarms, by the page of ops/runbooks that belongs to them."
  value       = module.observability.alarm_names
}

output "alarm_topic_arn" {
  description = "Topic to which alarms are sent."
  value       = module.observability.topic_arn
}

output "dashboard" {
  description = "Name of the CloudWatch dashboard."
  value       = module.observability.dashboard
}

output "database" {
  description = "The database's identifier."
  value       = module.database.identifier
}
