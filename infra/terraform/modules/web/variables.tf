variable "name" {
  description = "Name of the deployment."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Subnets of the instances."
  type        = list(string)
}

variable "balancer_security_group_id" {
  description = "Security group of the load balancer."
  type        = string
}

variable "security_group_id" {
  description = "Security group of the instances."
  type        = string
}

variable "proxy_cidr" {
  description = "Addresses whose X-Forwarded-For nginx believes: the load balancer's."
  type        = string
}

variable "certificate_arn" {
  description = "ACM certificate; null for HTTP alone."
  type        = string
}

variable "healthcheck_path" {
  description = "Path that the load balancer asks."
  type        = string
}

variable "deregistration_delay_seconds" {
  description = "How long requests may continue at an instance that is taken out."
  type        = number
}

variable "protected" {
  description = "Refuse deletion of the load balancer, and keep the secret for 30 days after deletion."
  type        = bool
}

variable "instance" {
  description = "What an instance is: image, root device, type, CPU credits, volume."
  type = object({
    image_id    = string
    root_device = string
    type        = string
    cpu_credits = string
    volume_gib  = number
  })
}

variable "min_size" {
  description = "Fewest instances."
  type        = number
}

variable "max_size" {
  description = "Most instances."
  type        = number
}

variable "warmup_seconds" {
  description = "How long a new instance's metrics do not count."
  type        = number
}

variable "cooldown_seconds" {
  description = "Pause between scaling activities."
  type        = number
}

variable "requests_per_target_per_minute" {
  description = "Requests a minute and instance that the group is kept at."
  type        = number
}

variable "cpu_target_percent" {
  description = "CPU that the group is kept at as well; null for requests alone."
  type        = number
}

variable "shared_settings" {
  description = "Environment variables that web and worker share."
  type        = map(string)
}

variable "further_settings" {
  description = "Environment variables of web alone, from outside."
  type        = map(string)
}

variable "secret_settings" {
  description = "Environment variables that are kept encrypted."
  type        = map(string)
}

variable "queue_arn" {
  description = "The job queue."
  type        = string
}

variable "dead_letter_queue_arn" {
  description = "The dead-letter queue."
  type        = string
}

variable "bucket_arn" {
  description = "The bucket."
  type        = string
}

variable "database_secret_arn" {
  description = "The secret with the database's user name and password."
  type        = string
}

variable "log_group_arns" {
  description = "Log groups of web."
  type        = list(string)
}

variable "metric_namespace" {
  description = "CloudWatch namespace of the instances' own metrics."
  type        = string
}
