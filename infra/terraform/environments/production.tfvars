# Production: what is protected and doubled by default, and what you have to add.
#   terraform apply -var-file=environments/production.tfvars -var web_image_id=… -var worker_image_id=…
name = "caravana"

# aws_region      = "…"
# certificate_arn = "arn:aws:acm:…"
# alarm_email     = "you@example.org"

asg_web_min    = 2
cache_multi_az = true
