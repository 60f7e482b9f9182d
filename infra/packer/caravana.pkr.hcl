# Two machine images, web and worker, from Debian 12: programs, app, units and JVM archive. Nothing in them is of one
# deployment; that comes with user data.
#
#   ./caravana help                    # how the apps are built: routes-web/target, routes-worker/target
#   packer init infra/packer
#   packer build -var region=… -var release=1.2.0 infra/packer

packer {
  required_version = ">= 1.10"

  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "~> 1.3"
    }
  }
}

variable "region" {
  description = "AWS region in which the images are made."
  type        = string
}

variable "release" {
  description = "Version of the apps, part of the images' names."
  type        = string
}

variable "architecture" {
  description = "Of the images and the instances: amd64, or arm64 for Graviton (t4g)."
  type        = string
  default     = "amd64"

  validation {
    condition     = contains(["amd64", "arm64"], var.architecture)
    error_message = "The architecture must be amd64 or arm64."
  }
}

variable "kms_key_id" {
  description = "KMS key that encrypts the images' volumes; null for the account's default key, with which no other account can start them."
  type        = string
  default     = null
}

variable "ssm_agent_key" {
  description = "Fingerprint of the key that signs Session Manager's agent, whose file is ssm-agent.gpg in this folder; empty to rely on TLS alone."
  type        = string
  default     = ""
}

variable "subnet_id" {
  description = "A public subnet for the build; null for the default VPC's."
  type        = string
  default     = null
}

# Debian's own word on its newest image.
data "amazon-parameterstore" "debian" {
  region = var.region
  name   = "/aws/service/debian/release/12/latest/${var.architecture}"
}

locals {
  # The archive of classes is made on this machine as well, so it is one like the instances.
  instance_type = var.architecture == "arm64" ? "t4g.small" : "t3.small"

  tags = {
    Application  = "caravana"
    Release      = var.release
    Architecture = var.architecture
  }
}

source "amazon-ebs" "debian" {
  region                      = var.region
  source_ami                  = data.amazon-parameterstore.debian.value
  instance_type               = local.instance_type
  subnet_id                   = var.subnet_id
  associate_public_ip_address = true
  ssh_username                = "admin"
  encrypt_boot                = true
  kms_key_id                  = var.kms_key_id

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  imds_support = "v2.0"

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = 8
    delete_on_termination = true
  }

  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = local.tags
  run_volume_tags = local.tags
}

build {
  source "amazon-ebs.debian" {
    name     = "web"
    ami_name = "caravana-web-${var.release}-${var.architecture}"
  }

  source "amazon-ebs.debian" {
    name     = "worker"
    ami_name = "caravana-worker-${var.release}-${var.architecture}"
  }

  provisioner "shell" {
    inline = ["mkdir -p /tmp/caravana/ops /tmp/caravana/packer"]
  }

  provisioner "file" {
    source      = "${path.root}/../../routes-${source.name}/target/routes-${source.name}.jar"
    destination = "/tmp/caravana/app.jar"
  }

  provisioner "file" {
    sources = [
      "${path.root}/../../ops/bin",
      "${path.root}/../../ops/nginx",
      "${path.root}/../../ops/systemd",
    ]
    destination = "/tmp/caravana/ops/"
  }

  provisioner "file" {
    source      = "${path.root}/"
    destination = "/tmp/caravana/packer"
  }

  provisioner "shell" {
    execute_command = "sudo env {{ .Vars }} bash '{{ .Path }}'"
    environment_vars = [
      "TIER=${source.name}",
      "REGION=${var.region}",
      "SSM_AGENT_KEY=${var.ssm_agent_key}",
    ]
    script = "${path.root}/provision.sh"
  }

  post-processor "manifest" {
    output     = "packer-manifest.json"
    strip_path = true
  }
}
