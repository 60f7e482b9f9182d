output "bucket" {
  description = "The bucket's name."
  value       = aws_s3_bucket.media.bucket
}

output "bucket_arn" {
  description = "The bucket's ARN."
  value       = aws_s3_bucket.media.arn
}

output "cdn_settings" {
  description = "Environment variables of web that name the distribution; empty without one."
  value = local.cdn == 0 ? {} : {
    CARAVANA_CDN_URL    = "https://${aws_cloudfront_distribution.segments[0].domain_name}"
    CARAVANA_CDN_KEY_ID = aws_cloudfront_public_key.segments[sha256(trimspace(var.cdn_public_keys[0]))].id
  }
}
