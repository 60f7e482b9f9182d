package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Target;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares three sizes of one video made by one job with the same three made by a job each, alternately, by the CPU
 * time of ffmpeg. The product's command lines are recorded from a worker that has just done the jobs.
 */
final class Renditions implements Benchmark {

    private static final int PAIRS = 5;
    private static final int SECONDS = 10;
    private static final double RATIO = 0.7;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** What both sides do to the picture before it is scaled to its sizes. */
    private static final String EACH =
            "\"recorte_30s\", \"formato_16_9\", \"marca_de_agua\", \"sin_audio\", \"transcodificacion\"";

    private static final String TOGETHER = "[" + EACH + ", \"hd_720p\", \"mp4_480p\", \"mp4_1080p\"]";
    private static final List<String> APART = List.of(
            "[" + EACH + ", \"hd_720p\"]",
            "[" + EACH + ", {\"nombre\": \"escalar\", \"alto\": 480}]",
            "[" + EACH + ", {\"nombre\": \"escalar\", \"alto\": 1080}]");

    private Path folder;

    @Override
    public List<String> names() {
        return List.of("three-renditions", "three-renditions-4k");
    }

    @Override
    public void run(Setting setting) throws Exception {
        folder = setting.folder();
        Recorder recorder = Recorder.beforeFfmpeg(folder.resolve("tools"));
        try (Target target = Target.of(null)) {
            target.own().orElseThrow().startWorkers(1, 1, Optional.of(recorder.folder()));
            Account account = new Account(target.web());
            compare(setting, account, recorder, "three-renditions", "1920x1080", 20);
            compare(setting, account, recorder, "three-renditions-4k", "3840x2160", 60);
        }
    }

    private void compare(Setting setting, Account account, Recorder recorder, String name, String size, int megabytes)
            throws Exception {
        Path original = Media.video(folder.resolve(size + ".mp4"), size, SECONDS, megabytes);
        Recorder.Call together = call(account, recorder, original, TOGETHER);
        List<Recorder.Call> apart = new ArrayList<>();
        for (String asked : APART) {
            apart.add(call(account, recorder, original, asked));
        }
        Pairs pairs = Pairs.measure(
                PAIRS,
                "s",
                "one job ÷ three jobs, " + size,
                () -> together.cpu(folder, original),
                () -> Recorder.Call.cpu(apart, folder, original));
        setting.results().atMost(name, pairs.ratio(), "ratio", RATIO, pairs.detail("together", "apart"));
    }

    private static Recorder.Call call(Account account, Recorder recorder, Path original, String asked)
            throws Exception {
        String id = account.upload(original, List.of(URLEncoder.encode(asked, StandardCharsets.UTF_8)));
        account.awaitProcessed(List.of(id), PATIENCE);
        return recorder.take().get(0);
    }
}
