package caravana.load;

import caravana.local.LocalStackException;
import caravana.measure.MeasurementException;
import caravana.measure.Results;
import caravana.measure.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The program of {@code ./caravana load web|worker [--profile NAME] [--url URL]}. */
public final class Load {

    private Load() {}

    /** Exit status: 0 all targets were met, 1 some were not or a run failed, 2 wrong arguments. */
    public static void main(String[] args) throws Exception {
        // Reports are UTF-8 wherever they are read.
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        System.exit(run(List.of(args)));
    }

    static int run(List<String> args) throws InterruptedException {
        List<String> scenarios = new ArrayList<>();
        Profile profile = Profile.SHORT;
        URI url = null;
        try {
            for (int i = 0; i < args.size(); i++) {
                switch (args.get(i)) {
                    case "web", "worker" -> scenarios.add(args.get(i));
                    case "--profile" -> profile = Profile.named(value(args, ++i));
                    case "--url" -> url = address(value(args, ++i));
                    default ->
                        throw new IllegalArgumentException("load has no scenario or option '" + args.get(i)
                                + "'; there are web, worker, --profile NAME and --url URL");
                }
            }
            if (scenarios.isEmpty()) {
                throw new IllegalArgumentException("load takes a scenario: web or worker");
            }
        } catch (IllegalArgumentException wrong) {
            System.err.println("caravana: " + wrong.getMessage());
            return 2;
        }
        try (Target target = Target.of(url)) {
            // After Ctrl-C, nothing must still run, and no gigabytes stay on the disk.
            Runtime.getRuntime().addShutdownHook(new Thread(target::close));
            return run(scenarios, profile, target);
        } catch (MeasurementException | LocalStackException e) {
            System.err.println("caravana: " + e.getMessage());
            return 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs scenarios one after the other; see {@link #main} for the status. */
    static int run(List<String> scenarios, Profile profile, Target target) throws IOException, InterruptedException {
        Results results = new Results();
        for (String scenario : scenarios) {
            if (scenario.equals("web")) {
                new WebScenario(target, profile, results).run();
            } else {
                new WorkerScenario(target, profile, results).run();
            }
        }
        return results.allMet() ? 0 : 1;
    }

    private static String value(List<String> args, int at) {
        if (at >= args.size()) {
            throw new IllegalArgumentException(args.get(at - 1) + " takes a value");
        }
        return args.get(at);
    }

    private static URI address(String text) {
        URI address = URI.create(text);
        if (address.getHost() == null || !List.of("http", "https").contains(address.getScheme())) {
            throw new IllegalArgumentException("--url takes where web answers, such as http://127.0.0.1:8080");
        }
        return address;
    }
}
