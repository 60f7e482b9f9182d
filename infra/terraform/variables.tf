variable "name" {
  description = "Name of the deployment, the beginning of every resource's name; several may share an account."
  type        = string
  default     = "caravana"

  validation {
    # Load balancers, and roles with a region behind them, have the shortest limits.
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name)) && !endswith(var.name, "-") && !strcontains(var.name, "--")
    error_message = "The name must be 2 to 20 small letters, digits and single hyphens, beginning with a letter."
  }
}

variable "aws_region" {
  description = "AWS region."
  type        = string
}

variable "protected" {
  description = "Refuse deletion of database and load balancer, keep a last snapshot, and never delete a bucket with objects. Off for a trial only."
  type        = bool
  default     = true
}

# Network

variable "vpc_cidr" {
  description = "Addresses of the VPC."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 4, 15)) && try(tonumber(split("/", var.vpc_cidr)[1]) <= 22, false)
    error_message = "vpc_cidr must be a network of /22 or larger, such as 10.20.0.0/16."
  }
}

variable "zone_count" {
  description = "Availability zones; the load balancer and the database need two."
  type        = number
  default     = 2

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 6
    error_message = "zone_count must be from 2 to 6."
  }
}

variable "nat_gateway_per_zone" {
  description = "A NAT gateway in every zone; with one for all, instances of the other zones lose AWS's endpoints when its zone is down."
  type        = bool
  default     = true
}

# Storage

variable "s3_bucket" {
  description = "The bucket's name; null for one made of deployment, account and region."
  type        = string
  default     = null
}

variable "cors_origins" {
  description = "Origins whose pages may send files to signed addresses, such as https://videos.example.org."
  type        = list(string)
  default     = []
}

variable "originals_expire_after_days" {
  description = "Days after which S3 itself deletes originals, whatever became of their video; 0 leaves that to retention.originals."
  type        = number
  default     = 0

  validation {
    condition     = var.originals_expire_after_days == 0 || var.originals_expire_after_days >= 7
    error_message = "Originals may expire after 7 days at the earliest: a job may be retried for as long as its message lives, which is 4 days."
  }
}

# Queue

variable "sqs_queue_name" {
  description = "The job queue's name; null for the deployment's name with -video-jobs."
  type        = string
  default     = null
}

variable "sqs_max_receive_count" {
  description = "Receives after which SQS moves a message to the dead-letter queue."
  type        = number
  default     = 5
}

variable "sqs_long_poll_seconds" {
  description = "How long a receive waits."
  type        = number
  default     = 20

  validation {
    condition     = var.sqs_long_poll_seconds >= 0 && var.sqs_long_poll_seconds <= 20
    error_message = "SQS lets a receive wait for 20 seconds at most."
  }
}

variable "sqs_visibility_timeout" {
  description = "Seconds for which the worker asks at each receive, and which it renews while it works (docs/adr/0008)."
  type        = number
  default     = 60
}

# Database

variable "database_version" {
  description = "PostgreSQL's major version."
  type        = string
  default     = "17"
}

variable "database_instance_class" {
  description = "RDS instance class. Its size decides how many connections there are: 100 for each GiB of memory (connections.tf)."
  type        = string
  default     = "db.t4g.micro"

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.(micro|small|medium|[0-9]*x?large)$", var.database_instance_class))
    error_message = "database_instance_class is ${var.database_instance_class}; set it to a class such as db.t4g.micro."
  }
}

variable "database_pool_size" {
  description = "Connections to the database that each instance holds; null for as many as fit, 10 at most."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.database_pool_size, local.fitting_pool_size) >= local.smallest_pool_size && coalesce(var.database_pool_size, local.fitting_pool_size) <= local.largest_pool_size
    error_message = "Each instance would hold ${coalesce(var.database_pool_size, local.fitting_pool_size)} database connections; it needs ${local.smallest_pool_size}, and may hold ${local.largest_pool_size}: the database has ${local.database_max_connections}, and ${local.most_instances} instances (asg_web_max and asg_worker_max, twice during a deployment) may take less than 85 % of them. Set a larger database_instance_class, smaller groups, or another database_pool_size."
  }
}

variable "database_storage_gib" {
  description = "Storage of the database at the start, in GiB."
  type        = number
  default     = 20
}

variable "database_multi_az" {
  description = "A standby of the database in another zone."
  type        = bool
  default     = true
}

variable "database_backup_days" {
  description = "Days for which the database can be restored to any second."
  type        = number
  default     = 7
}

# Cache

