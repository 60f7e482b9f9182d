package caravana.bench;

import caravana.measure.Figures;
import caravana.measure.Project;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Measures how long a developer waits for {@code ./caravana check-routes} and {@code ./caravana test routes} when
 * everything is built. It runs their programs without the script, which would wait for the lock that a benchmark holds.
 */
final class RouteEditing implements Benchmark {

    private static final String CHECK = "check-routes";
    private static final String TEST = "test-routes";
    private static final int TIMES = 5;
    private static final double CHECK_SECONDS = 3;
    private static final double TEST_SECONDS = 30;

    @Override
    public List<String> names() {
        return List.of(CHECK, TEST);
    }

    @Override
    public void run(Setting setting) throws Exception {
        Path root = Project.root();
        Path checks = root.resolve("route-checks/target");
        measure(
                setting,
                CHECK,
                TIMES,
                CHECK_SECONDS,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "-cp",
                        checks.resolve("route-checks.jar") + ":" + checks.resolve("lib/*"),
                        "caravana.checks.Main",
                        "check",
                        root.resolve("src/main/resources/camel").toString(),
                        "text"));
        measure(
                setting,
                TEST,
                setting.longPairs(),
                TEST_SECONDS,
                List.of(
                        "mvn",
                        "-B",
                        "-q",
                        "--no-transfer-progress",
                        "-f",
                        root.toString(),
                        "-pl",
                        "routes-worker",
                        "-am",
                        "-Dsurefire.failIfNoSpecifiedTests=false",
                        "-Dtest=caravana.worker.routes.*Test",
                        "test"));
    }

    /** The first run is not counted: after it everything is compiled, and in the file system's cache. */
    private static void measure(Setting setting, String name, int times, double limit, List<String> command)
            throws IOException, InterruptedException {
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i <= times; i++) {
            long began = System.nanoTime();
            Media.run(setting.folder(), command);
            if (i > 0) {
                seconds.add((System.nanoTime() - began) / 1e9);
            }
        }
        String all = seconds.stream().map(Figures::exact).collect(Collectors.joining(","));
        setting.results().atMost(name, Figures.median(seconds), "s", limit, "runs=" + all);
    }
}
