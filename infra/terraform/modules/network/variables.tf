variable "name" {
  description = "Name of the deployment, the beginning of every resource's name."
  type        = string
}

variable "region" {
  description = "AWS region, for the endpoint's service name."
  type        = string
}

variable "vpc_cidr" {
  description = "Addresses of the VPC; a sixteenth of them goes to each subnet."
  type        = string
}

variable "zone_count" {
  description = "Availability zones, each with a public and a private subnet."
  type        = number
}

variable "nat_gateway_per_zone" {
  description = "A NAT gateway in every zone; otherwise all zones depend on the first one's."
  type        = bool
}

variable "smtp_port" {
  description = "Port at which web reaches a mail server; null for none."
  type        = number
  default     = null
}
