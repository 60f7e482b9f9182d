package caravana.bench;

import caravana.local.AppProcess;
import caravana.measure.Project;
import caravana.measure.Results;
import caravana.measure.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The program of {@code ./caravana bench [NAME...] [--long]}. */
public final class Bench {

    private Bench() {}

    /** From quick ones to slow ones. */
    static List<Benchmark> all() {
        return List.of(
                new StartTime("start-web", AppProcess.WEB),
                new StartTime("start-worker", AppProcess.WORKER),
                new RouteEditing(),
                new Latency(),
                new UploadSpeed(),
                new UploadMemory(),
                new DirectUploads(),
                new PiecesMemory(),
                new StatusThroughput(),
                new PlaylistRate(),
                new HealthUnderLoad(),
                new SlowClients("slow-clients", Attack.Kind.SLOW_CLIENTS),
                new SlowClients("slow-readers", Attack.Kind.SLOW_READERS),
                new LiveEvents(),
                new WebhookLatency(),
                new Memory(),
                new TraceCost(),
                new OnePass(),
                new Renditions(),
                new Ladder(),
                new Parts(),
                new LongVideo(),
                new Pipeline(),
                new Dispatch(),
                new StubJobs());
    }

    /** Exit status: 0 all targets were met, 1 some were not or could not be measured, 2 wrong arguments. */
    public static void main(String[] args) throws Exception {
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        List<String> names = new ArrayList<>(List.of(args));
        boolean thorough = names.remove("--long");
        List<String> known = all().stream().flatMap(b -> b.names().stream()).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                System.err.println("caravana: there is no bench or option '" + name + "'; there are "
                        + String.join(", ", known) + " and --long");
                System.exit(2);
            }
        }
        List<Benchmark> wanted = all().stream()
                .filter(b -> names.isEmpty() || b.names().stream().anyMatch(names::contains))
                .collect(Collectors.toList());
        boolean met = false;
        try {
            met = run(wanted, thorough);
        } catch (Exception e) {
            // Threads of the benchmark that failed may be left; returning would wait for them.
            e.printStackTrace();
        }
        System.exit(met ? 0 : 1);
    }

    /** The apps are measured as they are from their second start on: the first one after a build makes their archives. */
    private static void makeClassArchives() throws IOException, InterruptedException {
        try (Target target = Target.of(null)) {
            target.own().orElseThrow().startWorkers(1, 1, Optional.empty());
        }
    }

    private static boolean run(List<Benchmark> benchmarks, boolean thorough) throws Exception {
        String machine = Project.machine();
        System.out.println(machine);
        makeClassArchives();
        Results results = new Results();
        for (Benchmark benchmark : benchmarks) {
            Path parent = Files.createDirectories(Project.root().resolve(".caravana/bench"));
            Path folder = Files.createTempDirectory(parent, benchmark.names().get(0) + "-");
            // Started as root, apps run as a user of their own, and use programs in there.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            long started = System.nanoTime();
            try {
                benchmark.run(new Benchmark.Setting(folder, thorough, results));
            } finally {
                Project.delete(folder);
            }
            System.out.printf(
                    "(%s: %d s)%n",
                    String.join(", ", benchmark.names()), (System.nanoTime() - started) / 1_000_000_000);
        }
        System.out.println("\n" + machine + "\n\n" + results.table());
        return results.allMet();
    }
}
