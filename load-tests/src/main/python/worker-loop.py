"""What a worker does around ffmpeg in the FastAPI/Celery system, and nothing else: it waits for a message of SQS, gets the
original from S3, runs ffmpeg, puts the result to S3, updates the row and deletes the message. It does not look at original or
result, renews no lease, reports no progress, and loses a job whose worker dies.

usage: worker-loop.py prepare ORIGINAL   makes the table and the queue, and stores the original of all jobs
       worker-loop.py submit NUMBER      adds jobs
       worker-loop.py work               does them, one at a time
"""

import json
import os
import subprocess
import sys
import tempfile

import boto3
import psycopg2

BUCKET = os.environ["S3_BUCKET"]
ORIGINAL = "loop/original.mp4"

sqs = boto3.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL_SQS"])
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL_S3"])
database = psycopg2.connect(os.environ["DATABASE_URL"])
database.autocommit = True


def execute(statement, *values):
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


def queue():
    return sqs.create_queue(QueueName="worker-loop")["QueueUrl"]


def prepare(original):
    execute(
        "CREATE TABLE loop_jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text NOT NULL DEFAULT 'uploaded',"
        " uploaded_at timestamptz NOT NULL DEFAULT now(), processed_at timestamptz)"
    )
    queue()
    s3.upload_file(original, BUCKET, ORIGINAL)


def submit(number):
    url = queue()
    for _ in range(number):
        (job,) = execute("INSERT INTO loop_jobs DEFAULT VALUES RETURNING id")
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"id": job}))


def process(job, folder):
    original = os.path.join(folder, "original")
    result = os.path.join(folder, "video.mp4")
    execute("UPDATE loop_jobs SET status = 'processing' WHERE id = %s", job)
    s3.download_file(BUCKET, ORIGINAL, original)
    subprocess.run(["ffmpeg", "-progress", "pipe:1", "-i", original, "-y", result], check=True, capture_output=True)
    s3.upload_file(result, BUCKET, f"loop/{job}/video.mp4")
    execute("UPDATE loop_jobs SET status = 'processed', processed_at = now() WHERE id = %s", job)


def work():
    url = queue()
    print("ready", flush=True)
    while True:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with tempfile.TemporaryDirectory() as folder:
                process(json.loads(message["Body"])["id"], folder)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


command = sys.argv[1]
if command == "prepare":
    prepare(sys.argv[2])
elif command == "submit":
    submit(int(sys.argv[2]))
elif command == "work":
    work()
else:
    sys.exit(__doc__)
