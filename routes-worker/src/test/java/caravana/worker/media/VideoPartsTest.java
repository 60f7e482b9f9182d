package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.test.Sample;
import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.TransformationRecipe;
import caravana.worker.WorkerSettings;
import caravana.worker.job.ClaimLostException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Videos that are encoded in parts, by the real ffmpeg: the frames of all parts are those of one run. */
@Tag("slow")
class VideoPartsTest extends CatalogueFixture {

    private static final Duration FROM = Duration.ofSeconds(60);
    private static final int PART_SECONDS = 4;
    private static final String PICTURE = "-f lavfi -i testsrc2=s=192x108:r=%s:d=%s,noise=alls=20:allf=t ";
    private static final String SOUND = "-f lavfi -i aevalsrc=sin(2*PI*(300+20*t)*t):d=%s ";
    private static final String X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p ";
    private static final String AAC = "-c:a aac ";

    private PartsPlanner partsPlanner;
    private TranscodePlan plan;
    private GrowingStream growing;

    /**
     * A kind of source.
     *
     * @param options by which ffmpeg makes it
     * @param copied options by which it is copied once more; null when it is not
     */
    private record Kind(String name, String format, String options, String copied) {

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeEach
    void planInParts() {
        MediaProperties media = MediaSettings.inParts(FROM, PART_SECONDS);
        planner = new TranscodePlanner(MediaSettings.assets(work.resolve("parts")), media, WorkerSettings.LIMITS);
        partsPlanner = new PartsPlanner(planner, media, WorkerSettings.LIMITS);
    }

    private static Kind kind(String name, String format, String options) {
        return new Kind(name, format, options, null);
    }

    private static String picture(String rate, double seconds) {
        return PICTURE.formatted(rate, seconds);
    }

    private static String both(String rate, double seconds) {
        return picture(rate, seconds) + SOUND.formatted(seconds);
    }

