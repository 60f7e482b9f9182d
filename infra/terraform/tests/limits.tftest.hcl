# Limits of originals: what follows from them, and what is refused. Nothing here needs the provider: TerraformTest runs it
# without one as well.

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
    condition     = local.upload_max_bytes == 2147483648 && local.video_max_seconds == 3600
    error_message = "2 GiB and an hour."
  }

  assert {
    condition     = local.longest_task_seconds == 21600
    error_message = "Two minutes and 20 times an hour are more than six hours, which is the most."
  }

  assert {
    condition     = local.limit_settings["CARAVANA_UPLOAD_MAX_SIZE"] == "2GB" && local.limit_settings["CARAVANA_MEDIA_RULES"] == "none"
    error_message = "Both tiers get the limits."
  }
}

run "raised" {
  command = plan

  variables {
    upload_max_size      = "10GB"
    video_max_duration   = "3h"
    video_max_width      = 7680
    video_max_height     = 4320
    video_max_frame_rate = 119.88
    video_max_streams    = 20
    volume_gib           = 60
    worker_slots         = 2
  }

  assert {
    condition = local.limit_settings == {
      CARAVANA_MEDIA_RULES          = "none"
      CARAVANA_UPLOAD_MAX_SIZE      = "10GB"
      CARAVANA_VIDEO_MAX_DURATION   = "3h"
      CARAVANA_VIDEO_MAX_WIDTH      = "7680"
      CARAVANA_VIDEO_MAX_HEIGHT     = "4320"
      CARAVANA_VIDEO_MAX_FRAME_RATE = "119.88"
      CARAVANA_VIDEO_MAX_STREAMS    = "20"
    }
    error_message = "Both tiers get the limits."
  }

  assert {
    condition     = local.longest_task_seconds == 21600
    error_message = "No job's ffmpeg runs for more than six hours, so that twice that is within SQS's limit."
  }

  assert {
    condition     = local.smallest_volume_gib == 51
    error_message = "2 slots of 2 × 10 GiB, 2 GiB of kept originals, and 9 GiB for all else."
  }
}

run "kept_originals_need_room" {
  command = plan

  variables {
    worker_settings = { CARAVANA_WORKER_ORIGINAL_CACHE = "30GB" }
  }

  expect_failures = [var.volume_gib]
}

run "a_volume_that_cannot_hold_the_largest_originals_is_refused" {
  command = plan

  variables {
    upload_max_size = "20GB"
  }

  expect_failures = [var.volume_gib]
}

run "sizes_and_durations_without_a_unit_are_refused" {
  command = plan

  variables {
    upload_max_size    = "104857600"
    video_max_duration = "600"
  }

  expect_failures = [var.upload_max_size, var.video_max_duration]
}

run "more_than_the_apps_accept_is_refused" {
  command = plan

  variables {
    upload_max_size      = "49GB"
    video_max_duration   = "301m"
    video_max_frame_rate = 0
    video_max_streams    = 1001
    volume_gib           = 1000
  }

  expect_failures = [
    var.upload_max_size,
    var.video_max_duration,
    var.video_max_frame_rate,
    var.video_max_streams,
  ]
}

run "other_rules_are_refused" {
  command = plan

  variables {
    media_rules = "other"
  }

  expect_failures = [var.media_rules]
}

run "larger_pictures_than_h264_has_are_refused" {
  command = plan

  variables {
    video_max_width = 16386
  }

  expect_failures = [var.video_max_width]
}

run "a_width_is_of_the_longer_side" {
  command = plan

  variables {
    video_max_width = 1080
  }

  expect_failures = [var.video_max_width]
}

run "rules_that_no_video_can_keep_are_refused" {
  command = plan

  variables {
    media_rules        = "anb"
    video_max_duration = "15s"
  }

  expect_failures = [var.media_rules]
}

run "rules_that_no_picture_can_keep_are_refused" {
  command = plan

  variables {
    media_rules      = "anb"
    video_max_height = 720
  }

  expect_failures = [var.video_max_height]
}

run "no_tier_has_a_limit_of_its_own" {
  command = plan

  variables {
    web_settings    = { CARAVANA_UPLOAD_MAX_SIZE = "1GB" }
    worker_settings = { CARAVANA_MEDIA_RULES = "anb" }
  }

  expect_failures = [var.web_settings, var.worker_settings]
}

run "retention_by_default" {
  command = plan

  assert {
    condition = local.retention_settings == {
      CARAVANA_RETENTION_AUDIT           = "0"
      CARAVANA_RETENTION_DELIVERIES      = "7d"
      CARAVANA_RETENTION_EVENTS          = "7d"
      CARAVANA_RETENTION_EXPORTS         = "24h"
      CARAVANA_RETENTION_IMPORTS         = "7d"
      CARAVANA_RETENTION_LOGIN_ADDRESSES = "90d"
      CARAVANA_RETENTION_ORIGINALS       = "0"
      CARAVANA_RETENTION_OUTPUTS         = "0"
    }
    error_message = "Web gets the defaults of docs/operations.md."
  }
}

run "retention_set" {
  command = plan

  variables {
    retention = { originals = "30d", audit = "365d" }
  }

  assert {
    condition     = local.retention_settings["CARAVANA_RETENTION_ORIGINALS"] == "30d" && local.retention_settings["CARAVANA_RETENTION_OUTPUTS"] == "0"
    error_message = "What is set, and the defaults of the rest."
  }
}

run "retention_that_is_none" {
  command = plan

  variables {
    retention = { events = "0" }
  }

  expect_failures = [var.retention]
}
