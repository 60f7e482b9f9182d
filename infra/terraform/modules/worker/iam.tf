# What routes-worker does with queues and bucket. system-tests compare this with its routes and its code.

data "aws_iam_policy_document" "access" {
  statement {
    sid = "Jobs"
    actions = [
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:SendMessage",
    ]
    resources = [var.queue_arn]
  }

  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = [var.dead_letter_queue_arn]
  }

  # An instance on which ffmpeg cannot be run reports itself. The group is named and not referred to: it must not exist
  # before this policy, which its first instance needs.
  statement {
    sid     = "OwnHealth"
    actions = ["autoscaling:SetInstanceHealth"]
    resources = [
      "arn:${data.aws_partition.current.partition}:autoscaling:${var.region}:${data.aws_caller_identity.current.account_id}:autoScalingGroup:*:autoScalingGroupName/${local.group}",
    ]
  }

  statement {
    sid       = "OriginalsAssetsAndRoutes"
    actions   = ["s3:GetObject"]
    resources = ["${var.bucket_arn}/uploads/*", "${var.bucket_arn}/assets/*", "${var.bucket_arn}/routes/*"]
  }

  statement {
    sid       = "Results"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${var.bucket_arn}/processed/*"]
  }

  statement {
    sid       = "ListByPrefix"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arn]

    # IfExists, because this permission also decides two requests that have no prefix: HeadBucket, by which the worker
    # shows whether the object store is available, and the GET of an original that is gone, which must be 404 and not 403.
    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["uploads/*", "processed/*", "routes/*"]
    }
  }
}
