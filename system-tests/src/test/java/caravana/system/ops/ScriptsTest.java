package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The operators' scripts: their refusals, and what those for AWS would do; and the pages that name them. */
class ScriptsTest {

    private static final Pattern SCRIPT = Pattern.compile("ops/bin/([a-z-]+)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");
    private static final List<String> HEADINGS =
            List.of("Symptom", "Impact", "Diagnosis", "Mitigation", "Verification");

    @Test
    void everyPageHasTheSameSectionsAndNamesWhatExists() throws IOException {
        for (String name : Runbook.names()) {
            assertThat(Runbook.read(name).headings()).as(name).containsExactlyElementsOf(HEADINGS);
            String text = Files.readString(Runbook.FOLDER.resolve(name + ".md"));
            SCRIPT.matcher(text)
                    .results()
                    .forEach(m ->
                            assertThat(Shell.ROOT.resolve(m.group())).as(name).isExecutable());
            LINK.matcher(text)
                    .results()
                    .forEach(m -> assertThat(Runbook.FOLDER.resolve(m.group(1)))
                            .as(name)
                            .exists());
        }
    }

    @Test
    void theIndexListsEveryPage() throws IOException {
        Set<String> listed = new TreeSet<>();
        LINK.matcher(Files.readString(Runbook.FOLDER.resolve("README.md")))
                .results()
                .forEach(m -> listed.add(m.group(1).replace(".md", "")));

        assertThat(listed).containsExactlyElementsOf(Runbook.names());
    }

    @Test
    void whatIsCalledWronglySaysHow() {
        for (String call : List.of(
                "show-queue now",
                "show-shares now",
                "list-dead-letters all",
                "redrive-dead-letters",
                "redrive-dead-letters --all some-id",
                "redrive-dead-letters --force some-id",
                "discard-dead-letters some-id",
                "discard-dead-letters --reason '' some-id",
                "pause-workers",
                "resume-workers now",
                "show-failures 3",
                "show-audit 3",
                "await-drained soon",
                "check-health soon",
                "show-metrics nobody caravana_slots",
                "show-disk-use",
                "end-worker 4711",
                "replace-instance worker-1 --dry-run",
                "restore-database caravana yesterday --dry-run",
                "rotate-web-secret arn:secret everything --dry-run",
                "roll-back caravana-web latest --dry-run",
                "roll-back caravana-web 1 2",
                "await-renewed caravana-web soon",
                "operator-environment now")) {
            Shell.Ran ran = Shell.bash("ops/bin/" + call, Map.of());
            assertThat(ran.status()).as(call).isEqualTo(2);
            assertThat(ran.output()).as(call).containsAnyOf("usage: ", "such as");
        }
    }

    @Test
    void whatCannotBeDoneSaysWhy() {
        String nowhere = "http://127.0.0.1:1";
        Shell.Ran unreachable =
                Shell.bash("ops/bin/show-queue", Map.of("CARAVANA_URL", nowhere, "CARAVANA_DATA", "/nonexistent"));
        assertThat(unreachable.status()).isEqualTo(1);
        assertThat(unreachable.output()).contains("CARAVANA_OPERATOR_TOKEN");

        Shell.Ran refused = Shell.bash("ops/bin/check-health", Map.of("CARAVANA_URL", nowhere));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output()).contains("/api/health ").contains("/api/health/ready ");

        Shell.Ran elsewhere = Shell.bash("ops/bin/end-worker not-this-machine:4711", Map.of());
        assertThat(elsewhere.status()).isEqualTo(1);
        assertThat(elsewhere.output()).contains("find-instance");

