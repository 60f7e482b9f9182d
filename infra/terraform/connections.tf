# Connections of the database: how many there are, and how many each app may hold.

locals {
  # GiB of memory by the size in the class's name. Classes with more memory for their size (r, x) have more than this says.
  database_memory_gib = {
    micro = 1, small = 2, medium = 4, large = 8, xlarge = 16, "2xlarge" = 32, "4xlarge" = 64, "8xlarge" = 128, "12xlarge" = 192, "16xlarge" = 256, "24xlarge" = 384
  }

  # A hundred for each GiB, a little less than RDS's own rule, and no more than PostgreSQL serves well.
  database_max_connections = min(100 * lookup(local.database_memory_gib, element(split(".", var.database_instance_class), 2), 0), 1600)

  # While both groups replace their instances, there are twice as many; 15 % stay free for RDS itself and for operators.
  most_instances = 2 * (var.asg_web_max + var.asg_worker_max)
  # Web needs 5 under load; a worker one for each slot's claim and commit, and three for heartbeat, orders and registration.
  smallest_pool_size = max(5, var.worker_slots + 3)
  largest_pool_size  = ceil(0.85 * local.database_max_connections / local.most_instances) - 1
  fitting_pool_size  = max(1, min(10, local.largest_pool_size))
  database_pool_size = coalesce(var.database_pool_size, local.fitting_pool_size)
}
