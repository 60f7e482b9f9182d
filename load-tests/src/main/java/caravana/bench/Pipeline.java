package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.Phases;
import caravana.measure.ProcessFigures;
import caravana.measure.Target;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Measures the cost of the pipeline around ffmpeg: clips through the worker compared with the same ffmpeg command lines
 * under {@code xargs -P}, and the worker's CPU time for each job.
 *
 * <p>The clips are queued before the clock starts; it starts with the first claim, and stops with the last commit. One
 * job is done before, as the worker would otherwise be just started.
 */
final class Pipeline implements Benchmark {

    private static final int SLOTS = 2;
    private static final int CLIPS = 12;
    private static final int SECONDS = 40;
    private static final int MEGABYTES = 80;
    private static final double OVERHEAD = 1.10;
    private static final double CPU_SECONDS = 1;
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final List<Double> cpu = new ArrayList<>();

    @Override
    public List<String> names() {
        return List.of("pipeline-overhead", "job-cpu");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Path clip = Media.video(setting.folder().resolve("clip.mp4"), "1920x1080", SECONDS, MEGABYTES);
        int clips = setting.thorough() ? 2 * CLIPS : CLIPS;
        Recorder recorder = Recorder.beforeFfmpeg(setting.folder().resolve("tools"));
        try (Target target = Target.of(null)) {
            Target.Own own = target.own().orElseThrow();
            own.startWorkers(1, SLOTS, Optional.of(recorder.folder()));
            Account account = new Account(target.web());
            account.awaitProcessed(account.upload(clip, 1), PATIENCE);
            List<Recorder.Call> calls = new ArrayList<>();
            Pairs pairs = Pairs.measure(
                    setting.longPairs(),
                    "s",
                    clips + " clips, worker ÷ xargs -P " + SLOTS,
                    () -> {
                        recorder.take();
                        double seconds = throughWorker(own, account, clip, clips);
                        calls.clear();
                        calls.addAll(recorder.take());
                        return seconds;
                    },
                    () -> underXargs(calls, setting.folder(), clip));
            setting.results()
                    .atMost(
                            "pipeline-overhead",
                            pairs.ratio(),
                            "ratio",
                            OVERHEAD,
                            pairs.detail() + " clips=" + clips + " slots=" + SLOTS);
            setting.results()
                    .atMost("job-cpu", Figures.median(cpu), "s", CPU_SECONDS, "jobs=" + clips * setting.longPairs());
        }
    }

    private double throughWorker(Target.Own own, Account account, Path clip, int clips)
            throws IOException, InterruptedException {
        own.pauseAndWait();
        List<String> ids = account.upload(clip, clips);
        long worker = own.workers().get(0).pid();
        double before = ProcessFigures.cpuSeconds(worker);
        own.resume();
        List<JsonNode> videos = account.awaitProcessed(ids, PATIENCE);
        cpu.add((ProcessFigures.cpuSeconds(worker) - before) / clips);
        tellPhases(videos);
        Instant begin =
                videos.stream().map(Pipeline::claimed).min(Instant::compareTo).orElseThrow();
        Instant end = videos.stream()
                .map(video -> Instant.parse(video.path("processed_at").asText()))
                .max(Instant::compareTo)
                .orElseThrow();
        account.deleteVideos();
        return Duration.between(begin, end).toMillis() / 1000.0;
    }

    private static Instant claimed(JsonNode video) {
        return Instant.parse(video.path("processed_at").asText()).minusMillis(Phases.total(video));
    }

    /** Where the time of a job goes, for people. */
    private static void tellPhases(List<JsonNode> videos) {
        Map<String, Double> sums = new LinkedHashMap<>();
        for (JsonNode video : videos) {
            Phases.of(video.path("phase_ms"))
                    .forEach((phase, millis) -> sums.merge(phase, (double) millis / videos.size(), Double::sum));
        }
        System.out.println("mean ms a job: "
                + sums.entrySet().stream()
                        .map(phase -> phase.getKey() + " " + Figures.text(phase.getValue()))
                        .collect(Collectors.joining(", ")));
    }

    private static double underXargs(List<Recorder.Call> calls, Path folder, Path clip)
            throws IOException, InterruptedException {
        StringBuilder scripts = new StringBuilder();
        for (int i = 0; i < calls.size(); i++) {
            scripts.append(calls.get(i).replay(folder.resolve("replay-" + i), clip))
                    .append('\0');
        }
        long started = System.nanoTime();
        Process xargs = new ProcessBuilder("xargs", "-0", "-P", String.valueOf(SLOTS), "-n", "1", "sh")
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var in = xargs.getOutputStream()) {
            in.write(scripts.toString().getBytes(StandardCharsets.UTF_8));
        }
        int status = xargs.waitFor();
        double seconds = (System.nanoTime() - started) / 1e9;
        if (status != 0 || calls.isEmpty()) {
            throw new IOException(calls.size() + " command lines under xargs ended with " + status);
        }
        return seconds;
    }
}
