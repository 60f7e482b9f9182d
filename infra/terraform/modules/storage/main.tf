# One private bucket: originals under uploads/, results under processed/, assets under assets/, exports under exports/, routes of a deployment under routes/.

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "media" {
  # Bucket names are unique over all accounts.
  bucket        = coalesce(var.bucket_name, "${var.name}-media-${data.aws_caller_identity.current.account_id}-${var.region}")
  force_destroy = var.destroy_with_content
}

resource "aws_s3_bucket_public_access_block" "media" {
  bucket = aws_s3_bucket.media.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

data "aws_iam_policy_document" "media" {
  statement {
    sid     = "TlsOnly"
    effect  = "Deny"
    actions = ["s3:*"]
    resources = [
      aws_s3_bucket.media.arn,
      "${aws_s3_bucket.media.arn}/*",
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = aws_cloudfront_distribution.segments

    content {
      sid       = "Distribution"
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.media.arn}/processed/*"]

      principals {
        type        = "Service"
        identifiers = ["cloudfront.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceArn"
        values   = [statement.value.arn]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "media" {
  bucket = aws_s3_bucket.media.id
  policy = data.aws_iam_policy_document.media.json

  # Two calls about the bucket's policy at once are refused.
  depends_on = [aws_s3_bucket_public_access_block.media]
}

# Pages read results through presigned links, the players of web's own page, too, which follow redirections to segments. Who has a link
# may read, so it does not matter whose page it is. Files are sent to signed addresses from pages of the listed origins.
resource "aws_s3_bucket_cors_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  cors_rule {
    id              = "read"
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["*"]
    allowed_headers = ["Range"]
    expose_headers  = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
    max_age_seconds = 3600
  }

  dynamic "cors_rule" {
    for_each = length(var.cors_origins) > 0 ? [var.cors_origins] : []

    content {
      id              = "send"
      allowed_methods = ["PUT"]
      allowed_origins = cors_rule.value
      allowed_headers = ["Content-MD5", "Content-Type", "If-None-Match"]
      expose_headers  = ["ETag"]
      max_age_seconds = 3600
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {
      prefix = ""
    }

    # Web aborts what has expired, at the latest 7 days after its creation; this is for what web does not know.
    abort_incomplete_multipart_upload {
      days_after_initiation = 8
    }
  }

  dynamic "rule" {
    for_each = var.originals_expire_after_days > 0 ? [var.originals_expire_after_days] : []

    content {
      id     = "originals"
      status = "Enabled"

      filter {
        prefix = "uploads/"
      }

      expiration {
        days = rule.value
      }
    }
  }
}
