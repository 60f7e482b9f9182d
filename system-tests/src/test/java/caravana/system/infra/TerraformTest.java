package caravana.system.infra;

import java.io.IOException;
import java.nio.file.Files;
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

    /** Where Terraform works, so that nothing of it gets into the project. */
    @TempDir
    private Path copy;

    @Test
    void filesAreFormatted() {
        Checks.need("infra-format", "terraform");
        Checks.Ran ran = terraform(Checks.TERRAFORM, "fmt", "-check", "-recursive", "-diff");
        List<Path> files = Checks.files(Pattern.compile("\\.(tf|tftest\\.hcl)$"), "infra/terraform");
        Checks.report("infra-format", files.size(), ran.status() == 0 ? List.of() : List.of(ran.output()));
    }

    @Test
    void plansAreAsTheyShouldBe() throws IOException {
        Checks.need("infra-terraform", "terraform");
        for (Path file : Checks.files(Pattern.compile("\\.(tf|tftpl|hcl)$"), "infra/terraform")) {
            Path target = copy.resolve(Checks.TERRAFORM.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        if (terraform(copy, "init", "-backend=false", "-input=false").status() != 0) {
            // A mirror may have the major version before alone, which knows the same arguments.
            for (Path file : Checks.files(Pattern.compile("versions\\.tf$"), "infra/terraform")) {
                Path target = copy.resolve(Checks.TERRAFORM.relativize(file));
                Files.writeString(target, Files.readString(target).replace("~> 6.0", ">= 5.100"));
            }
            if (terraform(copy, "init", "-backend=false", "-input=false").status() != 0) {
                Checks.skip("infra-terraform", "terraform init cannot get the AWS provider here");
            }
        }
        List<String> findings = new ArrayList<>();
        Checks.Ran valid = terraform(copy, "validate", "-no-color");
        if (valid.status() != 0) {
            findings.add(valid.output());
        }
        Checks.Ran tests = terraform(copy, "test", "-no-color");
        System.out.print(tests.output());
        Matcher count = TESTS.matcher(tests.output());
        int passed = count.find() ? Integer.parseInt(count.group(1)) : 0;
        if (tests.status() != 0) {
            findings.add(tests.output());
        }
        Checks.report("infra-terraform", passed, findings);
    }

    /** Variables, and what follows from them alone: no provider is needed for it, so that it is tried where none can be had. */
    @Test
    void variablesAreAsTheyShouldBe() throws IOException {
        Checks.need("infra-variables", "terraform");
        for (String file : List.of("variables.tf", "limits.tf", "retention.tf", "connections.tf")) {
            Files.copy(Checks.TERRAFORM.resolve(file), copy.resolve(file));
        }
        Files.createDirectory(copy.resolve("tests"));
        int runs = 0;
        for (String name : List.of("limits", "connections")) {
            String file = "tests/" + name + ".tftest.hcl";
            String withProvider = Checks.read(Checks.TERRAFORM.resolve(file));
            Files.writeString(copy.resolve(file), withProvider.replaceFirst("(?s)mock_provider .*?\n}\n", ""));
            runs += (int)
                    withProvider.lines().filter(line -> line.startsWith("run ")).count();
        }
        List<String> findings = new ArrayList<>();
        for (List<String> command : List.of(List.of("init", "-input=false"), List.of("test", "-no-color"))) {
            Checks.Ran ran = terraform(copy, command.toArray(String[]::new));
            System.out.print(ran.output());
            if (ran.status() != 0) {
                findings.add(ran.output());
            }
        }
        Checks.report("infra-variables", runs, findings);
    }

    private static Checks.Ran terraform(Path folder, String... arguments) {
        List<String> command = new ArrayList<>(List.of("terraform"));
        command.addAll(List.of(arguments));
        return Checks.run(
                folder, Map.of("TF_IN_AUTOMATION", "1", "CHECKPOINT_DISABLE", "1"), command.toArray(String[]::new));
    }
}
