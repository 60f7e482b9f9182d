package caravana.system.infra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Terraform's own checks: form, types, and plans against a mocked provider. They need Terraform and the AWS provider. */
class TerraformTest {

    private static final Pattern TESTS = Pattern.compile("(\\d+) passed, (\\d+) failed");

    @TempDir
    private Path data;

    @Test
    void filesAreFormatted() {
        Checks.need("infra-format", "terraform");
        Checks.Ran ran = terraform("fmt", "-check", "-recursive", "-diff");
        List<Path> files = Checks.files(Pattern.compile("\\.(tf|tftest\\.hcl)$"), "infra/terraform");
        Checks.report("infra-format", files.size(), ran.status() == 0 ? List.of() : List.of(ran.output()));
    }

    @Test
    void plansAreAsTheyShouldBe() {
        Checks.need("infra-terraform", "terraform");
        Checks.Ran init = terraform("init", "-backend=false", "-input=false", "-lockfile=readonly");
        if (init.status() != 0) {
            Checks.skip("infra-terraform", "terraform init cannot get the AWS provider here");
        }
        List<String> findings = new ArrayList<>();
        Checks.Ran valid = terraform("validate");
        if (valid.status() != 0) {
            findings.add(valid.output());
        }
        Checks.Ran tests = terraform("test");
        Matcher count = TESTS.matcher(tests.output());
        int passed = count.find() ? Integer.parseInt(count.group(1)) : 0;
        if (tests.status() != 0) {
            findings.add(tests.output());
        }
        Checks.report("infra-terraform", passed, findings);
    }

    /** Terraform in the deployment's folder; what it downloads stays out of there. */
    private Checks.Ran terraform(String... arguments) {
        List<String> command = new ArrayList<>(List.of("terraform"));
        command.addAll(List.of(arguments));
        return Checks.run(
                Checks.TERRAFORM,
                Map.of("TF_DATA_DIR", data.toString(), "TF_IN_AUTOMATION", "1", "CHECKPOINT_DISABLE", "1"),
                command.toArray(String[]::new));
    }
}
