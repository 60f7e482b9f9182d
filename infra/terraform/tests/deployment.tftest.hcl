# Plans of the whole deployment against a mocked provider: no account, no calls.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = {
      names = ["first", "second", "third"]
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }
}

variables {
  aws_region      = "test-region"
  web_image_id    = "ami-web"
  worker_image_id = "ami-worker"
}

run "as_the_origin_has_it" {
  command = plan

  assert {
    condition     = length(output.alarm_names) == 15
    error_message = "Fifteen alarms have a page in ops/runbooks."
  }

  assert {
    condition     = output.alarm_names["dead-letters"] == "caravana-dead-letters"
    error_message = "An alarm is named after deployment and page."
  }

  assert {
    condition     = output.group_names == { web = "caravana-web", worker = "caravana-worker" }
    error_message = "Groups are named after deployment and tier."
  }
}

run "names_that_do_not_fit_are_refused" {
  command = plan

  variables {
    name = "Caravana_of_a_very_long_name"
  }

  expect_failures = [var.name]
}

run "groups_have_room" {
  command = plan

  variables {
    asg_worker_min = 4
  }

  expect_failures = [var.asg_worker_max]
}

run "an_outside_issuer_needs_an_audience" {
  command = plan

  variables {
    web_settings = { JWT_ISSUER_URI = "https://login.example.org" }
  }

  expect_failures = [var.web_settings]
}

run "two_zones_at_least" {
  command = plan

  variables {
    zone_count = 1
  }

  expect_failures = [var.zone_count]
}

run "no_mail_server" {
  command = plan

  assert {
    condition     = length(local.mail_settings) == 0
    error_message = "Without smtp_host web has no settings of mails."
  }
}

run "a_mail_server" {
  command = plan

  variables {
    smtp_host  = "email-smtp.eu-west-1.amazonaws.com"
    smtp_port  = 465
    smtp_user  = "AKIA"
    mail_from  = "videos@example.org"
    public_url = "https://videos.example.org"
  }

  assert {
    condition = local.mail_settings == tomap({
      CARAVANA_PUBLIC_URL = "https://videos.example.org"
      CARAVANA_MAIL_FROM  = "videos@example.org"
      CARAVANA_SMTP_HOST  = "email-smtp.eu-west-1.amazonaws.com"
      CARAVANA_SMTP_PORT  = "465"
      CARAVANA_SMTP_USER  = "AKIA"
    })
    error_message = "Web gets what is set, and no empty parameter."
  }
}

run "mails_need_a_sender_and_an_address" {
  command = plan

  variables {
    smtp_host = "email-smtp.eu-west-1.amazonaws.com"
    mail_from = "videos@example.org"
  }

  expect_failures = [var.smtp_host]
}

run "the_public_address_has_no_path" {
  command = plan

  variables {
    public_url = "https://videos.example.org/"
  }

  expect_failures = [var.public_url]
}