variable "cache_node_type" {
  description = "ElastiCache node type."
  type        = string
  default     = "cache.t4g.micro"
}

variable "cache_multi_az" {
  description = "A replica of the cache in another zone. Without one, live progress is missing for some minutes when its node fails."
  type        = bool
  default     = false
}

variable "cache_token_update" {
  description = "What becomes of the cache's former token when it gets another one: SET ends it, ROTATE keeps it valid beside the new one (ops/runbooks/rotate-secrets.md)."
  type        = string
  default     = "SET"

  validation {
    condition     = contains(["SET", "ROTATE"], var.cache_token_update)
    error_message = "cache_token_update is ${var.cache_token_update}; set it to SET or ROTATE."
  }
}

# Instances

variable "web_image_id" {
  description = "Machine image of web, made by infra/packer."
  type        = string
}

variable "worker_image_id" {
  description = "Machine image of the worker, made by infra/packer."
  type        = string
}

variable "root_device" {
  description = "Root device of both images."
  type        = string
  default     = "/dev/xvda"
}

variable "instance_type" {
  description = "EC2 instance type of both tiers. The units' memory limits are made for 2 GiB."
  type        = string
  default     = "t3.small"
}

variable "cpu_credits" {
  description = "unlimited: bursts beyond the credits are paid for; standard: the CPU is held back instead."
  type        = string
  default     = "unlimited"

  validation {
    condition     = contains(["standard", "unlimited"], var.cpu_credits)
    error_message = "cpu_credits must be standard or unlimited."
  }
}

variable "volume_gib" {
  description = "Root volume of an instance, in GiB."
  type        = number
  default     = 30

  validation {
    condition     = var.volume_gib >= local.smallest_volume_gib
    error_message = "volume_gib is ${var.volume_gib}; a worker of ${var.worker_slots} slots and originals of ${var.upload_max_size} need ${local.smallest_volume_gib}."
  }
}

variable "warmup_seconds" {
  description = "How long a new instance's metrics do not count, and its health is not judged."
  type        = number
  default     = 90
}

variable "cooldown_seconds" {
  description = "Pause between scaling activities that have no warm-up of their own."
  type        = number
  default     = 90
}

variable "routes_version" {
  description = "Version of the routes that ops/bin/ship-routes has put into the bucket; null for those that came with the images. Instances read it at their start."
  type        = string
  default     = null
}

# Limits of originals, for web, nginx and the worker alike

variable "upload_max_size" {
  description = "Largest file, such as 2GB; each unit is 1,024 of the one before, so that 2GB are 2,147,483,648 bytes."
  type        = string
  default     = "2GB"

  validation {
    condition     = can(regex("^[1-9][0-9]*(KB|MB|GB)$", var.upload_max_size)) && try(regex("^[0-9]+", var.upload_max_size) * { KB = 1, MB = 1024, GB = 1048576 }[regex("[A-Z]+$", var.upload_max_size)] <= 50000 * 1024, false)
    error_message = "upload_max_size is ${var.upload_max_size}; set it to a whole number with KB, MB or GB, such as 2GB, and to 50000MB at most."
  }
}

variable "video_max_duration" {
  description = "Longest video, such as 600s, 60m or 2h."
  type        = string
  default     = "60m"

  validation {
    condition     = can(regex("^[1-9][0-9]*(s|m|h)$", var.video_max_duration)) && try(regex("^[0-9]+", var.video_max_duration) * { s = 1, m = 60, h = 3600 }[regex("[a-z]+$", var.video_max_duration)] <= 5 * 3600, false)
    error_message = "video_max_duration is ${var.video_max_duration}; set it to a whole number with s, m or h, such as 60m, and to 5h at most."
  }
}

variable "video_max_width" {
  description = "Most pixels of the picture's longer side."
  type        = number
  default     = 4096

  validation {
    condition     = var.video_max_width >= var.video_max_height && var.video_max_width <= 16384 && floor(var.video_max_width) == var.video_max_width
    error_message = "video_max_width is ${var.video_max_width}; set it to a whole number from video_max_height to 16384."
  }
}

variable "video_max_height" {
  description = "Most pixels of the picture's shorter side."
  type        = number
  default     = 2304

  validation {
    condition     = var.video_max_height >= (var.media_rules == "anb" ? 1080 : 16) && var.video_max_height <= 16384 && floor(var.video_max_height) == var.video_max_height
    error_message = "video_max_height is ${var.video_max_height}; set it to a whole number from 16 (with the rules anb, 1080) to 16384."
  }
}

