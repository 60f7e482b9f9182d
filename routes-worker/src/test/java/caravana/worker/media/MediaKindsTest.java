package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.ContactSheet;
import caravana.test.Sample;
import caravana.test.Waits;
import caravana.worker.WorkerRouteTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files as devices and programs make them, each through the whole worker: length, frames, colours, sound that stays with the
 * picture, streams and tags, or the reason of a refusal. {@code target/media-kinds.html} shows them side by side with what
 * was expected.
 */
@Tag("slow")
class MediaKindsTest extends WorkerRouteTest {

    /** The long run has every way of each kind. */
    private static final int CASES_OF_A_KIND = Sample.LONG ? MediaKind.EVERY_WAY : 5;

    /** How many files the normal run takes. */
    private static final int SAMPLE = 10;

    /** How many files are made ahead of those that are processed. */
    private static final int AHEAD = 4;

    private static final String CORRECTED = "duration_corrected";

    /** By how much the length that a file gives may differ from its picture's, in seconds, without a word. */
    private static final double SAME_LENGTH = 1;

    private static final Path SHEET = Path.of("target", "media-kinds.html");

    /** Rows of the table: how many were tried and how many were right. */
    private record Tally(int tried, int right) {

        Tally plus(boolean isRight) {
            return new Tally(tried + 1, right + (isRight ? 1 : 0));
        }
    }

    /**
     * A case that the worker has.
     *
     * @param saysOtherwise whether its header gives a length that its picture does not have
     */
    private record Sent(MediaCase wanted, String id, boolean saysOtherwise) {}

    @TempDir
    Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final ContactSheet sheet = new ContactSheet(
            "Kinds of media", List.of("poster expected", "poster", "middle frame expected", "middle frame"));
    private final Map<String, Tally> table = new LinkedHashMap<>();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void everyKindComesOutRight() throws Exception {
        // For one case alone, or some: this expression is found in their names.
        Pattern only = Pattern.compile(System.getProperty("media.only", ""));
        List<MediaCase> all = MediaKinds.all(folder, Sample.SEED, CASES_OF_A_KIND).stream()
                .filter(each -> only.matcher(each.toString()).find())
                .toList();
        List<MediaCase> chosen = Sample.of("kinds of media", SAMPLE, all);
        Deque<Sent> sent = new ArrayDeque<>();
        for (MediaCase each : chosen) {
            sent.add(send(each));
            if (sent.size() > AHEAD) {
                judge(sent.remove());
            }
        }
        while (!sent.isEmpty()) {
            judge(sent.remove());
        }
        print(chosen.size());
        assertThat(wrong).isEmpty();
        assertNothingLeftOnDisk();
    }

    private Sent send(MediaCase wanted) throws IOException, InterruptedException {
        byte[] file = wanted.file.get();
        List<Double> declared = SeenClip.declaredSeconds(Files.write(folder.resolve("sent"), file));
        boolean saysOtherwise = wanted.refusal == null
                && !declared.isEmpty()
                && declared.stream().allMatch(seconds -> Math.abs(seconds - wanted.seconds) > SAME_LENGTH);
        String id = wanted.transformations.isEmpty() ? upload(file) : upload(file, wanted.transformations);
        send(message(id));
        return new Sent(wanted, id, saysOtherwise);
    }

    private void judge(Sent sent) throws IOException, InterruptedException {
        MediaCase wanted = sent.wanted();
        await().atMost(Waits.LIMIT).until(() -> row(sent.id()).get("status"), Set.of("processed", "failed")::contains);
        Map<String, Object> row = row(sent.id());
        List<String> faults = new ArrayList<>();
        String text;
        List<BufferedImage> pictures = Arrays.asList(new BufferedImage[4]);
        if (row.get("status").equals("failed")) {
            text = row.get("error_code") + ": " + row.get("error_detail");
            faults.addAll(faultsOfRefusal(wanted, row));
        } else if (wanted.refusal != null) {
            text = "processed";
            faults.add("processed instead of " + wanted.refusal);
        } else {
            MediaCaseCheck check = new MediaCaseCheck(wanted, CARD.toMillis() / 1000.0);
            BufferedImage poster = poster(row);
            check.clip(fetched("processed_key", row), folder);
            check.poster(poster);
            faults.addAll(check.faults());
            faults.addAll(faultsOfDocument(sent, row));
            text = "colours differ by " + check.largestError();
            pictures = List.of(
                    wanted.scene.image(wanted.numberAt(0)),
                    poster == null ? wanted.scene.image(0) : poster,
                    wanted.scene.image(wanted.numberAt(wanted.seconds / 2)),
                    check.middle());
        }
        boolean right = faults.isEmpty();
        table.merge(wanted.kind, new Tally(0, 0).plus(right), (before, any) -> before.plus(right));
        sheet.add(wanted.toString(), right ? text : faults + " " + text, !right, pictures);
        if (!right) {
            wrong.add(wanted + ": " + faults + " " + text);
            System.out.println("  " + wanted + " → " + faults + " " + text);
        }
    }

