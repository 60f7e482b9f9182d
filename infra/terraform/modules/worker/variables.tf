variable "name" {
  description = "Name of the deployment."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "private_subnet_ids" {
  description = "Subnets of the instances."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group of the instances."
  type        = string
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

variable "mean_service_seconds" {
  description = "How long one instance takes for one job, on average; counts while web does not report how much work is due."
  type        = number
}

variable "age_threshold_seconds" {
  description = "How long the oldest due video may have waited before workers are added whatever the backlog, in seconds."
  type        = number
}

variable "slots" {
  description = "Jobs at once on one instance."
  type        = number
}

variable "grace_seconds" {
  description = "How long running jobs may continue when their worker stops."
  type        = number
}

variable "shared_settings" {
  description = "Environment variables that web and worker share."
  type        = map(string)
}

variable "further_settings" {
  description = "Environment variables of the worker alone, from outside."
  type        = map(string)
}

variable "secret_settings" {
  description = "Environment variables that are kept encrypted."
  type        = map(string)
}

variable "web_group_name" {
  description = "Auto Scaling group of web, which measures how long videos have waited."
  type        = string
}

variable "queue_name" {
  description = "The job queue's name, as metrics name it."
  type        = string
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
  description = "Log groups of the worker."
  type        = list(string)
}

variable "metric_namespace" {
  description = "CloudWatch namespace of the instances' own metrics."
  type        = string
}
