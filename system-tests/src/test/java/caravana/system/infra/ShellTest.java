package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every shell script, checked by shellcheck's rules. */
class ShellTest {

    @Test
    void scriptsAreClean() {
        Checks.need("infra-shell", "shellcheck");
        List<String> scripts = new ArrayList<>();
        Checks.files(Pattern.compile("."), "ops/bin", "infra", "release").stream()
                .filter(f -> isShell(f))
                .forEach(f -> scripts.add(f.toString()));
        scripts.add(Checks.ROOT.resolve("caravana").toString());
        scripts.add(Checks.ROOT.resolve(".ci/run").toString());
        List<String> command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
        command.addAll(scripts);

        Checks.Ran ran = Checks.run(Checks.ROOT, Map.of(), command.toArray(String[]::new));

        Checks.report("infra-shell", scripts.size(), ran.status() == 0 ? List.of() : List.of(ran.output()));
    }

    private static boolean isShell(Path file) {
        if (file.toString().endsWith(".sh")) {
            return true;
        }
        // Terraform makes shell of it.
        if (file.toString().endsWith(".tftpl")) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            String start = new String(in.readNBytes(64), StandardCharsets.ISO_8859_1);
            return start.startsWith("#!/bin/sh\n") || start.startsWith("#!/usr/bin/env bash\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void operatorsScriptsShowWhatTheyWouldDo() {
        assertThat(operator("set-group-size", "caravana-worker", "1", "5", "--dry-run"))
                .contains("aws autoscaling update-auto-scaling-group --auto-scaling-group-name caravana-worker"
                        + " --min-size 1 --max-size 5");
        assertThat(operator("show-cpu-credits", "caravana-web", "--dry-run"))
                .contains("aws cloudwatch get-metric-statistics --namespace AWS/EC2 --metric-name CPUCreditBalance")
                .contains("Name=AutoScalingGroupName,Value=caravana-web");
        assertThat(operator("put-web-secret", "arn:secret", "operator@example.org", "--dry-run"))
                .contains("aws secretsmanager put-secret-value --secret-id arn:secret");
    }

    private static String operator(String script, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Checks.ROOT.resolve("ops/bin/" + script).toString());
        command.addAll(List.of(arguments));
        Checks.Ran ran = Checks.run(Checks.ROOT, Map.of(), command.toArray(String[]::new));
        assertThat(ran.status()).as(ran.output()).isZero();
        return ran.output();
    }
}
