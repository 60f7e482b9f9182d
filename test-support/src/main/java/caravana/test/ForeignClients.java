package caravana.test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Clients in Python and JavaScript, which {@code ./caravana test clients} installs into
 * {@code routes-web/target/clients}.
 */
public final class ForeignClients {

    private static final Path INSTALLED = Path.of(System.getProperty("clients.folder", "../routes-web/target/clients"))
            .toAbsolutePath()
            .normalize();

    private ForeignClients() {}

    /** Where a package or program is, if it is installed. */
    public static Path installed(String path) {
        return INSTALLED.resolve(path);
    }

    /** Python with the installed packages. */
    public static String python() {
        return installed("python/bin/python").toString();
    }

    /** Skips the test that calls it unless all of them are installed. */
    public static void require(String proof, Path... installed) {
        for (Path each : installed) {
            Sample.require(Files.exists(each), proof, "run ./caravana test clients, which installs it");
        }
    }

    /**
     * What a program prints, which must end with status 0.
     *
     * @param settings environment variables besides those of this process
     */
    public static String run(Path folder, Map<String, String> settings, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("NODE_PATH", installed("node_modules").toString());
        builder.environment().putAll(settings);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new AssertionError(command + " ended with " + process.exitValue() + ":\n" + text);
        }
        return text;
    }
}
