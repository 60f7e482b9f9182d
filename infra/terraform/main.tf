# Caravana on AWS: web behind a load balancer, workers behind a queue, both in two zones.
# docs/deploy.md leads from an empty account to a processed video.

locals {
  # Of the metrics that instances send themselves; infra/packer/cloudwatch has the same.
  metric_namespace = "Caravana"

  shared_settings = merge(
    {
      AWS_REGION             = var.aws_region
      DATABASE_URL           = module.database.url
      DATABASE_SECRET_ID     = module.database.secret_arn
      S3_BUCKET              = module.storage.bucket
      SQS_QUEUE_NAME         = module.queue.jobs.name
      SQS_QUEUE_URL          = module.queue.jobs.url
      SQS_DLQ_NAME           = module.queue.dead_letters.name
      SQS_DLQ_URL            = module.queue.dead_letters.url
      SQS_MAX_RECEIVE_COUNT  = tostring(var.sqs_max_receive_count)
      SQS_LONG_POLL_SECONDS  = tostring(var.sqs_long_poll_seconds)
      SQS_VISIBILITY_TIMEOUT = tostring(var.sqs_visibility_timeout)
      CARAVANA_LOG_FORMAT    = "logstash"

      CARAVANA_DATABASE_CONNECTIONS = tostring(local.database_pool_size)
    },
    local.limit_settings,
    # A parameter cannot be empty.
    var.routes_version == null ? {} : {
      CARAVANA_ROUTES_VERSION = var.routes_version
    },
  )

  secret_settings = {
    REDIS_URL = module.cache.url
  }

  # Without a server, nothing: a parameter cannot be empty. The password is in web's secret.
  mail_settings = var.smtp_host == null ? {} : merge(
    {
      CARAVANA_PUBLIC_URL = var.public_url
      CARAVANA_MAIL_FROM  = var.mail_from
      CARAVANA_SMTP_HOST  = var.smtp_host
      CARAVANA_SMTP_PORT  = tostring(var.smtp_port)
    },
    var.smtp_user == null ? {} : { CARAVANA_SMTP_USER = var.smtp_user },
    var.smtp_security == null ? {} : { CARAVANA_SMTP_SECURITY = var.smtp_security },
  )
}

module "network" {
  source = "./modules/network"

  name                 = var.name
  region               = var.aws_region
  vpc_cidr             = var.vpc_cidr
  zone_count           = var.zone_count
  nat_gateway_per_zone = var.nat_gateway_per_zone
  smtp_port            = var.smtp_host == null ? null : var.smtp_port
}

module "storage" {
  source = "./modules/storage"

  name                        = var.name
  region                      = var.aws_region
  bucket_name                 = var.s3_bucket
  destroy_with_content        = !var.protected
  cors_origins                = var.cors_origins
  originals_expire_after_days = var.originals_expire_after_days
  cdn_public_keys             = var.cdn_public_keys
  cdn_price_class             = var.cdn_price_class
}

module "queue" {
  source = "./modules/queue"

  queue_name           = coalesce(var.sqs_queue_name, "${var.name}-video-jobs")
  longest_task_seconds = local.longest_task_seconds
  long_poll_seconds    = var.sqs_long_poll_seconds
  max_receive_count    = var.sqs_max_receive_count
}

module "database" {
  source = "./modules/database"

  name               = var.name
  subnet_ids         = module.network.private_subnet_ids
  security_group_id  = module.network.security_group_ids["database"]
  engine_version     = var.database_version
  instance_class     = var.database_instance_class
  storage_gib        = var.database_storage_gib
  multi_az           = var.database_multi_az
  backup_days        = var.database_backup_days
  protected          = var.protected
  log_retention_days = var.log_retention_days
  max_connections    = local.database_max_connections
}

module "cache" {
  source = "./modules/cache"

  name              = var.name
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.network.security_group_ids["cache"]
  node_type         = var.cache_node_type
  multi_az          = var.cache_multi_az
  token_update      = var.cache_token_update
}

module "web" {
  source = "./modules/web"

  name                       = var.name
  region                     = var.aws_region
  vpc_id                     = module.network.vpc_id
  public_subnet_ids          = module.network.public_subnet_ids
  private_subnet_ids         = module.network.private_subnet_ids
  balancer_security_group_id = module.network.security_group_ids["balancer"]
  security_group_id          = module.network.security_group_ids["web"]
  proxy_cidr                 = var.vpc_cidr

  certificate_arn              = var.certificate_arn
  healthcheck_path             = var.alb_healthcheck_path
  deregistration_delay_seconds = var.deregistration_delay_seconds
  protected                    = var.protected

  instance = {
    image_id    = var.web_image_id
    root_device = var.root_device
    type        = var.instance_type
    cpu_credits = var.cpu_credits
    volume_gib  = var.volume_gib
  }
  min_size                       = var.asg_web_min
  max_size                       = var.asg_web_max
  warmup_seconds                 = var.warmup_seconds
  cooldown_seconds               = var.cooldown_seconds
  requests_per_target_per_minute = var.web_requests_per_target_per_minute
  cpu_target_percent             = var.web_cpu_target_percent

  shared_settings  = local.shared_settings
  further_settings = merge(local.mail_settings, local.retention_settings, module.storage.cdn_settings, var.web_settings)
  secret_settings  = local.secret_settings

  queue_arn             = module.queue.jobs.arn
  dead_letter_queue_arn = module.queue.dead_letters.arn
  bucket_arn            = module.storage.bucket_arn
  database_secret_arn   = module.database.secret_arn
  log_group_arns        = module.observability.log_group_arns["web"]
  metric_namespace      = local.metric_namespace
}

module "worker" {
  source = "./modules/worker"

  name               = var.name
  region             = var.aws_region
  private_subnet_ids = module.network.private_subnet_ids
  security_group_id  = module.network.security_group_ids["worker"]

  instance = {
    image_id    = var.worker_image_id
    root_device = var.root_device
    type        = var.instance_type
    cpu_credits = var.cpu_credits
    volume_gib  = var.volume_gib
  }
  min_size              = var.asg_worker_min
  max_size              = var.asg_worker_max
  warmup_seconds        = var.warmup_seconds
  cooldown_seconds      = var.cooldown_seconds
  mean_service_seconds  = var.worker_mean_service_seconds
  age_threshold_seconds = var.worker_age_threshold_seconds

  slots            = var.worker_slots
  grace_seconds    = var.worker_grace_seconds
  shared_settings  = local.shared_settings
  further_settings = var.worker_settings
  secret_settings  = local.secret_settings

  web_group_name        = module.web.group_name
  queue_name            = module.queue.jobs.name
  queue_arn             = module.queue.jobs.arn
  dead_letter_queue_arn = module.queue.dead_letters.arn
  bucket_arn            = module.storage.bucket_arn
  database_secret_arn   = module.database.secret_arn
  log_group_arns        = module.observability.log_group_arns["worker"]
  metric_namespace      = local.metric_namespace
}

module "observability" {
  source = "./modules/observability"

  name               = var.name
  region             = var.aws_region
  log_retention_days = var.log_retention_days
  alarm_email        = var.alarm_email
  metric_namespace   = local.metric_namespace
  thresholds         = var.alarm_thresholds

  queue_name               = module.queue.jobs.name
  dead_letter_queue_name   = module.queue.dead_letters.name
  balancer_metric_name     = module.web.balancer_metric_name
  target_group_metric_name = module.web.target_group_metric_name
  web_group_name           = module.web.group_name
  worker_group_name        = module.worker.group_name
  cpu_credits              = var.cpu_credits
}
