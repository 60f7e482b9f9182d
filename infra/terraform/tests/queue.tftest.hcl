mock_provider "aws" {}

run "queues" {
  command = apply

  module {
    source = "./modules/queue"
  }

  variables {
    queue_name           = "video-jobs"
    longest_task_seconds = 600
    long_poll_seconds    = 20
    max_receive_count    = 5
  }

  assert {
    condition     = aws_sqs_queue.jobs.visibility_timeout_seconds == 1200
    error_message = "Visibility is twice the longest task."
  }

  assert {
    condition     = aws_sqs_queue.jobs.message_retention_seconds == 345600 && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "Jobs are kept for 4 days, dead letters for 14."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue_redrive_policy.jobs.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead_letters.arn, maxReceiveCount = 5 }
    error_message = "After five receives a message goes to the dead-letter queue."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue_redrive_allow_policy.dead_letters.redrive_allow_policy).sourceQueueArns == [aws_sqs_queue.jobs.arn]
    error_message = "Only the job queue may use the dead-letter queue."
  }

  assert {
    condition     = aws_sqs_queue.jobs.sqs_managed_sse_enabled && aws_sqs_queue.dead_letters.sqs_managed_sse_enabled
    error_message = "Both queues are encrypted."
  }
}