    private static List<Kind> kinds() {
        String openGop = X264 + "-g 50 -bf 3 -x264-params open-gop=1:scenecut=0 ";
        String gaps = "-vf select='not(mod(n\\,3))+lt(mod(n\\,90)\\,40)' -vsync vfr ";
        return List.of(
                kind("constant rate", "mp4", both("25", 13) + X264 + "-g 48 " + AAC),
                kind("29.97, open GOP", "mp4", both("30000/1001", 13.2) + openGop + AAC),
                kind("variable rate", "mp4", both("25", 14) + gaps + X264 + "-g 30 -bf 2 " + AAC),
                kind("variable rate, clock of milliseconds", "matroska", picture("30", 13) + gaps + X264 + "-g 40 "),
                kind("offset, open GOP", "mpegts", both("25", 13) + openGop + AAC + "-output_ts_offset 1000 "),
                new Kind("edit list", "mp4", both("25", 16) + X264 + "-g 50 -bf 2 " + AAC, "-ss 1.3"),
                new Kind("turned", "mp4", picture("24", 12.5) + X264 + "-g 60 ", "-metadata:s:v rotate=90"),
                kind(
                        "interlaced",
                        "mp4",
                        picture("50", 12.4) + "-vf tinterlace=interleave_top,setfield=tff " + X264
                                + "-g 25 -flags +ildct+ilme -x264-params tff=1 "),
                kind(
                        "HDR",
                        "mp4",
                        picture("25", 12.4) + "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params"
                                + " log-level=error:keyint=50:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:pools=1"
                                + " -tag:v hvc1 "),
                kind("VP9", "webm", picture("25", 12.4) + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 60 "),
                kind("60 frames a second, halved", "mp4", both("60", 12.3) + X264 + "-g 120 " + AAC),
                kind("fragments", "mp4", both("25", 13) + X264 + "-g 50 -movflags +frag_keyframe+empty_moov " + AAC),
                kind("all are keys", "mov", picture("25", 12.4) + "-c:v mjpeg -q:v 4 "),
                kind(
                        "sound that begins later",
                        "matroska",
                        picture("25", 13) + "-itsoffset 0.7 " + SOUND.formatted(12) + X264 + "-g 40 " + AAC),
                kind("5 frames a second", "mp4", picture("5", 14) + X264 + "-g 15 "));
    }

    @Test
    void theFramesOfAllPartsAreThoseOfOneRun() throws Exception {
        int frames = 0;
        List<Kind> kinds = Sample.of("kinds of sources in parts", 4, kinds());
        for (Kind kind : kinds) {
            VideoParts parts = parts(kind, "[\"formato_16_9\", \"marca_de_agua\", \"transcodificacion\"]");
            assertThat(parts.isWanted()).as("%s is in parts", kind).isTrue();
            List<String> whole = wholePicture();
            List<String> made = new ArrayList<>();
            List<String> decoded = new ArrayList<>();
            List<Map<String, Object>> rows = new ArrayList<>();
            for (VideoParts.Part part : parts.all()) {
                made.addAll(pictureOfPart(parts, part.number()));
                encode(parts, part.number());
                assertThat(parts.isWanted())
                        .as("%s, part %d", kind, part.number())
                        .isTrue();
                rows.add(row(part, parts.getMade(), true));
                decoded.addAll(decoded(part.file()));
            }
            assertThat(parts.note(rows))
                    .as("%s, frames", kind)
                    .isEqualTo(plan.result().footageFrames());
            assertThat(parts.isOpen()).isFalse();
            assertThat(made).as("%s, in %d parts", kind, parts.all().size()).isEqualTo(whole);
            join(parts);
            assertThat(decoded(job.getResult().toPath())).as("%s, joined", kind).isEqualTo(decoded);
            List<String> times = frames(job.getResult().toPath());
            List<String> sound = sound();
            run(plan);
            assertThat(times)
                    .as("%s, times of frames", kind)
                    .isEqualTo(frames(job.getResult().toPath()));
            assertThat(sound).as("%s, sound", kind).isEqualTo(sound());
            frames += whole.size();
        }
        System.out.printf(
                "RESULT exact-parts kinds=%d of=%d frames=%d differing=0%n", kinds.size(), kinds().size(), frames);
    }

    /** ffmpeg closes jumps of the clock by what it has read before, and a picture with one key would be decoded again and again. */
    @Test
    void whatCannotBeCutIsEncodedInOneRun() throws Exception {
        assertThat(parts(kind("one key", "mp4", picture("25", 13) + X264 + "-g 1000 "), "[\"transcodificacion\"]")
                        .isWanted())
                .isFalse();
        assertThat(parts(kind("short", "mp4", picture("25", 7) + X264 + "-g 25 "), "[\"transcodificacion\"]")
                        .isWanted())
                .isFalse();
        assertThat(parts(
                                kind("no times", "avi", picture("25", 13) + "-c:v mpeg4 -bf 2 -g 25 "),
                                "[\"transcodificacion\"]")
                        .isWanted())
                .isFalse();
        Kind ordinary = kind("ordinary", "mp4", picture("25", 13) + X264 + "-g 25 ");
        assertThat(parts(ordinary, "[\"transcodificacion\", \"mp4_480p\"]").isWanted())
                .as("another video is made in the same run")
                .isFalse();
        assertThat(parts(ordinary, "[\"transcodificacion\"]").isWanted()).isTrue();
        assertThat(begin("tool_failed", 60).isUnknown())
                .as("an attempt before has failed")
                .isFalse();
        assertThat(begin(null, 59.9).isUnknown()).as("takes no minute").isFalse();
    }

    /** Files that need the whole video have a run of their own, which makes them as one run would. */
    @Test
    void filesAreMadeBesideTheParts() throws Exception {
        Kind ordinary = kind("ordinary", "mp4", both("25", 13) + X264 + "-g 25 " + AAC);
        VideoParts parts = parts(ordinary, """
                ["formato_16_9", "transcodificacion", "miniatura", "solo_audio",
                 {"nombre": "storyboard", "cada": 1}, {"nombre": "gif", "inicio": 3}]""");
        assertThat(parts.isWanted()).isTrue();
        assertThat(partsPlanner.hasFilesApart(plan, parts)).isTrue();
        assertThat(planPart(parts, 0))
                .as("a part of the picture alone")
                .noneMatch(argument -> argument.contains("jpg"));
        encode(parts, 0);
        assertThat(parts.getMade()).isNotNull();

        ffmpeg(partsPlanner.planFiles(plan).arguments());
        assertThat(job.getFolder().resolve("errors.txt")).isEmptyFile();
        assertThat(job.getResult()).doesNotExist();
        Map<String, String> apart = files();
        run(plan);
        assertThat(apart).hasSize(4).isEqualTo(files());

        VideoParts alone = parts(ordinary, "[\"transcodificacion\"]");
        assertThat(partsPlanner.hasFilesApart(plan, alone)).isFalse();
    }

    @Test
    void soundAloneIsMadeWithoutThePicture() throws Exception {
        Kind ordinary = kind("ordinary", "mp4", both("25", 13) + X264 + "-g 25 " + AAC);
        VideoParts parts = parts(ordinary, "[\"transcodificacion\", \"solo_audio\"]");
        assertThat(partsPlanner.hasFilesApart(plan, parts)).isTrue();
        List<String> line = partsPlanner.planFiles(plan).arguments();
        assertThat(line).noneMatch(argument -> argument.contains("nullsink"));

        ffmpeg(line);
        assertThat(job.getFolder().resolve("errors.txt")).isEmptyFile();
        Map<String, String> apart = files();
        run(plan);
        assertThat(apart).containsOnlyKeys("sonido.m4a").isEqualTo(files());
    }

    /** Returns digests of the additional files of the job, and deletes the files. The index of a storyboard is written later. */
    private Map<String, String> files() throws Exception {
        Map<String, String> files = new HashMap<>();
        for (PlannedOutput output : plan.outputs().subList(1, plan.outputs().size())) {
            Path file = output.file().toPath();
            if (Files.exists(file)) {
                byte[] digest = OriginalDigest.sha256().digest(Files.readAllBytes(file));
                files.put(output.name(), HexFormat.of().formatHex(digest));
                Files.delete(file);
            }
        }
        return files;
    }

    @Test
    void aPartThatIsNotWhatItMustBeMeansOneRun() throws Exception {
        Kind ordinary = kind("ordinary", "mp4", picture("25", 13) + X264 + "-g 25 ");
        VideoParts short1 = parts(ordinary, "[\"transcodificacion\"]");
        ffmpeg(with(planPart(short1, 0), "-frames:v", "99"));
        partsPlanner.takePart(job, short1, "");
        assertThat(short1.isWanted()).as("99 frames instead of 100").isFalse();
        assertThat(short1.isDropped()).isTrue();
        assertThat(short1.getMade()).isNull();
        assertThat(planVideo(short1)).isEqualTo(plan.command().arguments());

        VideoParts damaged = parts(ordinary, "[\"transcodificacion\"]");
        ffmpeg(planPart(damaged, 0));
        partsPlanner.takePart(job, damaged, "[h264 @ 0x55] error while decoding MB 3 4");
        assertThat(damaged.isWanted()).as("complaints").isFalse();

        VideoParts odd = parts(ordinary, "[\"transcodificacion\"]");
        List<Map<String, Object>> rows = new ArrayList<>();
        for (VideoParts.Part part : odd.all()) {
            List<String> line = planPart(odd, part.number());
            ffmpeg(part.number() == 1 ? with(line, "-profile:v", "baseline") : line);
            partsPlanner.takePart(job, odd, "");
            rows.add(row(part, odd.getMade(), true));
        }
        odd.note(rows);
        assertThat(odd.isWanted()).as("other parameters").isFalse();
    }

    /** What others have stored is fetched, and compared with what they noted of it. */
    @Test
    void partsOfOthersAreCompared() throws Exception {
        Kind ordinary = kind("ordinary", "mp4", picture("25", 13) + X264 + "-g 25 ");
        VideoParts parts = parts(ordinary, "[\"transcodificacion\"]");
        List<Map<String, Object>> rows = new ArrayList<>();
        for (VideoParts.Part part : parts.all()) {
            encode(parts, part.number());
            rows.add(row(part, parts.getMade(), part.number() != 1));
        }
        Map<String, Object> waiting = new HashMap<>(rows.get(2));
        waiting.put("part_state", "running");
        assertThat(parts.note(List.of(rows.get(0), rows.get(1), waiting))).isEqualTo(200);
        assertThat(parts.isOpen()).isTrue();
        assertThat(parts.isWanted()).isTrue();

        parts.note(rows);
        assertThat(parts.isOpen()).isFalse();
        assertThat(parts.getStored()).extracting(VideoParts.Stored::key).containsExactly("part of another");
        partsPlanner.checkParts(job, parts);
        assertThat(parts.isWanted()).isTrue();
        assertThat(job.getReceipt().partBytesWritten())
                .as("bytes of parts that were stored")
                .isEqualTo(parts.all().stream()
                        .mapToLong(part -> part.file().toFile().length())
                        .sum());
        assertThat(job.getReceipt().bytesRead())
                .as("bytes of the original and of the part of another")
                .isEqualTo(job.getOriginal().length()
                        + parts.all().get(1).file().toFile().length());
        Files.write(parts.all().get(1).file(), new byte[] {1}, StandardOpenOption.APPEND);
        partsPlanner.checkParts(job, parts);
        assertThat(parts.isWanted()).as("other bytes").isFalse();
        assertThat(parts.isDropped()).isTrue();

        VideoParts again = parts(ordinary, "[\"transcodificacion\"]");
        assertThat(again.getDigest()).as("whatever the folder").isEqualTo(parts.getDigest());
        assertThat(parts(ordinary, "[\"hd_720p\", \"transcodificacion\"]").getDigest())
                .isNotEqualTo(parts.getDigest());
        assertThatThrownBy(() -> again.note(List.of())).isInstanceOf(ClaimLostException.class);
    }

    private static Map<String, Object> row(VideoParts.Part part, Map<String, Object> made, boolean own) {
        Map<String, Object> row = new HashMap<>(made);
        row.put("number", part.number());
        row.put("frames", part.frames());
        row.put("part_state", "done");
        row.put("is_own", own);
        row.put("object_key", own ? "an own part" : "part of another");
        return row;
    }

    private static List<String> with(List<String> arguments, String... options) {
        List<String> line = new ArrayList<>(arguments);
        line.addAll(line.lastIndexOf("-f"), List.of(options));
        return line;
    }

    /** The original's parts, by the steps of the route. */
    private VideoParts parts(Kind kind, String asked) throws Exception {
        Path made = job.getOriginal().toPath();
        Files.deleteIfExists(made);
        run(job.getFolder(), kind.options() + "-f " + kind.format(), made);
        if (kind.copied() != null) {
            Path copy = work.resolve("copy");
            run(
                    job.getFolder(),
                    "-noautorotate " + before(kind.copied()) + "-i " + made + " -c copy " + after(kind.copied()) + "-f "
                            + kind.format(),
                    copy);
            Files.move(copy, made, StandardCopyOption.REPLACE_EXISTING);
        }
        SourceHeaders headers = headers(made);
        source = SourceTimeline.of(headers, headers.isMeasurementNeeded() ? packets(headers) : null, null, false, 0);
        List<AskedTransformation> list = new ArrayList<>();
        for (JsonNode item : TransformationRecipe.parse(asked)) {
            list.add(AskedTransformation.read(item));
        }
        List<AppliedTransformation> applied = catalogue.apply(list);
        plan = plan(applied);
        VideoParts parts = begin(null, 60);
        if (parts.isUnknown()) {
            List<String> line = parts.getCommand().arguments();
            listed(line.subList(0, line.size() - 1), job.getOriginal().toPath()).forEach(parts::add);
            partsPlanner.cutParts(plan, parts, growing);
        }
        return parts;
    }

    private static String before(String copied) {
        return copied.startsWith("-ss") ? copied + " " : "";
    }

    private static String after(String copied) {
        return copied.startsWith("-ss") ? "" : copied + " ";
    }

    private VideoParts begin(String previousError, double predictedSeconds) {
        return partsPlanner.beginParts(predictedSeconds, previousError, plan, 1, growing);
    }

    private PacketTimes packets(SourceHeaders headers) throws Exception {
        PacketTimes packets = new PacketTimes(
                headers.closesGaps(),
                headers.videos().stream().map(Track::index).collect(Collectors.toSet()));
        listed(
                        List.of("-v", "error", "-show_entries", PacketTimes.ENTRIES, "-of", "csv=print_section=0"),
                        job.getOriginal().toPath())
                .forEach(packets::add);
        return packets;
    }

    private List<String> planPart(VideoParts parts, int number) {
        Map<String, Object> claimed = Map.of("number", number, "done_frames", 0L);
        return partsPlanner.planPart(plan, parts, claimed, growing).arguments();
    }

    private List<String> planVideo(VideoParts parts) {
        return partsPlanner.planVideo(plan, parts).arguments();
    }

    private void ffmpeg(List<String> arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg"));
        line.addAll(arguments);
        run(job.getFolder(), line);
    }

    private void encode(VideoParts parts, int number) throws Exception {
        ffmpeg(planPart(parts, number));
        partsPlanner.takePart(job, parts, Files.readString(job.getFolder().resolve("errors.txt")));
    }

    private void join(VideoParts parts) throws Exception {
        ffmpeg(planVideo(parts));
        assertThat(job.getFolder().resolve("errors.txt")).isEmptyFile();
    }

    /** What the encoder of the one run gets. */
    private List<String> wholePicture() throws Exception {
        List<String> line = new ArrayList<>(plan.command().arguments());
        line = new ArrayList<>(line.subList(0, line.indexOf("-map")));
        if (plan.result().audio()) {
            line.addAll(List.of("-map", "[audio]", "-f", "null", "-"));
        }
        return digests(line, plan.result().frameRate());
    }

    /** What the encoder of a part gets. */
    private List<String> pictureOfPart(VideoParts parts, int number) throws Exception {
        List<String> line = planPart(parts, number);
        return digests(
                new ArrayList<>(line.subList(0, line.indexOf("-map"))),
                plan.result().frameRate());
    }

    private List<String> digests(List<String> line, FrameRate rate) throws Exception {
        Path digests = work.resolve("digests");
        line.addAll(List.of("-map", "[video]", "-r", rate.toString(), "-f", "framemd5", "-y", digests.toString()));
        ffmpeg(line);
        return Files.readAllLines(digests).stream()
                .filter(each -> !each.startsWith("#"))
                .map(each -> each.substring(each.lastIndexOf(',') + 1).strip())
                .toList();
    }

    private List<String> decoded(Path file) throws Exception {
        Path digests = work.resolve("digests");
        ffmpeg(List.of(
                "-v",
                "error",
                "-i",
                file.toString(),
                "-map",
                "0:v",
                "-fps_mode",
                "passthrough",
                "-f",
                "framemd5",
                "-y",
                digests.toString()));
        return Files.readAllLines(digests).stream()
                .filter(each -> !each.startsWith("#"))
                .map(each -> each.substring(each.lastIndexOf(',') + 1).strip())
                .toList();
    }

    /** Packets of the result's sound: times and digests. */
    private List<String> sound() throws Exception {
        return listed(
                List.of(
                        "-v",
                        "error",
                        "-select_streams",
                        "a",
                        "-show_data_hash",
                        "md5",
                        "-show_entries",
                        "packet=pts_time,duration_time,data_hash",
                        "-of",
                        "csv=p=0"),
                job.getResult().toPath());
    }
}