variable "video_max_frame_rate" {
  description = "Most frames per second, on average."
  type        = number
  default     = 240

  validation {
    condition     = var.video_max_frame_rate >= 1 && var.video_max_frame_rate <= 1000
    error_message = "video_max_frame_rate is ${var.video_max_frame_rate}; set it to 1 to 1000."
  }
}

variable "video_max_streams" {
  description = "Most video and audio tracks in a file."
  type        = number
  default     = 32

  validation {
    condition     = var.video_max_streams >= 1 && var.video_max_streams <= 1000 && floor(var.video_max_streams) == var.video_max_streams
    error_message = "video_max_streams is ${var.video_max_streams}; set it to a whole number from 1 to 1000."
  }
}

variable "media_rules" {
  description = "Rules beside the limits: none, or anb for originals of 20 to 60 s and at least 1080p only."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "anb"], var.media_rules)
    error_message = "media_rules is ${var.media_rules}; set it to none or anb."
  }

  validation {
    condition     = var.media_rules == "none" || local.video_max_seconds >= 20
    error_message = "The rules anb refuse videos of less than 20 s, and video_max_duration is ${var.video_max_duration}; set it to 20s or more."
  }
}

# Web

variable "asg_web_min" {
  description = "Fewest web instances."
  type        = number
  default     = 1
}

variable "asg_web_max" {
  description = "Most web instances."
  type        = number
  default     = 3

  validation {
    condition     = var.asg_web_max >= var.asg_web_min
    error_message = "asg_web_max must be asg_web_min or more."
  }
}

variable "alb_healthcheck_path" {
  description = "Path that the load balancer asks every 15 s."
  type        = string
  default     = "/api/health"
}

variable "certificate_arn" {
  description = "ACM certificate of the load balancer; with one, HTTP redirects to HTTPS. null for HTTP alone, for a trial only."
  type        = string
  default     = null
}

variable "deregistration_delay_seconds" {
  description = "How long uploads under way may continue at an instance that is taken out."
  type        = number
  default     = 300
}

variable "web_requests_per_target_per_minute" {
  description = "Requests a minute and instance at which web is kept: 50 a second (docs/adr/0009)."
  type        = number
  default     = 3000
}

variable "web_cpu_target_percent" {
  description = "CPU at which web is kept as well, such as 65; null for requests alone."
  type        = number
  default     = null
}

variable "retention" {
  description = "How long what is kept stays, such as 30d (docs/operations.md, Retention); 0 keeps originals and outputs as long as their video, and the audit for ever."
  type = object({
    originals       = optional(string, "0")
    outputs         = optional(string, "0")
    events          = optional(string, "7d")
    deliveries      = optional(string, "7d")
    exports         = optional(string, "24h")
    imports         = optional(string, "7d")
    audit           = optional(string, "0")
    login_addresses = optional(string, "90d")
  })
  default = {}

  validation {
    condition     = alltrue([for name, time in var.retention : can(regex("^[1-9][0-9]*(s|m|h|d)$", time)) || contains(["originals", "outputs", "audit"], name) && time == "0"])
    error_message = "retention has a value that is not a duration. Set whole numbers with s, m, h or d, such as 30d; originals, outputs and audit may be 0."
  }
}

variable "web_settings" {
  description = "Further environment variables of web, by the names in docs/configuration.md."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.web_settings), keys(local.limit_settings))) == 0
    error_message = "Limits hold for web and worker alike: instead of ${join(", ", setintersection(keys(var.web_settings), keys(local.limit_settings)))} in web_settings, set the variable of that name in small letters, without caravana_."
  }

  validation {
    condition     = lookup(var.web_settings, "JWT_ISSUER_URI", "") == "" || lookup(var.web_settings, "JWT_AUDIENCE", "") != ""
    error_message = "JWT_ISSUER_URI needs JWT_AUDIENCE: the issuer makes tokens for other applications, too, and web does not start without it."
  }
}

# Playback

variable "cdn_public_keys" {
  description = "Public keys, in PEM format, of the links to segments that a CloudFront distribution answers; none for no distribution: players get segments from S3. `ops/bin/rotate-web-secret SECRET_ARN cdn-key` makes a key. Web signs by the first one; a second one stays valid while keys are changed."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for key in var.cdn_public_keys : startswith(key, "-----BEGIN PUBLIC KEY-----")])
    error_message = "cdn_public_keys has what is no public key in PEM format. Set what `ops/bin/rotate-web-secret SECRET_ARN cdn-key` prints."
  }
}

