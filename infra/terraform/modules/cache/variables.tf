variable "name" {
  description = "Name of the deployment, and the replication group's id."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group that lets web and worker in."
  type        = string
}

variable "node_type" {
  description = "ElastiCache node type."
  type        = string
}

variable "multi_az" {
  description = "A replica in another zone that takes over."
  type        = bool
}

variable "token_update" {
  description = "SET: the token is the only one; ROTATE: the former one stays valid beside it."
  type        = string
}
