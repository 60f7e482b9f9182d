# What routes-web does with queues and bucket. system-tests compare this with its routes and its code.

data "aws_iam_policy_document" "access" {
  statement {
    sid       = "SendJobsAndDeadLetters"
    actions   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
    resources = [var.queue_arn, var.dead_letter_queue_arn]
  }

  statement {
    sid       = "HandleDeadLetters"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
    resources = [var.dead_letter_queue_arn]
  }

  statement {
    sid = "Originals"
    actions = [
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
    ]
    resources = ["${var.bucket_arn}/uploads/*"]
  }

  # The multipart uploads of one original are found by its key. This permission knows no prefix.
  statement {
    sid       = "FindUnfinishedUploads"
    actions   = ["s3:ListBucketMultipartUploads"]
    resources = [var.bucket_arn]
  }

  statement {
    sid       = "Results"
    actions   = ["s3:GetObject", "s3:DeleteObject"]
    resources = ["${var.bucket_arn}/processed/*"]
  }

  statement {
    sid       = "Assets"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${var.bucket_arn}/assets/*"]
  }

  statement {
    sid       = "Exports"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${var.bucket_arn}/exports/*"]
  }

  statement {
    sid       = "Routes"
    actions   = ["s3:GetObject"]
    resources = ["${var.bucket_arn}/routes/*"]
  }

  statement {
    sid       = "ListByPrefix"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arn]

    # IfExists, because this permission also decides two requests that have no prefix: HeadBucket, which health
    # calls, and the GET of a missing key, which without it is answered by 403 instead of 404.
    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["uploads/*", "processed/*", "routes/*"]
    }
  }
}
