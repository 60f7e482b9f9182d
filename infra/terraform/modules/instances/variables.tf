variable "name" {
  description = "Name of the deployment."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "tier" {
  description = "web or worker: the target that systemd starts, and part of every name."
  type        = string
}

variable "image_id" {
  description = "The tier's machine image, made by infra/packer."
  type        = string
}

variable "root_device" {
  description = "The image's root device."
  type        = string
}

variable "instance_type" {
  description = "EC2 instance type."
  type        = string
}

variable "cpu_credits" {
  description = "standard or unlimited, of burstable instances."
  type        = string
}

variable "volume_gib" {
  description = "Size of the root volume in GiB."
  type        = number
}

variable "min_size" {
  description = "Fewest instances."
  type        = number
}

variable "max_size" {
  description = "Most instances."
  type        = number
}

variable "subnet_ids" {
  description = "Private subnets, one a zone."
  type        = list(string)
}

variable "security_group_id" {
  description = "The tier's security group."
  type        = string
}

variable "target_group_arns" {
  description = "Target groups of the load balancer; none for workers."
  type        = list(string)
}

variable "health_check_type" {
  description = "ELB or EC2: whose word makes the group replace an instance."
  type        = string
}

variable "warmup_seconds" {
  description = "How long a new instance's metrics do not count."
  type        = number
}

variable "cooldown_seconds" {
  description = "Pause between scaling activities that have no warm-up of their own."
  type        = number
}

variable "drains" {
  description = "Whether an instance that the group ends gets time to finish its work."
  type        = bool
}

variable "instance_environment" {
  description = "Further variables for the scripts of an instance."
  type        = map(string)
}

variable "settings" {
  description = "The app's environment variables, by name."
  type        = map(string)
}

variable "secret_settings" {
  description = "The app's environment variables that are kept encrypted, by name."
  type        = map(string)
}

variable "access_policy" {
  description = "What the tier's app may do with queues and bucket, as JSON."
  type        = string
}

variable "secret_arns" {
  description = "Secrets that the tier reads."
  type        = list(string)
}

variable "log_group_arns" {
  description = "Log groups that the tier writes."
  type        = list(string)
}

variable "metric_namespace" {
  description = "CloudWatch namespace of the instances' own metrics."
  type        = string
}