    private static List<String> faultsOfRefusal(MediaCase wanted, Map<String, Object> row) {
        if (!row.get("error_code").equals(wanted.refusal)) {
            return List.of("instead of " + (wanted.refusal == null ? "a clip" : wanted.refusal));
        }
        List<String> faults = new ArrayList<>();
        for (String word : wanted.words) {
            if (!String.valueOf(row.get("error_detail")).contains(word)) {
                faults.add("the sentence does not say " + word);
            }
        }
        if (!row.get("attempts").equals(1)) {
            faults.add(row.get("attempts") + " attempts");
        }
        return faults;
    }

    private List<String> faultsOfDocument(Sent sent, Map<String, Object> row) throws IOException {
        MediaCase wanted = sent.wanted();
        JsonNode facts = json.readTree(String.valueOf(row.get("facts")));
        List<String> faults = new ArrayList<>();
        if (facts.path("truncated").asBoolean()) {
            faults.add("truncated");
        }
        if (Math.abs(facts.path("durationSeconds").asDouble() - wanted.seconds)
                > wanted.tolerance / wanted.scene.rate().perSecond() + 0.02) {
            faults.add("length " + facts.path("durationSeconds") + " instead of " + wanted.seconds);
        }
        Set<String> warnings = new TreeSet<>();
        json.readTree(String.valueOf(row.get("warnings")))
                .forEach(each -> warnings.add(each.path("code").asText()));
        Set<String> right = new TreeSet<>(wanted.warnings);
        if (wanted.isLengthOpen()) {
            warnings.remove(CORRECTED);
        } else if (sent.saysOtherwise() && !right.contains("gap_closed")) {
            right.add(CORRECTED);
        }
        if (!warnings.equals(right)) {
            faults.add("warnings " + warnings + " instead of " + right);
        }
        faults.addAll(faultsOfInfo(wanted, json.readTree(String.valueOf(row.get("media_info")))));
        return faults;
    }

    private static List<String> faultsOfInfo(MediaCase wanted, JsonNode info) {
        List<String> faults = new ArrayList<>();
        JsonNode source = info.path("source").path("video");
        JsonNode result = info.path("result").path("video");
        compare(
                faults,
                "interlaced",
                wanted.warnings.contains("deinterlaced"),
                source.path("interlaced").asBoolean());
        compare(
                faults,
                "HDR",
                wanted.warnings.contains("tone_mapped"),
                !source.path("hdr").isNull());
        compare(faults, "rotation", wanted.rotation, source.path("rotation").asInt());
        compare(faults, "result in HDR", true, result.path("hdr").isNull());
        compare(faults, "result turned", 0, result.path("rotation").asInt());
        compare(faults, "codec of the result", "h264", result.path("codec").asText());
        compare(
                faults,
                "sound of the result",
                wanted.sound,
                info.path("result").path("audio").isObject());
        if (wanted.rate != null && wanted.step > 0) {
            double made = Math.round(1000 * wanted.rate.perSecond()) / 1000.0;
            compare(
                    faults,
                    "rate of the result",
                    made,
                    result.path("frame_rate").asDouble());
            double rate = source.path("frame_rate").asDouble() / wanted.rate.perSecond();
            // Of fields, the rate may be that of the fields.
            if (Math.abs(rate - Math.round(rate)) > 0.01) {
                faults.add("rate of the original " + source.path("frame_rate"));
            }
        }
        return faults;
    }

    private static void compare(List<String> faults, String what, Object right, Object found) {
        if (!right.equals(found)) {
            faults.add(what + ": " + found + " instead of " + right);
        }
    }

    private BufferedImage poster(Map<String, Object> row) throws IOException {
        return row.get("poster_key") == null
                ? null
                : ImageIO.read(new ByteArrayInputStream(object((String) row.get("poster_key"))));
    }

    private Path fetched(String column, Map<String, Object> row) throws IOException {
        return Files.write(folder.resolve("clip.mp4"), object((String) row.get(column)));
    }

    private byte[] object(String key) {
        return s3.getObjectAsBytes(get -> get.bucket(bucket()).key(key)).asByteArray();
    }

    private void print(int files) throws IOException {
        System.out.printf("%-40s %6s %6s %6s%n", "kind", "tried", "right", "wrong");
        table.forEach((kind, tally) -> System.out.printf(
                "%-40s %6d %6d %6d%n", kind, tally.tried(), tally.right(), tally.tried() - tally.right()));
        System.out.println("Seed " + Sample.SEED + ", pictures: " + sheet.write(SHEET));
        System.out.printf(
                Locale.ROOT,
                "RESULT name=media-kinds value=%d unit=wrong-of-%d target=0 verdict=%s%n",
                wrong.size(),
                files,
                wrong.isEmpty() ? "pass" : "fail");
    }
}