variable "cdn_price_class" {
  description = "Where the distribution answers: PriceClass_100 (North America and Europe), PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.cdn_price_class)
    error_message = "cdn_price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

# Mails

variable "smtp_host" {
  description = "Mail server by which accounts get links to another password or e-mail address; null for none. `ops/bin/rotate-web-secret SECRET_ARN smtp-password` stores its password."
  type        = string
  default     = null

  validation {
    condition     = var.smtp_host == null || var.public_url != null && var.mail_from != null
    error_message = "smtp_host needs public_url and mail_from: mails are sent from one and lead to the other."
  }
}

variable "smtp_port" {
  description = "Port of the mail server. Web may reach it anywhere; AWS blocks 25 unless asked."
  type        = number
  default     = 587

  validation {
    condition     = var.smtp_port > 0 && var.smtp_port < 65536
    error_message = "smtp_port is a port, such as 587 or 465."
  }
}

variable "smtp_user" {
  description = "Whom web logs in as at the mail server; null for no log-in."
  type        = string
  default     = null
}

variable "smtp_security" {
  description = "How the connection to the mail server is encrypted: starttls, tls (from the first byte) or none; null for tls on port 465 and otherwise starttls."
  type        = string
  default     = null

  validation {
    condition     = var.smtp_security == null || contains(["starttls", "tls", "none"], coalesce(var.smtp_security, "none"))
    error_message = "smtp_security is starttls, tls or none."
  }
}

variable "mail_from" {
  description = "E-mail address that mails come from, such as videos@example.org; the mail server must permit it."
  type        = string
  default     = null
}

variable "public_url" {
  description = "Where people reach the page, such as https://videos.example.org, without a path: links in mails lead there."
  type        = string
  default     = null

  validation {
    condition     = can(regex("^https?://[^/?#@[:space:]]+$", coalesce(var.public_url, "https://unset")))
    error_message = "public_url is an address such as https://videos.example.org, without a path or a slash at its end."
  }
}

# Worker

variable "asg_worker_min" {
  description = "Fewest worker instances."
  type        = number
  default     = 1
}

variable "asg_worker_max" {
  description = "Most worker instances."
  type        = number
  default     = 3

  validation {
    condition     = var.asg_worker_max >= var.asg_worker_min
    error_message = "asg_worker_max must be asg_worker_min or more."
  }
}

variable "worker_mean_service_seconds" {
  description = "How long one instance takes for one job, on average. The group is kept at 120 s of work per slot, as web predicts it; by this number while web does not report."
  type        = number
  default     = 30

  validation {
    condition     = var.worker_mean_service_seconds > 0
    error_message = "worker_mean_service_seconds must be more than 0."
  }
}

variable "worker_age_threshold_seconds" {
  description = "How long the oldest due video may have waited before workers are added whatever the backlog, in seconds."
  type        = number
  default     = 300
}

variable "worker_slots" {
  description = "Jobs at once on one worker. One ffmpeg uses all CPUs; two would need more than 2 GiB."
  type        = number
  default     = 1
}

variable "worker_grace_seconds" {
  description = "How long running jobs may continue when their worker stops; what remains is requeued."
  type        = number
  default     = 90

  validation {
    condition     = var.worker_grace_seconds <= 100
    error_message = "worker_grace_seconds has to leave systemd time to hand jobs back: 100 at most (ops/systemd/caravana-worker.service)."
  }
}

variable "worker_settings" {
  description = "Further environment variables of the worker, by the names in docs/configuration.md."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.worker_settings), keys(local.limit_settings))) == 0
    error_message = "Limits hold for web and worker alike: instead of ${join(", ", setintersection(keys(var.worker_settings), keys(local.limit_settings)))} in worker_settings, set the variable of that name in small letters, without caravana_."
  }
}

# Observability

variable "log_retention_days" {
  description = "Days that logs are kept; one of the values that CloudWatch allows."
  type        = number
  default     = 30
}

variable "alarm_email" {
  description = "Address that alarms are sent to; null for none."
  type        = string
  default     = null
}

variable "alarm_thresholds" {
  description = "Above which values alarms ring; below which for cpu_credits, of standard instances. 576 credits are a t3.small's full balance."
  type = object({
    oldest_message_seconds      = optional(number, 900)
    work_seconds_per_slot       = optional(number, 1800)
    failure_percent             = optional(number, 10)
    api_p95_seconds             = optional(number, 1)
    api_error_percent           = optional(number, 5)
    disk_percent                = optional(number, 85)
    database_connection_percent = optional(number, 85)
    cpu_credits                 = optional(number, 50)
  })
  default = {}
}
