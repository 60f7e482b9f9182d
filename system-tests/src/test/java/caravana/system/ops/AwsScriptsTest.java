package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operators' scripts that go through several states of AWS, with an {@code aws} that has such states. */
class AwsScriptsTest {

    /**
     * Databases are files with the states that they go through, one a line. A renaming ends as RDS's does: after a while in
     * states that are no failure. A refresh is a file with its status.
     */
    private static final String AWS = """
        #!/bin/bash
        cd "%s"
        echo "$*" >>calls
        value() { while [ $# -gt 1 ]; do if [ "$1" = "$name" ]; then echo "$2" && return; fi; shift; done; }
        name=--db-instance-identifier database=$(value "$@")
        name=--new-db-instance-identifier renamed=$(value "$@")
        name=--target-db-instance-identifier target=$(value "$@")
        case "$2" in
          describe-db-instances)
            [ -e "db/$database" ] || { echo "An error occurred (DBInstanceNotFound) when calling" >&2; exit 254; }
            case "$*" in
              *VpcSecurityGroups*) echo "sg-1" ;;
              *DBSubnetGroup*) printf 'subnets\\tparameters\\tFalse\\n' ;;
              *) head -n 1 "db/$database" && [ "$(wc -l <"db/$database")" = 1 ] || sed -i 1d "db/$database" ;;
            esac
            ;;
          restore-db-instance-to-point-in-time) printf 'creating\\nmodifying\\navailable\\n' >"db/$target" && echo creating ;;
          modify-db-instance)
            [ -z "$renamed" ] || { mv "db/$database" "db/$renamed" && printf 'renaming\\nmodifying\\navailable\\n' >"db/$renamed"; }
            [ ! -e interrupt ] || { rm interrupt && exit 130; }
            echo modifying
            ;;
          describe-instance-refreshes) cat refresh 2>/dev/null || printf 'None\\n' ;;
          describe-auto-scaling-groups) printf 'lt-1\\t7\\n' ;;
          start-instance-refresh | rollback-instance-refresh) echo started ;;
        esac
        """;

    @TempDir
    private Path folder;

    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void make() throws IOException {
        Files.createDirectory(folder.resolve("db"));
        Path aws = Files.writeString(folder.resolve("aws"), AWS.formatted(folder));
        Files.setPosixFilePermissions(aws, PosixFilePermissions.fromString("rwxr-xr-x"));
        variables.put("PATH", folder + ":" + System.getenv("PATH"));
        variables.put("CARAVANA_POLL_SECONDS", "0");
    }

    @Test
    void aDatabaseIsRestoredAndSwappedThroughAllOfItsStates() throws IOException {
        database("caravana", "available");

        assertThat(run("restore-database caravana 2026-03-01T04:05:00Z").status())
                .isZero();
        assertThat(run("swap-database caravana").status()).isZero();

        assertThat(databases()).containsExactly("caravana", "caravana-lost");
        assertThat(calls())
                .anyMatch(c -> c.contains("--db-subnet-group-name subnets") && c.contains("--no-multi-az"))
                .noneMatch(c -> c.contains("rds wait"));
    }

    /** Between the two renamings nothing answers under the apps' address: a repetition continues from there. */
    @Test
    void anInterruptedSwapGoesOnWhenItIsRepeated() throws IOException {
        database("caravana", "available");
        database("caravana-restored", "available");
        Files.createFile(folder.resolve("interrupt"));

        Shell.Ran interrupted = run("swap-database caravana");

        assertThat(interrupted.status()).isNotZero();
        assertThat(interrupted.output()).contains("repeated: swap-database caravana");
        assertThat(databases()).containsExactly("caravana-lost", "caravana-restored");
        assertThat(run("swap-database caravana").status()).isZero();
        assertThat(databases()).containsExactly("caravana", "caravana-lost");
        assertThat(run("swap-database caravana").output()).contains("swapped already");
    }

    @Test
    void nothingIsRenamedWithoutARestoredDatabase() throws IOException {
        database("caravana", "available");

        assertThat(run("swap-database caravana").output()).contains("there is no caravana-restored");
        database("caravana-restored", "available");
        database("caravana-lost", "available");
        assertThat(run("swap-database caravana").output()).contains("caravana-lost exists already");

        assertThat(databases()).containsExactly("caravana", "caravana-lost", "caravana-restored");
        assertThat(calls()).noneMatch(c -> c.contains("--new-db-instance-identifier"));
    }

    @Test
    void aRestoredDatabaseThatFailsIsNamed() throws IOException {
        database("caravana", "available");
        database("caravana-restored", "creating", "incompatible-restore");

        Shell.Ran ran = run("restore-database caravana 2026-03-01T04:05:00Z");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.output()).contains("caravana-restored is incompatible-restore");
    }

    @Test
    void aRollBackDuringADeploymentTakesItBackAndAfterItBringsTheVersionBefore() throws IOException {
        refresh("r-1\tInProgress\t40\tnone");
        assertThat(run("roll-back caravana-web").status()).isZero();
        assertThat(calls()).last().asString().contains("rollback-instance-refresh");

        refresh("r-1\tSuccessful\t100\tnone");
        assertThat(run("roll-back caravana-web").status()).isZero();
        assertThat(calls())
                .last()
                .asString()
                .contains("start-instance-refresh", "\"LaunchTemplateId\":\"lt-1\",\"Version\":\"6\"");
        assertThat(run("roll-back caravana-web 3").status()).isZero();
        assertThat(calls()).last().asString().contains("\"Version\":\"3\"");
    }

    /** Those that a running replacement has made may have read the former secret. */
    @Test
    void noSecondReplacementIsBegunBesideTheFirst() throws IOException {
        refresh("r-1\tInProgress\t40\tnone");
        Shell.Ran refused = run("renew-instances caravana-web");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output()).contains("await-renewed caravana-web");
        assertThat(calls()).noneMatch(c -> c.contains("start-instance-refresh"));

        refresh("r-1\tSuccessful\t100\tnone");
        assertThat(run("await-renewed caravana-web 5").status()).isZero();
        assertThat(run("renew-instances caravana-web").status()).isZero();
        assertThat(calls()).anyMatch(c -> c.contains("start-instance-refresh"));
    }

    @Test
    void aReplacementThatWasTakenBackIsNoSuccess() throws IOException {
        assertThat(run("await-renewed caravana-web 5").output()).contains("have never been replaced");
        refresh("r-1\tRollbackSuccessful\t100\tan instance did not get healthy");

        Shell.Ran ran = run("await-renewed caravana-web 5");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.output()).contains("RollbackSuccessful", "did not get healthy");
    }

    private void database(String name, String... states) throws IOException {
        Files.writeString(folder.resolve("db").resolve(name), String.join("\n", states) + "\n");
    }

    private void refresh(String line) throws IOException {
        Files.writeString(folder.resolve("refresh"), line + "\n");
    }

    private List<String> databases() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("db"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    private Shell.Ran run(String call) {
        return Shell.bash("ops/bin/" + call, variables);
    }
}
