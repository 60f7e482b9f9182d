variable "queue_name" {
  description = "The job queue's name; the dead-letter queue's is the same with -dlq."
  type        = string
}

variable "longest_task_seconds" {
  description = "How long one job may take; the queue's own visibility timeout is twice that."
  type        = number
}

variable "long_poll_seconds" {
  description = "How long a receive waits that does not say so itself."
  type        = number
}

variable "max_receive_count" {
  description = "Receives after which SQS moves a message to the dead-letter queue."
  type        = number
}
