# Players get segments from a distribution in front of the bucket, if there is a key for its links. Web signs each link by the private key,
# for a minute and for one segment.

locals {
  cdn = length(var.cdn_public_keys) == 0 ? 0 : 1

  # By its digest, so that a key stays what it is when another one is put before it.
  cdn_keys = { for key in var.cdn_public_keys : sha256(trimspace(key)) => key }
}

resource "aws_cloudfront_public_key" "segments" {
  for_each = local.cdn_keys

  name_prefix = "${var.name}-"
  encoded_key = each.value

  # The key group lets go of a key before it is deleted.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudfront_key_group" "segments" {
  count = local.cdn

  name  = "${var.name}-segments"
  items = [for key in aws_cloudfront_public_key.segments : key.id]
}

resource "aws_cloudfront_origin_access_control" "media" {
  count = local.cdn

  name                              = "${var.name}-media"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Objects never change under their key. S3 answers with the media type of the link.
resource "aws_cloudfront_cache_policy" "segments" {
  count = local.cdn

  name        = "${var.name}-segments"
  min_ttl     = 1
  default_ttl = 86400
  max_ttl     = 86400

  parameters_in_cache_key_and_forwarded_to_origin {
    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "whitelist"

      query_strings {
        items = ["response-content-type"]
      }
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "segments" {
  count = local.cdn

  name = "${var.name}-segments"

  # Who has a link may read, as at the bucket itself.
  cors_config {
    access_control_allow_credentials = false
    origin_override                  = true
    access_control_max_age_sec       = 3600

    access_control_allow_origins {
      items = ["*"]
    }

    access_control_allow_methods {
      items = ["GET", "HEAD"]
    }

    access_control_allow_headers {
      items = ["Range"]
    }

    access_control_expose_headers {
      items = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
    }
  }
}

resource "aws_cloudfront_distribution" "segments" {
  count = local.cdn

  comment         = "Segments of ${var.name}"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.cdn_price_class

  origin {
    origin_id                = "media"
    domain_name              = aws_s3_bucket.media.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.media[0].id
  }

  default_cache_behavior {
    target_origin_id           = "media"
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = aws_cloudfront_cache_policy.segments[0].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.segments[0].id
    trusted_key_groups         = [aws_cloudfront_key_group.segments[0].id]
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
