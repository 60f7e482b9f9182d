variable "name" {
  description = "Name of the deployment."
  type        = string
}

variable "region" {
  description = "AWS region, for the dashboard."
  type        = string
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
}

variable "alarm_email" {
  description = "Address that alarms are sent to, once it has confirmed; null for none."
  type        = string
}

variable "metric_namespace" {
  description = "CloudWatch namespace of the apps' and instances' own metrics."
  type        = string
}

variable "queue_name" {
  description = "The job queue's name."
  type        = string
}

variable "dead_letter_queue_name" {
  description = "The dead-letter queue's name."
  type        = string
}

variable "balancer_metric_name" {
  description = "The load balancer, as metrics name it."
  type        = string
}

variable "target_group_metric_name" {
  description = "Web's target group, as metrics name it."
  type        = string
}

variable "web_group_name" {
  description = "Auto Scaling group of web."
  type        = string
}

variable "worker_group_name" {
  description = "Auto Scaling group of the workers."
  type        = string
}

variable "cpu_credits" {
  description = "standard or unlimited, of burstable instances; it decides what the alarm on CPU credits looks at."
  type        = string
}

variable "thresholds" {
  description = "Above which values alarms ring; below which for cpu_credits."
  type = object({
    oldest_message_seconds      = number
    work_seconds_per_slot       = number
    failure_percent             = number
    api_p95_seconds             = number
    api_error_percent           = number
    disk_percent                = number
    database_connection_percent = number
    cpu_credits                 = number
  })
}
