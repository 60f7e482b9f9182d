# The role of one tier's instances. What its app does with queue and bucket comes from the tier; what every instance does
# is here.

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${local.group}-${var.region}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_instance_profile" "this" {
  name = "${local.group}-${var.region}"
  role = aws_iam_role.this.name
}

resource "aws_iam_role_policy" "access" {
  name   = "access"
  role   = aws_iam_role.this.name
  policy = var.access_policy
}

data "aws_iam_policy_document" "common" {
  statement {
    sid     = "Settings"
    actions = ["ssm:GetParametersByPath"]
    resources = [
      "arn:${data.aws_partition.current.partition}:ssm:${var.region}:${data.aws_caller_identity.current.account_id}:parameter${local.parameter_path}",
      "arn:${data.aws_partition.current.partition}:ssm:${var.region}:${data.aws_caller_identity.current.account_id}:parameter${local.parameter_path}/*",
    ]
  }

  statement {
    sid       = "Secrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = var.secret_arns
  }

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = [for arn in var.log_group_arns : "${arn}:*"]
  }

  statement {
    sid = "DiskMetrics"
    # This action knows no resources; the namespace is what can be named.
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [var.metric_namespace]
    }
  }
}

# Session Manager's agent, by which operators get a shell. None of these actions knows a resource that could be named.
data "aws_iam_policy_document" "session" {
  statement {
    sid = "SessionManager"
    actions = [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "session" {
  name   = "session"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.session.json
}

resource "aws_iam_role_policy" "common" {
  name   = "common"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.common.json
}

# On its own, since it names the group, which exists only after the role.
data "aws_iam_policy_document" "lifecycle" {
  statement {
    sid       = "Lifecycle"
    actions   = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"]
    resources = [aws_autoscaling_group.this.arn]
  }
}

resource "aws_iam_role_policy" "lifecycle" {
  name   = "lifecycle"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.lifecycle.json
}
