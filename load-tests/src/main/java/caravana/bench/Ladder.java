package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Target;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What renditions of three heights cost: the default set with {@code hls} against the default set alone, and what {@code hls} adds
 * against three jobs that make one height each. CPU time of the product's ffmpeg command lines, and bytes.
 */
final class Ladder implements Benchmark {

    private static final int PAIRS = 5;
    private static final int SECONDS = 30;
    private static final int MEGABYTES = 10;

    /** Than which no rendition is higher: 240, 360 and 480 lines. */
    private static final String SIZE = "854x480";

    private static final double CPU_RATIO = 2;
    private static final double BYTES_RATIO = 2;
    private static final double LADDER_RATIO = 0.7;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Without cards, which no other height than that of {@code hd_720p} has. */
    private static final String ALONE =
            "\"recorte_30s\", \"formato_16_9\", \"marca_de_agua\", \"sin_audio\", \"transcodificacion\"";

    private static final String DEFAULT = ALONE + ", \"hd_720p\", \"cortinillas\"";

    private Path folder;

    @Override
    public List<String> names() {
        return List.of("hls-cpu", "hls-bytes", "hls-ladder");
    }

    @Override
    public void run(Setting setting) throws Exception {
        folder = setting.folder();
        Recorder recorder = Recorder.beforeFfmpeg(folder.resolve("tools"));
        try (Target target = Target.of(null)) {
            target.own().orElseThrow().startWorkers(1, 1, Optional.of(recorder.folder()));
            Account account = new Account(target.web());
            Path original = Media.video(folder.resolve("original.mp4"), SIZE, SECONDS, MEGABYTES);
            JsonNode renditions = process(account, original, "[" + DEFAULT + ", \"hls\"]");
            Recorder.Call with = recorder.take().get(0);
            JsonNode clip = process(account, original, "[" + DEFAULT + "]");
            Recorder.Call without = recorder.take().get(0);
            List<Recorder.Call> apart = new ArrayList<>();
            for (int height : List.of(240, 360, 480)) {
                process(account, original, "[" + ALONE + ", {\"nombre\": \"escalar\", \"alto\": " + height + "}]");
                apart.add(recorder.take().get(0));
            }
            Pairs cost = Pairs.measure(
                    PAIRS,
                    "s",
                    "default set with hls ÷ default set",
                    () -> with.cpu(folder, original),
                    () -> without.cpu(folder, original));
            setting.results().atMost("hls-cpu", cost.ratio(), "ratio", CPU_RATIO, cost.detail("with", "without"));
            setting.results()
                    .atMost(
                            "hls-bytes",
                            bytes(renditions, "stream") / (double) bytes(clip, "video"),
                            "ratio",
                            BYTES_RATIO,
                            "renditions=" + bytes(renditions, "stream") + " clip=" + bytes(clip, "video")
                                    + " clip-with-hls=" + bytes(renditions, "video"));
            Pairs ladder = Pairs.measure(
                    PAIRS,
                    "s",
                    "what hls adds ÷ three jobs",
                    () -> with.cpu(folder, original) - without.cpu(folder, original),
                    () -> Recorder.Call.cpu(apart, folder, original));
            setting.results()
                    .atMost("hls-ladder", ladder.ratio(), "ratio", LADDER_RATIO, ladder.detail("added", "apart"));
        }
    }

    private static JsonNode process(Account account, Path original, String asked) throws Exception {
        String id = account.upload(original, List.of(URLEncoder.encode(asked, StandardCharsets.UTF_8)));
        return account.awaitProcessed(List.of(id), PATIENCE).get(0);
    }

    private static long bytes(JsonNode video, String role) {
        long bytes = 0;
        for (JsonNode output : video.path("outputs")) {
            bytes += output.path("role").asText().equals(role)
                    ? output.path("bytes").asLong()
                    : 0;
        }
        return bytes;
    }
}
