mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = {
      names = ["first", "second", "third"]
    }
  }
}

variables {
  name                 = "test"
  region               = "test-region"
  vpc_cidr             = "10.0.0.0/16"
  zone_count           = 2
  nat_gateway_per_zone = true
}

run "two_zones" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = aws_subnet.public[*].availability_zone == ["first", "second"] && aws_subnet.private[*].availability_zone == ["first", "second"]
    error_message = "Each zone has a public and a private subnet."
  }

  assert {
    condition     = length(distinct(concat(aws_subnet.public[*].cidr_block, aws_subnet.private[*].cidr_block))) == 4
    error_message = "Subnets do not overlap."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 2
    error_message = "Each zone has its NAT gateway."
  }

  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "S3 is reached past NAT."
  }
}

run "one_nat_gateway_when_it_has_to_be_cheap" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    nat_gateway_per_zone = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.nat) == 2
    error_message = "Both zones use the one gateway."
  }
}

run "a_mail_server_is_reached_by_web_alone" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    smtp_port = 465
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.web_to_mail_server[0].from_port == 465 && aws_vpc_security_group_egress_rule.web_to_mail_server[0].to_port == 465
    error_message = "Web may reach the mail server's port."
  }
}

run "no_mail_server_opens_no_port" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.web_to_mail_server) == 0
    error_message = "Without a mail server nothing is opened."
  }
}
