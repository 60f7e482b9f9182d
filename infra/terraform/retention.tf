# How long what is kept stays: environment variables of web, whose reconciler removes it.

locals {
  retention_settings = { for name, time in var.retention : "CARAVANA_RETENTION_${upper(name)}" => time }
}
