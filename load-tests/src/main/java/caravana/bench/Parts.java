package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import caravana.measure.Target;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What it costs to encode a video in parts, on one worker: the same job in one run and in parts, once each. CPU time of all tools, as the
 * receipts have it, with what finds the cuts and joins the parts; bytes of the clip; and how like the original the frames on either side of
 * a cut are. And how much sooner two workers are done with it than one, where each uses one processor.
 */
final class Parts implements Benchmark {

    private static final int SECONDS = 120;
    private static final int MEGABYTES = 120;
    private static final String SIZE = "1920x1080";
    private static final double CPU_RATIO = 1.08;
    private static final double BYTES_RATIO = 1.05;
    private static final double SSIM_LOSS = 0.005;
    private static final double TWO_WORKERS_RATIO = 0.58;

    /** How many times as long the video of two workers is in the long form: ten minutes. */
    private static final int LONG = 5;

    /** Frames that are compared on either side of a cut. */
    private static final int BESIDE = 3;

    private static final String PARTS_FROM = "CARAVANA_MEDIA_PARTS_FROM";
    private static final double MILLIS = 1000;
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Pattern SSIM = Pattern.compile("All:([0-9.]+)");

    /**
     * A finished job.
     *
     * @param cpuSeconds of all tools
     * @param seconds from its upload until it was processed
     * @param cuts the first frames of all parts but the first
     */
    private record Encode(Path clip, double cpuSeconds, double seconds, List<Long> cuts) {}

    private Path folder;

    @Override
    public List<String> names() {
        return List.of("parts-cpu", "parts-bytes", "parts-ssim-lost", "parts-two-workers");
    }

    @Override
    public void run(Setting setting) throws Exception {
        folder = setting.folder();
        Path original = Media.video(folder.resolve("original.mp4"), SIZE, SECONDS, MEGABYTES);
        Encode whole = encode(original, "whole", 1, Map.of(PARTS_FROM, "0s"));
        Encode parts = encode(original, "parts", 1, Map.of(PARTS_FROM, "1s"));
        setting.results()
                .atMost(
                        "parts-cpu",
                        parts.cpuSeconds() / whole.cpuSeconds(),
                        "ratio",
                        CPU_RATIO,
                        "parts=" + Figures.text(parts.cpuSeconds()) + "s whole=" + Figures.text(whole.cpuSeconds())
                                + "s number=" + (parts.cuts().size() + 1));
        setting.results()
                .atMost(
                        "parts-bytes",
                        (double) Files.size(parts.clip()) / Files.size(whole.clip()),
                        "ratio",
                        BYTES_RATIO,
                        "parts=" + Files.size(parts.clip()) + " whole=" + Files.size(whole.clip()));
        List<Double> likeWhole = ssim(whole.clip(), original, parts.cuts());
        List<Double> likeParts = ssim(parts.clip(), original, parts.cuts());
        double lost = Double.NEGATIVE_INFINITY;
        for (int side = 0; side < likeWhole.size(); side++) {
            lost = Math.max(lost, likeWhole.get(side) - likeParts.get(side));
        }
        setting.results().atMost("parts-ssim-lost", lost, "ssim", SSIM_LOSS, "sides-of-cuts=" + likeWhole.size());
        measureTwoWorkers(setting, original);
    }

    private void measureTwoWorkers(Setting setting, Path original) throws Exception {
        Path video = setting.thorough()
                ? Media.video(folder.resolve("long.mp4"), SIZE, LONG * SECONDS, LONG * MEGABYTES)
                : original;
        Map<String, String> settings = Map.of(PARTS_FROM, "1s", "CARAVANA_MEDIA_THREADS", "1");
        double one = encode(video, "one", 1, settings).seconds();
        double two = encode(video, "two", 2, settings).seconds();
        setting.results()
                .atMost(
                        "parts-two-workers",
                        two / one,
                        "ratio",
                        TWO_WORKERS_RATIO,
                        "two=" + Figures.text(two) + "s one=" + Figures.text(one) + "s video="
                                + (setting.thorough() ? LONG : 1) * SECONDS + "s processors="
                                + Runtime.getRuntime().availableProcessors());
    }

    private Encode encode(Path original, String name, int workers, Map<String, String> settings) throws Exception {
        try (Target target = Target.ofOwn(settings)) {
            Target.Own own = target.own().orElseThrow();
            own.startWorkers(workers, 1, Optional.empty());
            Account account = new Account(target.web());
            String id = account.upload(original, List.of("transcodificacion"));
            List<Long> cuts = settings.get(PARTS_FROM).equals("0s") ? List.of() : awaitCuts(own, id);
            JsonNode video = account.awaitProcessed(List.of(id), PATIENCE).get(0);
            Path clip = folder.resolve(name + ".mp4");
            HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            video.path("processed_url").asText()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofFile(clip));
            double cpu = numbers(
                            own,
                            "SELECT sum(ms::bigint) FROM receipts, jsonb_each_text(measured -> 'cpu_ms') cpu (tool, ms)"
                                    + " WHERE tool <> 'jvm' AND video_id = CAST(? AS uuid)",
                            id)
                    .get(0);
            double millis = numbers(
                            own,
                            "SELECT (extract(epoch FROM processed_at - uploaded_at) * 1000)::bigint FROM videos"
                                    + " WHERE id = CAST(? AS uuid)",
                            id)
                    .get(0);
            return new Encode(clip, cpu / MILLIS, millis / MILLIS, cuts);
        }
    }

    /** Their rows go with the job. */
    private static List<Long> awaitCuts(Target.Own own, String id) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            List<Long> cuts = numbers(
                    own,
                    "SELECT first_frame FROM parts WHERE number > 0 AND video_id = CAST(? AS uuid) ORDER BY number",
                    id);
            if (!cuts.isEmpty()) {
                return cuts;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new MeasurementException("The video is not encoded in parts");
    }

    private static List<Long> numbers(Target.Own own, String query, String id) throws SQLException {
        try (Connection database = own.database();
                PreparedStatement select = database.prepareStatement(query)) {
            select.setString(1, id);
            List<Long> numbers = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getLong(1));
                }
            }
            return numbers;
        }
    }

    /** How like the original the frames before and behind each cut are: a mean for each side. */
    private List<Double> ssim(Path clip, Path original, List<Long> cuts) throws Exception {
        String frames = cuts.stream()
                .map(cut -> "between(n," + (cut - BESIDE) + "," + (cut + BESIDE - 1) + ")")
                .collect(Collectors.joining("+"));
        String chosen = "select='" + frames + "',setpts=N/TB/30";
        Media.ffmpeg(
                folder,
                List.of(
                        "-i",
                        clip.toString(),
                        "-i",
                        original.toString(),
                        "-filter_complex",
                        "[0:v]" + chosen + "[a];[1:v]" + chosen + "[b];[a][b]ssim=stats_file=ssim.txt",
                        "-f",
                        "null",
                        "-"));
        List<Double> each = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("ssim.txt"))) {
            Matcher all = SSIM.matcher(line);
            if (all.find()) {
                each.add(Double.valueOf(all.group(1)));
            }
        }
        if (each.size() != 2 * BESIDE * cuts.size()) {
            throw new MeasurementException(each.size() + " frames were compared beside " + cuts.size() + " cuts");
        }
        List<Double> sides = new ArrayList<>();
        for (int from = 0; from < each.size(); from += BESIDE) {
            sides.add(each.subList(from, from + BESIDE).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow());
        }
        return sides;
    }
}
