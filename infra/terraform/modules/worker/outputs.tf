output "group_name" {
  description = "Name of the Auto Scaling group."
  value       = module.instances.group_name
}
