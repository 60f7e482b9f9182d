# The job queue and its dead-letter queue. Redrive policies are resources of their own, since each names the other queue.

resource "aws_sqs_queue" "jobs" {
  name                       = var.queue_name
  visibility_timeout_seconds = 2 * var.longest_task_seconds
  receive_wait_time_seconds  = var.long_poll_seconds
  message_retention_seconds  = 4 * 24 * 3600
  sqs_managed_sse_enabled    = true
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.queue_name}-dlq"
  receive_wait_time_seconds = var.long_poll_seconds
  # A message that SQS itself moves here keeps the age that it had.
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_redrive_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.max_receive_count
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.jobs.arn]
  })
}
