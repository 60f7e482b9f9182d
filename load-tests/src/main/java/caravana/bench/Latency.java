package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.Project;
import caravana.measure.Target;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures how soon an idle worker gets a job: from the answer to its upload until the claim, and from the claim until
 * the start of ffmpeg, which includes the download and the inspection of a clip of 5 MB. All clocks are those of this
 * machine.
 *
 * <p>A stub in place of ffmpeg records when it is called, and ends at once.
 */
final class Latency implements Benchmark {

    private static final int JOBS = 40;
    private static final int WARM_UP = 5;
    private static final double CLAIMED_MILLIS = 100;
    private static final double FFMPEG_MILLIS = 400;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public List<String> names() {
        return List.of("accepted-to-claimed", "claimed-to-ffmpeg");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Project.makeMedia(List.of());
        Path clip = Project.shortVideo();
        Recorder recorder = Recorder.insteadOfFfmpeg(setting.folder().resolve("tools"));
        List<Double> untilClaimed = new ArrayList<>();
        List<Double> untilFfmpeg = new ArrayList<>();
        try (Target target = Target.of(null)) {
            Target.Own own = target.own().orElseThrow();
            own.startWorkers(1, 1, Optional.of(recorder.folder()));
            Account account = new Account(target.web());
            try (Connection database = own.database()) {
                for (int i = 0; i < WARM_UP + JOBS; i++) {
                    String id = account.upload(clip);
                    Instant accepted = Instant.now();
                    account.awaitProcessed(List.of(id), PATIENCE);
                    Instant claimed = claimed(database, id);
                    Instant ffmpeg = recorder.take().get(0).at();
                    if (i >= WARM_UP) {
                        // It may be claimed before the uploader has read the answer.
                        untilClaimed.add(Math.max(0, millis(accepted, claimed)));
                        untilFfmpeg.add(millis(claimed, ffmpeg));
                    }
                }
            }
        }
        tell(setting, "accepted-to-claimed", untilClaimed, CLAIMED_MILLIS);
        tell(setting, "claimed-to-ffmpeg", untilFfmpeg, FFMPEG_MILLIS);
    }

    private static void tell(Setting setting, String name, List<Double> millis, double target) {
        String detail = "p95-of=" + millis.size() + " median=" + Figures.text(Figures.median(millis)) + "ms most="
                + Figures.text(Figures.percentile(millis, 100)) + "ms";
        setting.results().atMost(name, Figures.percentile(millis, 95), "ms", target, detail);
    }

    private static Instant claimed(Connection database, String id) throws SQLException {
        try (PreparedStatement select =
                database.prepareStatement("SELECT claimed_at FROM videos WHERE id = CAST(? AS uuid)")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class).toInstant();
            }
        }
    }

    private static double millis(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e6;
    }
}
