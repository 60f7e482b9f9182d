package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import caravana.worker.WorkerSettings;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Renditions of videos that are encoded in parts, by the real ffmpeg: their segments are those of one run. */
@Tag("slow")
class JoinedStreamTest extends StreamFixture {

    private static final String ASKED = "[\"transcodificacion\", \"hls\"]";
    private static final double LONG = 60;

    private PartsPlanner partsPlanner;
    private TranscodePlan plan;
    private GrowingStream growing;
    private VideoParts parts;

    @BeforeEach
    void planInParts() {
        MediaProperties media = MediaSettings.inParts(Duration.ofSeconds(60), 8);
        planner = new TranscodePlanner(MediaSettings.assets(work.resolve("parts")), media, WorkerSettings.LIMITS);
        partsPlanner = new PartsPlanner(planner, media, WorkerSettings.LIMITS);
    }

    private void use(String rate, double seconds, String options) throws Exception {
        useFile("-f lavfi -i testsrc2=s=640x360:r=" + rate + ":d=" + seconds + ",noise=alls=10:allf=t -f lavfi -i"
                + " aevalsrc=sin(2*PI*(300+20*t)*t):d=" + seconds
                + " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac " + options + " -f mp4");
    }

    private void begin(Integer attempt) throws Exception {
        begin(attempt, ASKED);
    }

    private void begin(Integer attempt, String asked) throws Exception {
        plan = plan(asked);
        growing = new GrowingStream(job, plan.ladder(), "processed/");
        parts = partsPlanner.beginParts(LONG, null, plan, attempt, growing);
    }

    private void encodeFirst() throws Exception {
        ffmpeg(partsPlanner.planFirst(plan, parts).arguments());
        partsPlanner.takeFirst(parts, errors());
    }

    private void cut() throws Exception {
        List<String> line = parts.getCommand().arguments();
        listed(line.subList(0, line.size() - 1), job.getOriginal().toPath()).forEach(parts::add);
        partsPlanner.cutParts(plan, parts, growing);
    }

    private Map<String, Object> encode(int number, GrowingStream own) throws Exception {
        Map<String, Object> claimed = Map.of("number", number, "done_frames", 0L);
        List<String> line = partsPlanner.planPart(plan, parts, claimed, own).arguments();
        if (!parts.isEncoded()) {
            ffmpeg(line);
        }
        partsPlanner.takePart(job, parts, errors());
        assertThat(parts.getMade()).as("part " + number).isNotNull();
        Map<String, Object> row = new HashMap<>(parts.getMade());
        row.put("number", number);
        row.put("frames", parts.next().frames());
        row.put("part_state", "done");
        row.put("is_own", own != null);
        row.put("object_key", "other/" + number + ".mp4");
        return row;
    }

    private void encodeSound() throws Exception {
        ffmpeg(partsPlanner.planSound(plan, parts).arguments());
        assertThat(errors()).isEmpty();
        partsPlanner.takeSound(parts);
    }

    private SourceHeaders finishVideo() throws Exception {
        ffmpeg(partsPlanner.planVideo(plan, parts).arguments());
        assertThat(errors()).isEmpty();
        SourceHeaders made = headers(job.getResult().toPath());
        MadeOutputs outputs = new OutputCheck(JSON, MediaSettings.DEFAULTS).begin(plan, made, growing);
        stream = outputs.getStream();
        output = outputs.getFiles().stream()
                .filter(file -> file.role().equals("stream"))
                .findFirst()
                .orElseThrow();
        return made;
    }

    private void ffmpeg(List<String> arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg"));
        line.addAll(arguments);
        run(job.getFolder(), line);
    }

    private String errors() throws Exception {
        return Files.readString(job.getFolder().resolve("errors.txt"));
    }

    /** What the publisher does twice a second. */
    private int publish(List<Map<String, Object>> rows) throws Exception {
        assertThat(growing.begin()).isTrue();
        try {
            if (growing.isAwaiting()) {
                growing.getJoined().take(growing.getJoined().missing(rows));
            }
            int cut = growing.cut() ? growing.getCut().size() : 0;
            growing.listed();
            // As in the bucket.
            for (StoredFile file : growing.getFiles()) {
                Path stored = work.resolve("bucket").resolve(file.name());
                Files.createDirectories(stored.getParent());
                Files.copy(file.file().toPath(), stored, StandardCopyOption.REPLACE_EXISTING);
            }
            return cut;
        } finally {
            growing.pause();
        }
    }

