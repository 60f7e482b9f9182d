package caravana.system.infra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The systemd units, as systemd itself reads them. */
class UnitsTest {

    /** In tenths, on systemd's scale from 0, confined, to 10, not at all; it calls what is below 4.0 fine. */
    private static final int EXPOSURE = 30;

    @TempDir
    private Path folder;

    @Test
    void systemdUnderstandsTheUnits() throws IOException {
        Checks.need("infra-units", "systemd-analyze");
        List<Path> units = Checks.files(Pattern.compile("\\.(service|target)$"), "ops/systemd");
        List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify", "--man=no"));
        for (Path unit : units) {
            // Verified where the programs are, since the image's folders are not on this machine.
            String text = Checks.read(unit)
                    .replace("/opt/caravana/bin", Checks.ROOT.resolve("ops/bin").toString())
                    .replace("/usr/bin/java", program("java"));
            command.add(
                    Files.writeString(folder.resolve(unit.getFileName()), text).toString());
        }
        // Debian's unit, to which ours add.
        Files.writeString(
                folder.resolve("nginx.service"), "[Service]\nType=forking\nExecStart=" + program("nginx") + "\n");
        Path ours = Files.createDirectory(folder.resolve("nginx.service.d"));
        Files.copy(Checks.ROOT.resolve("ops/systemd/nginx.service.d/caravana.conf"), ours.resolve("caravana.conf"));
        command.add(folder.resolve("nginx.service").toString());

        List<String> findings = new ArrayList<>();
        Checks.Ran verified = Checks.run(folder, Map.of(), command.toArray(String[]::new));
        // What it says of units of this machine is not ours.
        verified.output()
                .lines()
                .filter(l -> l.contains("caravana") || l.contains(folder.toString()))
                .forEach(findings::add);

        List<Path> services = new ArrayList<>(units);
        services.removeIf(unit -> unit.toString().endsWith(".target"));
        services.add(Path.of("nginx.service"));
        for (Path unit : services) {
            Checks.Ran exposed = Checks.run(
                    folder,
                    Map.of(),
                    "systemd-analyze",
                    "security",
                    "--offline=true",
                    "--no-pager",
                    "--threshold=" + EXPOSURE,
                    folder.resolve(unit.getFileName()).toString());
            exposed.output().lines().filter(l -> l.contains("Overall exposure")).forEach(System.out::println);
            if (exposed.status() != 0) {
                findings.add(exposed.output());
            }
        }
        Checks.report("infra-units", units.size(), findings);
    }

    /** A program that systemd may look at; the unit's own is not on every machine. */
    private String program(String name) throws IOException {
        Path program = folder.resolve(name);
        if (!Files.exists(program)) {
            Files.writeString(program, "#!/bin/sh\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return program.toString();
    }
}
