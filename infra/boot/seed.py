"""What Terraform would have made, as far as one web instance and one worker need it.

usage: seed.py FOLDER

Writes FOLDER/outputs.json as `terraform output -json` has it, and FOLDER/facts with the names that the servers need.
The settings are those of infra/terraform/main.tf and of its modules.
"""

import json
import pathlib
import sys

import boto3

folder = pathlib.Path(sys.argv[1])
client = lambda name: boto3.client(name, region_name="us-east-1", endpoint_url="http://10.20.0.1:5000")  # noqa: E731
ssm, secrets, rds, cache, scaling, ec2 = map(client, ("ssm", "secretsmanager", "rds", "elasticache", "autoscaling", "ec2"))

bucket = "caravana-media-123456789012-us-east-1"
client("s3").create_bucket(Bucket=bucket)
sqs = client("sqs")
dead = sqs.create_queue(QueueName="caravana-video-jobs-dlq")["QueueUrl"]
# As AWS names them; moto names them by how it was called.
public = lambda url: url.replace("http://10.20.0.1:5000", "https://sqs.us-east-1.amazonaws.com")  # noqa: E731
dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "5"})
jobs = sqs.create_queue(
    QueueName="caravana-video-jobs",
    Attributes={"VisibilityTimeout": "24240", "ReceiveMessageWaitTimeSeconds": "20", "RedrivePolicy": redrive},
)["QueueUrl"]

subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]][:2]
rds.create_db_subnet_group(DBSubnetGroupName="caravana", DBSubnetGroupDescription="c", SubnetIds=subnets)
rds.create_db_parameter_group(DBParameterGroupName="caravana-postgres17", DBParameterGroupFamily="postgres17", Description="c")
rds.create_db_instance(
    DBInstanceIdentifier="caravana", DBName="caravana", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
    MasterUsername="caravana", ManageMasterUserPassword=True, DBSubnetGroupName="caravana",
    DBParameterGroupName="caravana-postgres17", BackupRetentionPeriod=7,
    VpcSecurityGroupIds=[ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]],
)
database = rds.describe_db_instances(DBInstanceIdentifier="caravana")["DBInstances"][0]
secret = database["MasterUserSecret"]["SecretArn"]
host = database["Endpoint"]["Address"]
token = "x" * 64
cache.create_replication_group(
    ReplicationGroupId="caravana", ReplicationGroupDescription="c", Engine="redis", CacheNodeType="cache.t4g.micro",
    NumCacheClusters=1, TransitEncryptionEnabled=True, AuthToken=token, AutomaticFailoverEnabled=False,
)
groups = cache.describe_replication_groups(ReplicationGroupId="caravana")["ReplicationGroups"]
redis = groups[0]["NodeGroups"][0]["PrimaryEndpoint"]["Address"]
web_secret = secrets.create_secret(Name="caravana/web")["ARN"]

shared = {
    "AWS_REGION": "us-east-1",
    "DATABASE_URL": f"postgresql://{host}:5432/caravana?sslmode=verify-full&sslrootcert=/etc/caravana/rds-ca.pem",
    "DATABASE_SECRET_ID": secret,
    "S3_BUCKET": bucket,
    "SQS_QUEUE_NAME": "caravana-video-jobs",
    "SQS_QUEUE_URL": public(jobs),
    "SQS_DLQ_NAME": "caravana-video-jobs-dlq",
    "SQS_DLQ_URL": public(dead),
    "SQS_MAX_RECEIVE_COUNT": "5",
    "SQS_LONG_POLL_SECONDS": "20",
    "SQS_VISIBILITY_TIMEOUT": "60",
    "CARAVANA_LOG_FORMAT": "logstash",
    "CARAVANA_DATABASE_CONNECTIONS": "7",
    "CARAVANA_UPLOAD_MAX_SIZE": "2GB",
    "CARAVANA_VIDEO_MAX_DURATION": "60m",
}
tiers = {
    "web": {"CARAVANA_FORWARDED_HEADERS": "native"},
    # A shorter delay between attempts than a deployment has, so that a job fails all of them within the test.
    "worker": {"CARAVANA_WORKER_SLOTS": "1", "CARAVANA_WORKER_GRACE": "90s", "CARAVANA_WORK_DIR": "/var/lib/caravana/work",
               "CARAVANA_WORKER_BACKOFF": "1s"},
}
for tier, settings in tiers.items():
    for name, value in {**shared, **settings}.items():
        ssm.put_parameter(Name=f"/caravana/{tier}/{name}", Type="String", Value=value)
    ssm.put_parameter(Name=f"/caravana/{tier}/REDIS_URL", Type="SecureString", Value=f"rediss://:{token}@{redis}:6379/0")

# The groups, with instances that moto makes up: operators' scripts look at them and change them.
image = ec2.describe_images()["Images"][0]["ImageId"]
made = {}
for tier in tiers:
    template = ec2.create_launch_template(
        LaunchTemplateName=f"caravana-{tier}", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"})
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=f"caravana-{tier}", MinSize=1, MaxSize=3, AvailabilityZones=["us-east-1a"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "2"},
    )
    group = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[f"caravana-{tier}"])["AutoScalingGroups"][0]
    made[tier] = group["Instances"][0]["InstanceId"]

outputs = {
    "api_url": "http://10.20.0.11/api",
    "bucket": bucket,
    "queue_url": public(jobs),
    "dead_letter_queue_url": public(dead),
    "web_secret_arn": web_secret,
    "group_names": {"web": "caravana-web", "worker": "caravana-worker"},
    "database": "caravana",
}
(folder / "outputs.json").write_text(json.dumps({name: {"value": value} for name, value in outputs.items()}))
# The account that RDS makes; moto names another.
password = "made by RDS 24"
secrets.put_secret_value(SecretId=secret, SecretString=json.dumps({"username": "caravana", "password": password}))
facts = {"DATABASE_HOST": host, "DATABASE_SECRET": secret, "DATABASE_PASSWORD": password, "REDIS_HOST": redis, "REDIS_TOKEN": token,
         "BUCKET": bucket, "WEB_SECRET": web_secret, "QUEUE_URL": jobs, "DEAD_LETTER_QUEUE_URL": dead,
         "WEB_INSTANCE": made["web"], "WORKER_INSTANCE": made["worker"]}
(folder / "facts").write_text("".join(f"{name}='{value}'\n" for name, value in facts.items()))
