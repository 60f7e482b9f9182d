# A trial, at the lowest cost: HTTP alone, one NAT gateway, no standby, and terraform destroy takes everything along.
#   terraform apply -var-file=environments/trial.tfvars -var aws_region=… -var web_image_id=… -var worker_image_id=…
name                 = "caravana-trial"
protected            = false
nat_gateway_per_zone = false
database_multi_az    = false
log_retention_days   = 7