    /** Puts what was published beside what is left, as in the bucket. */
    private void collect() throws Exception {
        for (MadeStream.Rendition rendition : stream.renditions()) {
            for (MadeStream.Segment segment : rendition.segments()) {
                Path early = work.resolve("bucket/hls/" + rendition.name() + "/" + segment.number() + ".mp4");
                Path late = file(rendition, segment);
                if (Files.exists(early)) {
                    assertThat(late).doesNotExist();
                    Files.createDirectories(late.getParent());
                    Files.move(early, late);
                }
            }
        }
    }

    private void assertContiguous(long frames) throws Exception {
        List<String> rates = List.of();
        for (MadeStream.Rendition rendition : stream.renditions()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (MadeStream.Segment segment : rendition.segments()) {
                all.write(Files.readAllBytes(file(rendition, segment)));
            }
            Path whole = Files.write(work.resolve("joined-" + rendition.name() + ".mp4"), all.toByteArray());
            Fragments made = Fragments.read(whole);
            long at = 0;
            for (Fragments.Fragment fragment : made.fragments()) {
                assertThat(fragment.start()).as("time in " + rendition.name()).isEqualTo(at);
                at += fragment.duration();
            }
            if (rendition.height() != null) {
                assertThat(made.fragments().stream()
                                .mapToLong(Fragments.Fragment::samples)
                                .sum())
                        .isEqualTo(frames);
                assertThat(frames(whole)).as(rendition.name()).hasSize((int) frames);
            }
        }
        assertThat(rates).isEmpty();
    }

    @Test
    void segmentsOfPartsAreThoseOfOneRun() throws Exception {
        record Kind(String rate, double seconds, String options) {}
        for (Kind kind : Sample.of(
                "kinds of renditions in parts",
                1,
                List.of(
                        new Kind("25", 26.5, "-g 50"),
                        new Kind("30000/1001", 25, "-g 60 -bf 3 -x264-params open-gop=1"),
                        new Kind("24000/1001", 25, "-g 48")))) {
            openAgain();
            use(kind.rate(), kind.seconds(), kind.options());
            makeStream(ASKED);
            MadeStream whole = stream;
            long frames = headers(job.getResult().toPath()).videos().get(0).frames();
            List<BigDecimal> sound = soundTimes();
            Path original = work.resolve("again.mp4");
            Files.copy(job.getOriginal().toPath(), original, StandardCopyOption.REPLACE_EXISTING);
            openAgain();
            use(original);

            begin(1);
            assertThat(parts.isEarly()).isTrue();
            encodeFirst();
            List<Map<String, Object>> rows = new ArrayList<>();
            int early = publish(rows);
            assertThat(early).as("segments of the first part, and of its sound").isGreaterThan(6);
            assertThat(growing.isPlayable()).isTrue();
            cut();
            assertThat(parts.isWanted()).isTrue();
            assertThat(partsPlanner.hasSoundApart(parts)).isTrue();
            int number = parts.all().size();
            assertThat(number).isGreaterThan(2);
            for (int each = 0; each < number; each++) {
                rows.add(new HashMap<>(Map.of("number", each, "part_state", "waiting")));
            }
            rows.set(0, encode(0, growing));
            publish(rows);
            // The last one is done first, by another worker.
            rows.set(number - 1, encode(number - 1, null));
            assertThat(publish(rows)).as("parts in front are missing").isZero();
            for (int each = 1; each < number - 1; each++) {
                rows.set(each, encode(each, growing));
                assertThat(publish(rows)).as("segments of part " + each).isPositive();
            }
            encodeSound();
            publish(rows);
            parts.note(rows);
            assertThat(parts.isOpen()).isFalse();
            assertThat(parts.isWanted()).isTrue();
            assertThat(parts.getStored()).isEmpty();
            SourceHeaders made = finishVideo();
            collect();

            assertThat(made.videos().get(0).frames()).isEqualTo((int) frames);
            assertContiguous(frames);
            assertThat(stream.renditions().stream().map(rendition -> rendition.name() + " " + rendition.codecs()))
                    .isEqualTo(whole.renditions().stream()
                            .map(rendition -> rendition.name() + " " + rendition.codecs())
                            .toList());
            for (int each = 0; each < whole.renditions().size(); each++) {
                assertThat(stream.renditions().get(each).segments().stream().map(MadeStream.Segment::seconds))
                        .as("segments of " + whole.renditions().get(each).name())
                        .isEqualTo(whole.renditions().get(each).segments().stream()
                                .map(MadeStream.Segment::seconds)
                                .toList());
            }
            assertThat(soundTimes()).isEqualTo(sound);
            System.out.printf(
                    "RESULT stream-parts rate=%s parts=%d frames=%d early=%d%n", kind.rate(), number, frames, early);
        }
    }

