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
    condition     = length(output.alarm_names) == 14
    error_message = "Fourteen alarms have a page in ops/runbooks."
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
