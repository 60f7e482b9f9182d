output "jobs" {
  description = "The job queue: name, url, arn."
  value = {
    name = aws_sqs_queue.jobs.name
    url  = aws_sqs_queue.jobs.id
    arn  = aws_sqs_queue.jobs.arn
  }
}

output "dead_letters" {
  description = "The dead-letter queue: name, url, arn."
  value = {
    name = aws_sqs_queue.dead_letters.name
    url  = aws_sqs_queue.dead_letters.id
    arn  = aws_sqs_queue.dead_letters.arn
  }
}