    private List<BigDecimal> soundTimes() throws Exception {
        MadeStream.Rendition sound = stream.renditions().get(stream.renditions().size() - 1);
        assertThat(sound.name()).isEqualTo("sound");
        return listed(List.of("-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0"), join(sound, 1))
                .stream()
                .map(line -> new BigDecimal(line.replace(",", "")))
                .toList();
    }

    /** The first part was published before it was known that there are no others. */
    @Test
    void oneRunContinuesBehindTheFirstPart() throws Exception {
        use("25", 21, "-g 1000");
        begin(1);
        encodeFirst();
        int early = publish(List.of());
        cut();
        assertThat(parts.isWanted()).as("one key").isFalse();
        finishVideo();
        collect();
        assertThat(early).isPositive();
        assertContiguous(21 * RATE);
    }

    /** Files that are made beside the parts are no renditions: their sound is that of one rendition alone. */
    @Test
    void renditionsInPartsMayHaveFilesBesideThem() throws Exception {
        use("25", 21, "-g 25");
        begin(1, "[\"transcodificacion\", \"hls\", \"miniatura\", \"solo_audio\", \"storyboard\", \"gif\"]");
        encodeFirst();
        cut();
        assertThat(partsPlanner.hasSoundApart(parts)).isTrue();
        assertThat(partsPlanner.hasFilesApart(plan, parts)).isTrue();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int number = 0; number < parts.all().size(); number++) {
            rows.add(encode(number, growing));
        }
        encodeSound();
        List<String> others = partsPlanner.planFiles(plan).arguments();
        assertThat(others).as("pictures of renditions").noneMatch(argument -> argument.contains("240p"));
        ffmpeg(others);
        assertThat(errors()).isEmpty();
        while (growing.isAwaiting() && publish(rows) > 0) {
            parts.note(rows);
        }
        assertThat(parts.isOpen()).isFalse();
        finishVideo();
        collect();
        assertContiguous(21 * RATE);
        assertThat(job.getFolder().toFile().list()).contains("poster.jpg", "sonido.m4a", "storyboard-1.jpg", "gif.gif");
    }

    /** A later attempt does not know yet whether the first part is done. */
    @Test
    void onlyTheFirstAttemptBeginsEarly() throws Exception {
        use("25", 21, "-g 25");
        begin(2);
        assertThat(parts.isEarly()).isFalse();
        cut();
        assertThat(parts.isWanted()).isTrue();
        growing = null;
        assertThat(partsPlanner.beginParts(LONG, null, plan, 1, null).isEarly())
                .as("a worker that helps")
                .isFalse();
        assertThat(partsPlanner.beginParts(LONG, "tool_failed", plan, 1, null).isUnknown())
                .isFalse();
    }

    @Test
    void aPartThatBeginsWithOtherBytesMeansOneRun() throws Exception {
        use("25", 25, "-g 25");
        begin(1);
        encodeFirst();
        cut();
        List<Map<String, Object>> rows = new ArrayList<>();
        rows.add(encode(0, growing));
        for (int number = 1; number < parts.all().size(); number++) {
            rows.add(encode(number, growing));
        }
        publish(rows.subList(0, 1));
        Path part = parts.all().get(1).file("240p");
        Path other = work.resolve("other.mp4");
        run(
                work,
                "-i " + part + " -c:v libx264 -profile:v baseline -movflags"
                        + " +frag_keyframe+empty_moov+default_base_moof -f mp4",
                other);
        Files.move(other, part, StandardCopyOption.REPLACE_EXISTING);
        assertThat(publish(rows)).isZero();
        parts.note(rows);
        assertThat(parts.isWanted()).isFalse();
        assertThat(parts.isDropped()).isTrue();
        assertThat(parts.isOpen()).isFalse();
        finishVideo();
        collect();
        assertContiguous(25 * RATE);
    }
}
