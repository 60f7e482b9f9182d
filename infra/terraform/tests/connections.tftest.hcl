# Connections of the database: what each app may hold, and what is refused. Nothing here needs the provider: TerraformTest runs
# it without one as well.

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

run "by_default" {
  command = plan

  assert {
    condition     = local.database_max_connections == 100 && local.database_pool_size == 7
    error_message = "Both groups at 3, twice during a deployment: 12 pools of 7 are 84, below 85."
  }
}

run "a_share_that_fits_exactly_is_too_much" {
  command = plan

  variables {
    database_instance_class = "db.t4g.medium"
    asg_web_max             = 10
    asg_worker_max          = 7
  }

  assert {
    condition     = local.database_max_connections == 400 && local.database_pool_size == 9
    error_message = "34 pools of 10 are 340, which is 85 % of 400 and not below it."
  }
}

run "a_large_database_makes_no_larger_pools" {
  command = plan

  variables {
    database_instance_class = "db.m7g.2xlarge"
  }

  assert {
    condition     = local.database_max_connections == 1600 && local.database_pool_size == 10
    error_message = "An app needs no more than ten."
  }
}

run "groups_that_the_database_has_too_few_connections_for_are_refused" {
  command = plan

  variables {
    asg_web_max    = 8
    asg_worker_max = 3
  }

  expect_failures = [var.database_pool_size]
}

run "larger_pools_than_fit_are_refused" {
  command = plan

  variables {
    database_pool_size = 8
  }

  expect_failures = [var.database_pool_size]
}

run "a_class_of_unknown_size_is_refused" {
  command = plan

  variables {
    database_instance_class = "db.serverless"
  }

  expect_failures = [var.database_instance_class]
}

run "a_strategy_that_elasticache_does_not_have_is_refused" {
  command = plan

  variables {
    cache_token_update = "DELETE"
  }

  expect_failures = [var.cache_token_update]
}
