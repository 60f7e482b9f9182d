# Limits of originals: environment variables of both tiers, and what else follows from them.

locals {
  limit_settings = {
    CARAVANA_UPLOAD_MAX_SIZE      = var.upload_max_size
    CARAVANA_VIDEO_MAX_DURATION   = var.video_max_duration
    CARAVANA_VIDEO_MAX_WIDTH      = tostring(var.video_max_width)
    CARAVANA_VIDEO_MAX_HEIGHT     = tostring(var.video_max_height)
    CARAVANA_VIDEO_MAX_FRAME_RATE = tostring(var.video_max_frame_rate)
    CARAVANA_VIDEO_MAX_STREAMS    = tostring(var.video_max_streams)
    CARAVANA_MEDIA_RULES          = var.media_rules
  }

  upload_max_bytes  = try(regex("^[0-9]+", var.upload_max_size) * { KB = 1024, MB = 1048576, GB = 1073741824 }[regex("[A-Z]+$", var.upload_max_size)], 0)
  video_max_seconds = try(regex("^[0-9]+", var.video_max_duration) * { s = 1, m = 60, h = 3600 }[regex("[a-z]+$", var.video_max_duration)], 0)

  # How long the worker lets a job's ffmpeg run: two minutes and 20 times the longest video, and 6 hours at most.
  longest_task_seconds = min(120 + 20 * local.video_max_seconds, 21600)

  # The originals that the worker keeps; the worker has the same default.
  original_cache       = lookup(var.worker_settings, "CARAVANA_WORKER_ORIGINAL_CACHE", "2GB")
  original_cache_bytes = try(regex("^[0-9]+", local.original_cache) * lookup({ KB = 1024, MB = 1048576, GB = 1073741824 }, try(regex("[A-Z]B$", local.original_cache), "B"), 1), 0)

  # The image and its logs, the worker's reserve, the originals that it keeps, and twice the largest original for each slot.
  smallest_volume_gib = ceil(8 + 1 + (local.original_cache_bytes + var.worker_slots * 2 * local.upload_max_bytes) / 1073741824)
}
