package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.Phases;
import caravana.measure.Project;
import caravana.measure.Target;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures how well jobs are distributed: the makespan of waiting jobs, with a stub that takes two seconds and no CPU
 * time in place of ffmpeg, compared with workers that never wait for a job.
 *
 * <p>One such job alone is measured from its claim to its commit. The acknowledgement after it is left out, which makes
 * the target harder by some milliseconds a job.
 */
final class Dispatch implements Benchmark {

    private static final int JOBS = 90;
    private static final int ALONE = 5;
    private static final int MOST_WORKERS = 3;
    private static final double RATIO = 1.05;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Override
    public List<String> names() {
        return List.of("dispatch-1", "dispatch-2", "dispatch-3");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Project.makeMedia(List.of());
        try (Target target = Target.of(null)) {
            Target.Own own = target.own().orElseThrow();
            Account account = new Account(target.web());
            double alone = 0;
            for (int workers = 1; workers <= MOST_WORKERS; workers++) {
                own.startWorkers(workers, 1, Optional.of(Project.stub()));
                if (workers == 1) {
                    alone = alone(account);
                }
                double makespan = makespan(own, account);
                setting.results()
                        .atMost(
                                "dispatch-" + workers,
                                makespan / (JOBS / (double) workers * alone),
                                "ratio",
                                RATIO,
                                "workers=" + workers + " jobs=" + JOBS + " makespan=" + Figures.text(makespan)
                                        + "s alone=" + Figures.exact(alone) + "s");
            }
        }
    }

    /** Seconds of one job while there is no other; the first one warms the worker up. */
    private static double alone(Account account) throws IOException, InterruptedException {
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i <= ALONE; i++) {
            JsonNode video = account.awaitProcessed(account.upload(Project.shortVideo(), 1), PATIENCE)
                    .get(0);
            if (i > 0) {
                seconds.add(Phases.total(video) / 1000.0);
            }
        }
        return Figures.median(seconds);
    }

    /** Seconds from the order to continue until the last job is committed. */
    private static double makespan(Target.Own own, Account account) throws IOException, InterruptedException {
        own.pauseAndWait();
        List<String> ids = account.upload(Project.shortVideo(), JOBS);
        Instant begin = Instant.now();
        own.resume();
        Instant end = account.awaitProcessed(ids, PATIENCE).stream()
                .map(video -> Instant.parse(video.path("processed_at").asText()))
                .max(Instant::compareTo)
                .orElseThrow();
        account.deleteVideos();
        return Duration.between(begin, end).toMillis() / 1000.0;
    }
}
