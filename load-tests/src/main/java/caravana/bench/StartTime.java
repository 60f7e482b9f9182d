package caravana.bench;

import caravana.local.AppProcess;
import caravana.local.LocalStack;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the time from the start of a process until its health is good: the app as the local stack starts it
 * (extracted, class archive, only the first compiler) compared with the same app as a fat jar.
 */
final class StartTime implements Benchmark {

    private static final int PAIRS = 5;
    private static final double RATIO = 0.33;

    private final String name;
    private final String module;

    StartTime(String name, String module) {
        this.name = name;
        this.module = module;
    }

    @Override
    public List<String> names() {
        return List.of(name);
    }

    @Override
    public void run(Setting setting) throws Exception {
        try (LocalStack stack = LocalStack.start(setting.folder().resolve("stack"))) {
            Map<String, String> settings = new HashMap<>(stack.environment());
            settings.put("CARAVANA_WORK_DIR", setting.folder().resolve("work").toString());
            Path log = setting.folder().resolve("app.log");
            // Migrates the database, for which the worker would wait.
            ready(() -> AppProcess.start(AppProcess.WEB, settings, log));
            Pairs pairs = Pairs.measure(
                    PAIRS,
                    "s",
                    module + ", local stack ÷ fat jar",
                    () -> ready(() -> AppProcess.start(module, settings, log)),
                    () -> ready(() -> AppProcess.startFatJar(module, settings, log)));
            setting.results().atMost(name, pairs.ratio(), "ratio", RATIO, pairs.detail());
        }
    }

    private interface Start {
        AppProcess start();
    }

    private static double ready(Start start) {
        long began = System.nanoTime();
        AppProcess app = start.start();
        try {
            app.awaitReady();
            return (System.nanoTime() - began) / 1e9;
        } finally {
            app.close();
        }
    }
}
