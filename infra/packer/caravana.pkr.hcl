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

variable "instance_type" {
  description = "Type of the machine on which an image is made; the archive of classes is made there as well."
  type        = string
  default     = "t3.small"
}

variable "subnet_id" {
  description = "A public subnet for the build; null for the default VPC's."
  type        = string
  default     = null
}

# Debian's own word on its newest image.
data "amazon-parameterstore" "debian" {
  region = var.region
  name   = "/aws/service/debian/release/12/latest/amd64"
}

source "amazon-ebs" "debian" {
  region                      = var.region
  source_ami                  = data.amazon-parameterstore.debian.value
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  associate_public_ip_address = true
  ssh_username                = "admin"
  encrypt_boot                = true

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

  tags = {
    Application = "caravana"
    Release     = var.release
  }
}

build {
  source "amazon-ebs.debian" {
    name     = "web"
    ami_name = "caravana-web-${var.release}"
  }

  source "amazon-ebs.debian" {
    name     = "worker"
    ami_name = "caravana-worker-${var.release}"
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
    ]
    script = "${path.root}/provision.sh"
  }

  post-processor "manifest" {
    output     = "packer-manifest.json"
    strip_path = true
  }
}
