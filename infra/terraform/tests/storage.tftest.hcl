mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "000000000000"
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }
}

variables {
  name                        = "test"
  region                      = "test-region"
  bucket_name                 = null
  destroy_with_content        = false
  cors_origins                = []
  originals_expire_after_days = 0
  cdn_public_keys             = []
  cdn_price_class             = "PriceClass_100"
}

run "kept" {
  command = plan

  module {
    source = "./modules/storage"
  }

  assert {
    condition     = aws_s3_bucket.media.bucket == "test-media-000000000000-test-region"
    error_message = "The bucket's name is made of deployment, account and region."
  }

  assert {
    condition     = alltrue([aws_s3_bucket_public_access_block.media.block_public_acls, aws_s3_bucket_public_access_block.media.block_public_policy, aws_s3_bucket_public_access_block.media.ignore_public_acls, aws_s3_bucket_public_access_block.media.restrict_public_buckets])
    error_message = "Nothing in the bucket can be made public."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.media.rule) == 1 && length(aws_s3_bucket_cors_configuration.media.cors_rule) == 1
    error_message = "Originals are kept, and no page of another origin sends files."
  }
}

run "expiring" {
  command = plan

  module {
    source = "./modules/storage"
  }

  variables {
    originals_expire_after_days = 30
    cors_origins                = ["https://videos.example.org"]
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.media.rule[1].expiration[0].days == 30 && aws_s3_bucket_lifecycle_configuration.media.rule[1].filter[0].prefix == "uploads/"
    error_message = "Originals alone expire."
  }

  assert {
    condition     = anytrue([for rule in aws_s3_bucket_cors_configuration.media.cors_rule : contains(rule.allowed_methods, "PUT") && contains(rule.expose_headers, "ETag")])
    error_message = "Pages of an allowed origin send parts, and read their tags."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.media.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 8
    error_message = "An upload may take 7 days; S3 must not remove its parts before."
  }
}

run "without_a_distribution" {
  command = plan

  module {
    source = "./modules/storage"
  }

  assert {
    condition     = length(aws_cloudfront_distribution.segments) == 0 && length(output.cdn_settings) == 0
    error_message = "Without a key, players get segments from the bucket."
  }
}

run "with_a_distribution" {
  module {
    source = "./modules/storage"
  }

  variables {
    cdn_public_keys = ["-----BEGIN PUBLIC KEY-----\nnew\n-----END PUBLIC KEY-----\n", "-----BEGIN PUBLIC KEY-----\nold\n-----END PUBLIC KEY-----\n"]
  }

  assert {
    condition     = length(aws_cloudfront_distribution.segments[0].default_cache_behavior[0].trusted_key_groups) == 1 && aws_cloudfront_distribution.segments[0].default_cache_behavior[0].viewer_protocol_policy == "https-only"
    error_message = "The distribution answers only links that web has signed."
  }

  assert {
    condition     = data.aws_iam_policy_document.media.statement[1].resources == toset(["${aws_s3_bucket.media.arn}/processed/*"]) && length(data.aws_iam_policy_document.media.statement[1].condition) == 1
    error_message = "The distribution, and no other, reads results, and nothing else."
  }

  assert {
    condition     = toset(aws_cloudfront_key_group.segments[0].items) == toset([for key in aws_cloudfront_public_key.segments : key.id]) && length(aws_cloudfront_public_key.segments) == 2
    error_message = "While keys are changed, links by both are answered."
  }

  assert {
    condition     = output.cdn_settings.CARAVANA_CDN_URL == "https://${aws_cloudfront_distribution.segments[0].domain_name}" && output.cdn_settings.CARAVANA_CDN_KEY_ID == aws_cloudfront_public_key.segments[sha256("-----BEGIN PUBLIC KEY-----\nnew\n-----END PUBLIC KEY-----")].id
    error_message = "Web signs by the first key."
  }
}
