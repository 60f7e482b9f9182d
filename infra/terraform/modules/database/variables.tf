variable "name" {
  description = "Name of the deployment, and the instance's identifier."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets in two zones at least."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group that lets web and worker in."
  type        = string
}

variable "engine_version" {
  description = "PostgreSQL's major version; RDS picks and upgrades the minor one."
  type        = string
}

variable "instance_class" {
  description = "RDS instance class."
  type        = string
}

variable "storage_gib" {
  description = "Storage at the start, in GiB; RDS grows it automatically up to five times that."
  type        = number
}

variable "multi_az" {
  description = "A standby in another zone that takes over within a minute or two."
  type        = bool
}

variable "backup_days" {
  description = "Days for which the database can be restored to any second."
  type        = number
}

variable "protected" {
  description = "Refuse deletion, and keep a last snapshot."
  type        = bool
}

variable "log_retention_days" {
  description = "Days that PostgreSQL's log is kept."
  type        = number
}

variable "max_connections" {
  description = "Most connections of the server."
  type        = number
}