        Shell.Ran noWorker = Shell.bash("ops/bin/end-worker \"$HOSTNAME:$$\"", Map.of());
        assertThat(noWorker.status()).isEqualTo(1);
        assertThat(noWorker.output()).contains("is not a worker");
    }

    @Test
    void onAwsTheyWouldRunExactlyThis() {
        Map<String, List<String>> expected = new LinkedHashMap<>();
        expected.put(
                "find-instance ip-10-20-1-5:4711",
                List.of("aws ec2 describe-instances --filters 'Name=private-dns-name,Values=ip-10-20-1-5.*'"
                        + " --query 'Reservations[].Instances[].[InstanceId,State.Name]' --output text"));
        expected.put(
                "replace-instance i-0123456789abcdef0",
                List.of("aws autoscaling terminate-instance-in-auto-scaling-group --instance-id i-0123456789abcdef0"
                        + " --no-should-decrement-desired-capacity"));
        expected.put("open-session i-0123456789abcdef0", List.of("aws ssm start-session --target i-0123456789abcdef0"));
        expected.put(
                "show-group caravana-web",
                List.of(
                        "aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names caravana-web --query"
                                + " 'AutoScalingGroups[].Instances[].[InstanceId,LifecycleState,HealthStatus,LaunchTemplate.Version]'"
                                + " --output table",
                        "aws ec2 describe-launch-template-versions --launch-template-name caravana-web --max-items 10 --query"
                                + " 'LaunchTemplateVersions[].[VersionNumber,CreateTime,LaunchTemplateData.ImageId]'"
                                + " --output table",
                        "aws autoscaling describe-instance-refreshes --auto-scaling-group-name caravana-web"
                                + " --max-records 3 --query"
                                + " 'InstanceRefreshes[].[StartTime,Status,PercentageComplete,StatusReason]' --output"
                                + " table"));
        expected.put(
                "roll-back caravana-web",
                List.of(
                        "# while a deployment is under way:",
                        "aws autoscaling rollback-instance-refresh --auto-scaling-group-name caravana-web",
                        "# after its end:",
                        "aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names caravana-web --query"
                                + " 'AutoScalingGroups[0].LaunchTemplate.[LaunchTemplateId,Version]' --output text",
                        "aws autoscaling start-instance-refresh --auto-scaling-group-name caravana-web --strategy"
                                + " Rolling --preferences MinHealthyPercentage=100,MaxHealthyPercentage=200"
                                + " --desired-configuration"
                                + " '{\"LaunchTemplate\":{\"LaunchTemplateId\":\"LAUNCH_TEMPLATE\",\"Version\":\"VERSION_BEFORE\"}}'"));
        expected.put(
                "await-renewed caravana-web 1800",
                List.of(
                        "aws autoscaling describe-instance-refreshes --auto-scaling-group-name caravana-web --max-records 1"
                                + " --query 'InstanceRefreshes[0].[InstanceRefreshId,Status,PercentageComplete,StatusReason]'"
                                + " --output text"));
        expected.put(
                "renew-instances caravana-web",
                List.of("aws autoscaling start-instance-refresh --auto-scaling-group-name caravana-web --strategy"
                        + " Rolling --preferences MinHealthyPercentage=100,MaxHealthyPercentage=200"));
        expected.put(
                "rotate-web-secret arn:secret operator-password",
                List.of(
                        "aws secretsmanager get-secret-value --secret-id arn:secret --query SecretString --output text",
                        "# with a new CARAVANA_OPERATOR_PASSWORD:",
                        "aws secretsmanager put-secret-value --secret-id arn:secret --secret-string file:///dev/stdin"
                                + " --query VersionId --output text"));
        expected.put(
                "rotate-web-secret arn:secret smtp-password",
                List.of(
                        "aws secretsmanager get-secret-value --secret-id arn:secret --query SecretString --output text",
                        "# with a new CARAVANA_SMTP_PASSWORD:",
                        "aws secretsmanager put-secret-value --secret-id arn:secret --secret-string file:///dev/stdin"
                                + " --query VersionId --output text"));
        expected.put(
                "rotate-database-password caravana",
                List.of("aws rds modify-db-instance --db-instance-identifier caravana --rotate-master-user-password"
                        + " --apply-immediately --query DBInstance.MasterUserSecret.SecretStatus --output text"));
        expected.put(
                "restore-database caravana 2026-03-01T04:05:00Z",
                List.of(
                        "aws rds describe-db-instances --db-instance-identifier caravana --output text"
                                + " --query 'DBInstances[0].VpcSecurityGroups[].VpcSecurityGroupId'",
                        "aws rds describe-db-instances --db-instance-identifier caravana --output text"
                                + " --query 'DBInstances[0].[DBSubnetGroup.DBSubnetGroupName,"
                                + "DBParameterGroups[0].DBParameterGroupName,MultiAZ]'",
                        "aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier caravana"
                                + " --target-db-instance-identifier caravana-restored --restore-time 2026-03-01T04:05:00Z"
                                + " --db-subnet-group-name SUBNET_GROUP --vpc-security-group-ids SECURITY_GROUPS"
                                + " --db-parameter-group-name PARAMETER_GROUP --no-publicly-accessible --multi-az"
                                + " --deletion-protection --query DBInstance.DBInstanceStatus --output text",
                        "aws rds modify-db-instance --db-instance-identifier caravana-restored"
                                + " --manage-master-user-password --apply-immediately"
                                + " --query DBInstance.DBInstanceStatus --output text"));
        expected.put(
                "swap-database caravana",
                List.of(
                        "aws rds modify-db-instance --db-instance-identifier caravana"
                                + " --new-db-instance-identifier caravana-lost --apply-immediately"
                                + " --query DBInstance.DBInstanceIdentifier --output text",
                        "aws rds modify-db-instance --db-instance-identifier caravana-restored"
                                + " --new-db-instance-identifier caravana --apply-immediately"
                                + " --query DBInstance.DBInstanceIdentifier --output text"));

        expected.forEach((call, lines) -> {
            Shell.Ran ran = Shell.bash("ops/bin/" + call + " --dry-run", Map.of());
            assertThat(ran.status()).as(ran.output()).isZero();
            assertThat(ran.output().lines()).as(call).containsExactlyElementsOf(lines);
        });
    }
}
