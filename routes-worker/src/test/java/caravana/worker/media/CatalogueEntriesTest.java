package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import caravana.checks.TransformationEntry;
import caravana.test.Sample;
import caravana.test.SampledTests;
import caravana.test.TransformationRequests;
import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.InvalidParameterException;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.worker.WorkerSettings;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each entry of the catalogue makes, by the real ffmpeg, of a small video: frames with their number's grey, and sound. */
@SampledTests(name = "tests of transformations", size = 13)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogueEntriesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RATE = 25;
    private static final double SECONDS = 4;

    @TempDir
    static Path files;

    @TempDir
    Path work;

    private TransformationCatalogue catalogue;
    private Path original;
    private SourceTimeline source;
    private TranscodePlanner planner;
    private RunningJob job;
    private Loudness measured;
    private int measurements;
    private List<AppliedTransformation> recipe;
    private TargetSize target;
    private int passes;

    @BeforeAll
    void makeOriginal() throws Exception {
        original = files.resolve("original.mp4");
        // The left half is black; the right one gets brighter by two steps of grey a frame.
        run(
                files,
                "-f lavfi -i color=black:s=320x180:r=25:d=4,format=yuv420p,geq=lum='if(lt(X,160),16,16+2*N)':cb=128:cr=128"
                        + " -f lavfi -i sine=frequency=440:duration=4 -c:v libx264 -preset ultrafast -qp 0 -color_range tv"
                        + " -colorspace bt709 -color_trc bt709 -color_primaries bt709 -c:a aac",
                original);
    }

    @BeforeEach
    void openJob() throws Exception {
        measurements = 0;
        source = SourceTimeline.of(headers(original), null, null, false, 0);
        catalogue = TransformationCatalogue.builtIn();
        planner = new TranscodePlanner(MediaSettings.assets(work), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
        job = RunningJobs.inFolder(Files.createDirectories(work.resolve("claim")));
        Assets.putInto(job.getFolder());
        Files.copy(original, job.getOriginal().toPath());
    }

    private static SourceHeaders headers(Path file) throws Exception {
        return SourceHeaders.read(FfprobeAnswer.read(JSON, probed(file)), List.of());
    }

    private static String probed(Path file) throws Exception {
        return probed(file, SourceHeaders.ENTRIES);
    }

    private static String probed(Path file, String entries) throws Exception {
        Process probe = new ProcessBuilder(
                        "ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", file.toString())
                .start();
        String answer = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).isZero();
        return answer;
    }

    private static void run(Path folder, String options, Path made) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y"));
        line.addAll(List.of(options.split(" ")));
        line.add(made.toString());
        run(folder, line);
    }

    private static void run(Path folder, List<String> line) throws Exception {
        File errors = folder.resolve("errors.txt").toFile();
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors);
        // As the worker starts it.
        builder.environment().put("SVT_LOG", "1");
        Process ffmpeg = builder.start();
        assertThat(ffmpeg.waitFor()).as(Files.readString(errors.toPath())).isZero();
    }

    /** Plans the job and lets ffmpeg make it. */
    private PlannedResult make(String asked) throws Exception {
        TranscodePlan plan = plan(asked);
        SourceHeaders made = run(plan);
        // As the route does it.
        planner.takeSize(job, target);
        while (target.isOpen()) {
            passes++;
            plan = planner.plan(job, source, recipe, measured, target);
            made = run(plan);
            planner.takeSize(job, target);
        }
        assertThat(made.videos().get(0).frames()).isEqualTo(plan.result().frames());
        assertThat(made.audios()).hasSize(plan.result().audio() ? 1 : 0);
        return plan.result();
    }

    /** Lets ffmpeg make what is planned, without a complaint. */
    private SourceHeaders run(TranscodePlan plan) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg"));
        line.addAll(plan.command().arguments());
        run(job.getFolder(), line);
        assertThat(job.getFolder().resolve("errors.txt")).isEmptyFile();
        return headers(job.getResult().toPath());
    }

    /** Makes the files, which are checked as the worker does. */
    private Map<String, MadeOutput> makeAll(String asked) throws Exception {
        TranscodePlan plan = plan(asked);
        return check(plan, run(plan));
    }

    private static Map<String, MadeOutput> check(TranscodePlan plan, SourceHeaders made) throws Exception {
        OutputCheck check = new OutputCheck(JSON, MediaSettings.DEFAULTS);
        MadeOutputs outputs = check.begin(plan, made);
        while (outputs.isUnchecked()) {
            check.read(probed(Path.of(outputs.nextUnchecked().file().toString())), outputs);
        }
        Map<String, MadeOutput> byName = new LinkedHashMap<>();
        outputs.getFiles().forEach(file -> byName.put(file.name(), file));
        return byName;
    }

    private TranscodePlan plan(String asked) throws Exception {
        List<AskedTransformation> list = new ArrayList<>();
        for (JsonNode item : TransformationRecipe.parse(asked)) {
            list.add(AskedTransformation.read(item));
        }
        return plan(catalogue.apply(list));
    }

    /** As the route does it. */
    private TranscodePlan plan(List<AppliedTransformation> applied) throws Exception {
        Loudness loudness = planner.beginLoudness(source, applied);
        while (loudness.isOpen()) {
            ToolCommand command = planner.planMeasurement(job, source, applied, loudness);
            List<String> line = new ArrayList<>(List.of("ffmpeg"));
            line.addAll(command.arguments());
            Process ffmpeg = new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader found = ffmpeg.inputReader()) {
                found.lines().forEach(command.lines());
            }
            assertThat(ffmpeg.waitFor()).isZero();
            planner.takeLoudness(loudness);
            measurements++;
        }
        measured = loudness;
        recipe = applied;
        passes = 1;
        target = planner.beginSize(source, applied);
        if (target.isWanted()) {
            List<String> line = new ArrayList<>(List.of("ffmpeg"));
            line.addAll(planner.planFirstPass(job, source, applied, loudness, target)
                    .arguments());
            run(job.getFolder(), line);
        }
        return planner.plan(job, source, applied, loudness, target);
    }

    private Track made() throws Exception {
        return headers(job.getResult().toPath()).videos().get(0);
    }

    /** The brightness of one pixel of one frame of the result, 16 to 235. */
    private int grey(int frame, int x, int y) throws Exception {
        Path pixel = job.getFolder().resolve("pixel");
        run(
                job.getFolder(),
                List.of(
                        "ffmpeg",
                        "-v",
                        "error",
                        "-y",
                        "-i",
                        job.getResult().toString(),
                        "-vf",
                        "select=eq(n\\," + frame + "),crop=2:2:" + x + ":" + y + ",format=gray",
                        "-frames:v",
                        "1",
                        "-f",
                        "rawvideo",
                        pixel.toString()));
        int full = Files.readAllBytes(pixel)[0] & 0xFF;
        return Math.round(16 + full * 219f / 255);
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 25, 66", "0.52, 1.52, 25, 42", "3.96, 36000, 1, 214", "0, 0.1, 3, 16", "0, 36000, 100, 16"})
    void recortarIsExactToTheFrame(double start, double end, int frames, int firstGrey) throws Exception {
        PlannedResult planned = make(
                "[{\"nombre\": \"recortar\", \"inicio\": " + start + ", \"fin\": " + end + "}, \"transcodificacion\"]");

        assertThat(planned.frames()).isEqualTo(frames);
        assertThat(grey(0, 240, 90)).isCloseTo(firstGrey, within(2));
        assertThat(headers(job.getResult().toPath()).audios().get(0).duration())
                .isCloseTo(frames / (double) RATE, within(0.05));
    }

    @Test
    void recortarIsCutToThirtySecondsAsWell() throws Exception {
        assertThat(plan("[{\"nombre\": \"recortar\", \"inicio\": 1}, \"recorte_30s\"]")
                        .result()
                        .seconds())
                .isCloseTo(SECONDS - 1, within(0.001));
    }

    @Test
    void aPartBehindTheEndIsRejectedWithItsValues() {
        assertThatThrownBy(() -> plan("[{\"nombre\": \"recortar\", \"inicio\": 4}]"))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("nothing_kept"))
                .hasMessageContaining("begins at 4 s")
                .hasMessageContaining("is 4 s long");
    }

    /** @param bright a pixel in the half that is not black */
    @ParameterizedTest
    @CsvSource({
        "derecha, 180, 320, 90, 240",
        "izquierda, 180, 320, 90, 80",
        "media_vuelta, 320, 180, 80, 90",
        "espejo, 320, 180, 80, 90",
        "espejo_vertical, 320, 180, 240, 90"
    })
    void girarTurnsOrMirrors(String turn, int width, int height, int brightX, int brightY) throws Exception {
        make("[{\"nombre\": \"girar\", \"giro\": \"" + turn + "\"}, \"transcodificacion\"]");

        assertThat(made()).returns(width, Track::width).returns(height, Track::height);
        assertThat(grey(90, brightX, brightY)).isCloseTo(196, within(4));
        assertThat(grey(90, width - brightX, height - brightY)).isLessThan(30);
    }

    @ParameterizedTest
    @CsvSource({
        "recortar, 1:1, 180, 180",
        "recortar, 9:16, 100, 180",
        "recortar, 21:9, 320, 136",
        "bandas, 1:1, 320, 320",
        "bandas, 21:9, 420, 180",
        "difuminar, 9:16, 320, 570",
        "difuminar, 4:3, 320, 240"
    })
    void encuadrarGivesTheShape(String mode, String shape, int width, int height) throws Exception {
        make("[{\"nombre\": \"recortar\", \"inicio\": 3.8}, {\"nombre\": \"encuadrar\", \"modo\": \"" + mode
                + "\", \"proporcion\": \"" + shape + "\"}, \"transcodificacion\"]");

        assertThat(made()).returns(width, Track::width).returns(height, Track::height);
    }

    @Test
    void whatIsCroppedIsNotScaledDownBefore() throws Exception {
        make("[{\"nombre\": \"recortar\", \"inicio\": 3.8}, {\"nombre\": \"encuadrar\", \"proporcion\": \"9:16\"},"
                + " \"hd_720p\", \"formato_16_9\"]");

        assertThat(made()).returns(1280, Track::width).returns(720, Track::height);
    }

    @ParameterizedTest
    @CsvSource({"240, false, 180", "240, true, 240", "2160, false, 180"})
    void escalarNeverEnlargesUnlessAsked(int height, boolean enlarge, int made) throws Exception {
        make("[{\"nombre\": \"recortar\", \"inicio\": 3.8}, {\"nombre\": \"escalar\", \"alto\": " + height
                + ", \"ampliar\": " + enlarge + "}, \"transcodificacion\"]");

        assertThat(made()).returns(made, Track::height).returns(made * 16 / 9, Track::width);
    }

    static Stream<String> texts() {
        return Stream.of(
                "Hola",
                "it's 100 %: [x];{y}, \\n \\\\ 'z'",
                "%{localtime}",
                "a:b=c,d;e[f]",
                "مرحبا بالعالم",
                "🎬 cine",
                "x".repeat(100));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void rotuloDrawsAnyText(String text) throws Exception {
        make("[{\"nombre\": \"rotulo\", \"posicion\": \"abajo\", \"tamano\": 10, \"fin\": 1, \"texto\": "
                + JSON.writeValueAsString(text) + "}, \"transcodificacion\"]");

        // Its box is over the black half while it is shown, or over the grey one.
        assertThat(grey(99, 240, 162)).isCloseTo(214, within(4));
        assertThat(Files.readString(job.getFolder().resolve("rotulo-texto.txt")))
                .isEqualTo(text);
    }

    @Test
    void rotuloIsSeenWhereAndWhenItIsAskedFor() throws Exception {
        make(
                "[{\"nombre\": \"rotulo\", \"posicion\": \"arriba\", \"tamano\": 20, \"inicio\": 1, \"fin\": 3, \"texto\": \"MMMMMMMM\"},"
                        + " \"transcodificacion\"]");

        assertThat(brightest(40, 0)).isGreaterThan(200);
        assertThat(brightest(40, 120)).isLessThan(40);
        assertThat(brightest(10, 0)).isLessThan(40);
        assertThat(brightest(90, 0)).isLessThan(40);
    }

    /** The brightest pixel of 60 rows of the black half. */
    private int brightest(int frame, int fromRow) throws Exception {
        Path rows = job.getFolder().resolve("rows");
        run(
                job.getFolder(),
                List.of(
                        "ffmpeg",
                        "-v",
                        "error",
                        "-y",
                        "-i",
                        job.getResult().toString(),
                        "-vf",
                        "select=eq(n\\," + frame + "),crop=150:60:0:" + fromRow + ",format=gray",
                        "-frames:v",
                        "1",
                        "-f",
                        "rawvideo",
                        rows.toString()));
        int most = 0;
        for (byte pixel : Files.readAllBytes(rows)) {
            most = Math.max(most, pixel & 0xFF);
        }
        return most;
    }

    /** @param x of a pixel that the picture covers, which is green: 173 in grey when it is opaque */
    @ParameterizedTest
    @CsvSource({
        "arriba_izquierda, 10, 24, 14, 1, 173",
        "arriba_derecha, 10, 294, 14, 1, 173",
        "abajo_izquierda, 10, 24, 166, 1, 173",
        "abajo_derecha, 10, 294, 166, 1, 173",
        "centro, 50, 90, 90, 1, 173",
        "centro, 50, 90, 90, 0.5, 94",
        "centro, 90, 20, 90, 1, 173"
    })
    void marcaPropiaPutsThePictureWhereItIsAskedFor(String position, int width, int x, int y, double opacity, int grey)
            throws Exception {
        make("[{\"nombre\": \"marca_propia\", \"imagen\": \"" + Assets.PICTURE + "\", \"posicion\": \"" + position
                + "\", \"ancho\": " + width + ", \"opacidad\": " + opacity + "}, \"transcodificacion\"]");

        assertThat(grey(0, x, y)).isCloseTo(grey, within(6));
        assertThat(grey(99, x, y)).isCloseTo(grey, within(6));
        // Outside of it, on the black side.
        assertThat(grey(0, 2, position.startsWith("abajo") ? 10 : 170)).isLessThan(24);
    }

    private static final String SUBTITLES =
            "{\"nombre\": \"subtitulos\", \"texto\": \"" + Assets.CUES + "\", \"idioma\": \"en\", \"modo\": \"";

    @Test
    void subtitulosAreDrawnAtTheirTimes() throws Exception {
        make("[" + SUBTITLES + "imagen\"}, \"transcodificacion\"]");

        assertThat(brightest(40, 120)).isGreaterThan(180);
        assertThat(brightest(90, 120)).isGreaterThan(180);
        assertThat(brightest(10, 120)).isLessThan(40);
        assertThat(brightest(60, 120)).isLessThan(40);
    }

    @Test
    void subtitulosFollowWhatIsCut() throws Exception {
        make("[{\"nombre\": \"recortar\", \"inicio\": 1.6}, " + SUBTITLES + "imagen\"}, \"transcodificacion\"]");

        assertThat(brightest(2, 120)).isGreaterThan(180);
        assertThat(brightest(20, 120)).isLessThan(40);
        assertThat(brightest(50, 120)).isGreaterThan(180);
    }

    @Test
    void subtitulosBesideTheVideoAreThoseOfItsPart() throws Exception {
        Map<String, MadeOutput> made = makeAll("[{\"nombre\": \"recortar\", \"inicio\": 1.5, \"fin\": 3.5}, "
                + SUBTITLES + "archivo\"}, \"transcodificacion\"]");

        assertThat(made.get("subtitulos.vtt"))
                .returns("subtitles", MadeOutput::role)
                .returns("text/vtt", MadeOutput::mediaType)
                .returns("en", MadeOutput::language);
        assertThat(Files.readString(job.getFolder().resolve("subtitulos.vtt"))).isEqualTo("""
                        WEBVTT

                        00:00:00.000 --> 00:00:00.500
                        <b>MMMMMMMMMM</b>
                        {b}: 100 %; it's \\N

                        00:00:01.500 --> 00:00:02.000
                        second &amp; last
                        """);
    }

    @Test
    void subtitulosBehindACardAreLater() throws Exception {
        makeAll(
                "[{\"nombre\": \"recortar\", \"inicio\": 3, \"fin\": 3.9}, \"hd_720p\", \"formato_16_9\", \"cortinillas\", \"sin_audio\", "
                        + SUBTITLES + "archivo\"}, \"transcodificacion\"]");

        // The card has 63 frames, and the part 22.
        assertThat(Files.readString(job.getFolder().resolve("subtitulos.vtt")))
                .contains("\n00:00:02.520 --> 00:00:03.400\n");
    }

    @Test
    void subtitulosAsATrackHaveTheirLanguageAndTimes() throws Exception {
        TranscodePlan plan =
                plan("[{\"nombre\": \"recortar\", \"inicio\": 0.5}, " + SUBTITLES + "pista\"}, \"transcodificacion\"]");
        SourceHeaders made = run(plan);

        assertThat(plan.result().subtitles()).isTrue();
        assertThat(made.tracks()).extracting(Track::type).containsExactly("video", "audio", "subtitle");
        Path text = job.getFolder().resolve("track.srt");
        run(
                job.getFolder(),
                List.of(
                        "ffmpeg",
                        "-v",
                        "error",
                        "-y",
                        "-i",
                        job.getResult().toString(),
                        "-map",
                        "0:s",
                        text.toString()));
        assertThat(Files.readString(text))
                .contains("00:00:00,500 --> 00:00:01,500")
                .contains("MMMMMMMMMM");
        assertThat(probed(job.getResult().toPath(), "stream_tags=language")).contains("\"eng\"");
    }

    @Test
    void withoutACueInThePartThereIsNoTrack() throws Exception {
        TranscodePlan plan =
                plan("[{\"nombre\": \"recortar\", \"fin\": 0.8}, " + SUBTITLES + "pista\"}, \"transcodificacion\"]");

        assertThat(plan.result().subtitles()).isFalse();
        assertThat(run(plan).tracks()).hasSize(2);
    }

    @Test
    void audioIsKeptOrDropped() throws Exception {
        assertThat(make("[{\"nombre\": \"audio\"}]").audio()).isTrue();
        assertThat(make("[{\"nombre\": \"audio\", \"modo\": \"quitar\"}]").audio())
                .isFalse();
    }

    static Stream<Arguments> sounds() {
        return Stream.of(
                Arguments.of("quiet", "sine=f=440:d=4,volume=-40dB", 1),
                Arguments.of("loud", "sine=f=440:d=4,volume=17dB", 8),
                Arguments.of("mono", "sine=f=300:d=4,aformat=channel_layouts=mono", 8),
                Arguments.of(
                        "5.1", "anoisesrc=d=4:c=brown:seed=3,pan=5.1|FL=c0|FR=0.5*c0|FC=c0|LFE=c0|BL=0.3*c0|BR=c0", 8),
                Arguments.of("noise", "anoisesrc=d=4:c=pink:a=0.9:seed=2", 8),
                Arguments.of(
                        "what is mostly not encoded",
                        "anoisesrc=d=4:c=white:a=0.5:seed=4:r=48000,pan=stereo|c0=c0|c1=c0",
                        8),
                Arguments.of("the same in mono", "anoisesrc=d=4:c=white:a=0.5:seed=4:r=44100", 8),
                Arguments.of(
                        "quiet with clicks",
                        "anoisesrc=d=4:c=pink:seed=1,volume=-20dB,aeval=val(0)+0.9*lt(mod(t\\,1)\\,0.003)",
                        8),
                Arguments.of("silence around", "sine=f=440:d=1,volume=-20dB,adelay=2000,apad=whole_dur=4", 8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sounds")
    void audioIsBroughtToALoudness(String name, String sound, int passes) throws Exception {
        for (double target : new double[] {-23, -16, -10}) {
            measurements = 0;
            useSound(sound);
            make("[\"transcodificacion\", {\"nombre\": \"audio\", \"modo\": \"normalizar\", \"lufs\": " + target
                    + "}]");

            double found = lufs(job.getResult().toPath());
            System.out.println(name + " to " + target + ": " + found + " LUFS, measured " + measurements + " times");
            assertThat(found).isCloseTo(target, within(0.5));
            assertThat(measured.warning()).isEmpty();
            assertThat(measurements).isBetween(1, passes);
            assertThat(headers(job.getResult().toPath()).audios().get(0).duration())
                    .isCloseTo(SECONDS, within(0.1));
        }
    }

    @ParameterizedTest
    @CsvSource({"anullsrc=d=4,-70", "'sine=f=440:d=0.3,volume=-20dB',-70"})
    void soundThatCannotBeMeasuredStaysAsItIsWithAWarning(String sound, double lufs) throws Exception {
        useSound(sound);
        make("[\"transcodificacion\", {\"nombre\": \"audio\", \"modo\": \"normalizar\"}]");

        assertThat(measured.filter()).isEqualTo("anull");
        assertThat(measured.warning().orElseThrow().code()).isEqualTo("loudness_kept");
        assertThat(lufs(job.getResult().toPath())).isEqualTo(lufs);
    }

    /** Clicks in silence: the limiter takes away what the gain adds. */
    @Test
    void soundWhosePeaksAreTooHighIsBroughtAsFarAsItGoesWithAWarning() throws Exception {
        useSound("aevalsrc=exprs='0.9*lt(mod(t\\,0.5)\\,0.0001)':s=48000:d=4");
        make("[\"transcodificacion\", {\"nombre\": \"audio\", \"modo\": \"normalizar\", \"lufs\": -10}]");

        MediaWarning warning = measured.warning().orElseThrow();
        assertThat(warning.code()).isEqualTo("loudness_missed");
        assertThat(warning.values()).containsEntry("target_lufs", -10.0);
        double reached = (Double) warning.values().get("lufs");
        assertThat(warning.detail())
                .isEqualTo("The sound could not be brought to -10.0 LUFS without cutting off its peaks; it has "
                        + reached + " LUFS.");
        double found = lufs(job.getResult().toPath());
        System.out.println("clicks: " + found + " LUFS, warned of " + reached);
        assertThat(found).isLessThan(-10.5).isCloseTo(reached, within(0.6));
    }

    @Test
    void withoutSoundNothingIsMeasured() throws Exception {
        run(
                job.getFolder(),
                "-f lavfi -i testsrc2=s=64x36:r=25:d=1 -c:v libx264 -f mp4",
                job.getOriginal().toPath());
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);

        assertThat(make("[{\"nombre\": \"audio\", \"modo\": \"normalizar\"}]").audio())
                .isFalse();
        assertThat(measurements).isZero();
    }

    @Test
    void theSoundsOwnFileHasTheLoudnessAsWell() throws Exception {
        useSound("sine=f=440:d=4,volume=-40dB");
        makeAll("[\"solo_audio\", {\"nombre\": \"audio\", \"modo\": \"normalizar\", \"lufs\": -20}]");

        assertThat(lufs(job.getFolder().resolve("sonido.m4a"))).isCloseTo(-20, within(0.5));
    }

    private void useSound(String sound) throws Exception {
        Files.deleteIfExists(job.getOriginal().toPath());
        run(
                job.getFolder(),
                List.of(
                        "ffmpeg",
                        "-v",
                        "error",
                        "-y",
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=s=64x36:r=25:d=4",
                        "-f",
                        "lavfi",
                        "-i",
                        sound,
                        "-c:v",
                        "libx264",
                        "-preset",
                        "ultrafast",
                        "-c:a",
                        "flac",
                        "-strict",
                        "-2",
                        "-f",
                        "mp4",
                        job.getOriginal().toString()));
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);
    }

    /** The integrated loudness, by another measurement than the worker's: the filter's own summary. */
    private static double lufs(Path file) throws Exception {
        Process ffmpeg = new ProcessBuilder(
                        "ffmpeg",
                        "-nostats",
                        "-hide_banner",
                        "-i",
                        file.toString(),
                        "-vn",
                        "-af",
                        "ebur128=framelog=verbose",
                        "-f",
                        "null",
                        "-")
                .redirectErrorStream(true)
                .start();
        String said = new String(ffmpeg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(ffmpeg.waitFor()).isZero();
        return Double.parseDouble(said.replaceFirst("(?s).*Summary:.*?I: +(-?[0-9.]+) LUFS.*", "$1"));
    }

    @Test
    void calidadChoosesTheSize() throws Exception {
        make("[\"transcodificacion\", {\"nombre\": \"calidad\", \"crf\": 16}]");
        long good = job.getResult().length();
        make("[\"transcodificacion\", {\"nombre\": \"calidad\", \"crf\": 35}]");

        assertThat(job.getResult().length()).isLessThan(good);
    }

    private static final String NOISE = "testsrc2=s=640x360:r=25:d=%s,noise=alls=30:allf=t+u";
    private static final String MOTION = "mandelbrot=s=640x360:r=25:end_scale=0.001,trim=duration=%s";
    private static final String SCREEN =
            "color=white:s=640x360:r=25:d=%s,drawtext=text='Caravana':fontsize=60:x=60*t:y=80+20*sin(t*3)";

    static Stream<Arguments> targets() {
        return Stream.of(
                Arguments.of("noise", NOISE.formatted(12), "sine=d=12", 1.5),
                Arguments.of("short noise", NOISE.formatted(2), "sine=d=2", 0.4),
                Arguments.of("one second", NOISE.formatted(1), "sine=d=1", 0.1),
                Arguments.of("motion", MOTION.formatted(8), "anoisesrc=d=8:c=pink:a=0.3", 1),
                Arguments.of("motion at a low rate", MOTION.formatted(8), "sine=d=8", 0.3),
                Arguments.of("mono", MOTION.formatted(6), "sine=d=6,aformat=channel_layouts=mono", 0.4),
                Arguments.of(
                        "screen, then noise",
                        SCREEN.formatted(6) + "[a];" + NOISE.formatted(4) + "[b];[a][b]concat",
                        null,
                        0.8));
    }

    /** Never more than was asked for, and at least nine tenths of it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void calidadBringsTheFileToASize(String name, String picture, String sound, double megabytes) throws Exception {
        useOriginal(picture, sound);
        make("[\"miniatura\", {\"nombre\": \"audio\"}, \"transcodificacion\", {\"nombre\": \"calidad\", \"tamano\": "
                + megabytes + "}, \"gif\"]");

        double share = job.getResult().length() / (megabytes * 1e6);
        System.out.printf("%s: %.3f of %s MB, encoded %d times%n", name, share, megabytes, passes);
        assertThat(share).isBetween(0.9, 1.0);
        assertThat(passes).isLessThanOrEqualTo(3);
    }

    /** Of a picture that needs less, nothing makes a larger file; the cards count as well. */
    @Test
    void aFileIsSmallerThanItsSizeWhereThePictureNeedsLess() throws Exception {
        make("[\"recorte_30s\", \"hd_720p\", \"formato_16_9\", \"cortinillas\", \"sin_audio\", \"transcodificacion\","
                + " {\"nombre\": \"calidad\", \"tamano\": 100}]");

        assertThat(job.getResult().length()).isBetween(10_000L, 50_000_000L);
        assertThat(passes).isEqualTo(1);
    }

    @Test
    void aSizeThatTheLengthDoesNotAllowIsRejectedWithWhatItNeeds() throws Exception {
        source = Sources.of(60, "30/1");
        assertThatThrownBy(() -> plan("[\"transcodificacion\", {\"nombre\": \"calidad\", \"tamano\": 0.05}]"))
                .isInstanceOfSatisfying(RejectedMediaException.class, e -> {
                    assertThat(e.code()).isEqualTo("size_unreachable");
                    assertThat(e.values())
                            .containsEntry("size_mb", 0.05)
                            .containsEntry("duration_seconds", 60.0)
                            .containsEntry("least_mb", 1.09);
                })
                .hasMessageStartingWith(
                        "The video, 60 s long, cannot be made as small as 0.05 MB; it needs about 1.09 MB.");
    }

    /** Known only once it was tried. The error is one of ffmpeg's of Debian 12 for a picture of 1280×720 pixels, 60 times a second. */
    @Test
    void aSizeThatTheEncoderRefusesIsRejectedWithWhatItNeeds() throws Exception {
        TranscodePlan plan = plan("[\"transcodificacion\", {\"nombre\": \"calidad\", \"tamano\": 0.1}]");
        ToolCommand.OnError onError = plan.command().onError();

        assertThat(
                        onError.meaning(
                                1,
                                "[libx264 @ 0x56] requested bitrate is too low. estimated minimum is 300 kbps\nError initializing"))
                .isInstanceOfSatisfying(RejectedMediaException.class, e -> {
                    assertThat(e.code()).isEqualTo("size_unreachable");
                    // 4 s at 300 kbit/s, and sound at 128.
                    assertThat((Double) e.values().get("least_mb")).isBetween(0.21, 0.23);
                });
        assertThat(onError.meaning(1, "Invalid data found"))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("undecodable"));
    }

    @Test
    void aSizeThatIsMissedAtEveryRateIsRejectedWithWhatItNeeds() throws Exception {
        plan("[\"transcodificacion\", {\"nombre\": \"calidad\", \"tamano\": 0.1}]");
        Files.write(job.getResult().toPath(), new byte[150_000]);
        double before = Double.parseDouble(target.rate());
        for (int i = 1; i < 5 && Double.parseDouble(target.rate()) > 10_000; i++) {
            planner.takeSize(job, target);
            assertThat(target.isOpen()).isTrue();
            assertThat(Double.parseDouble(target.rate())).isLessThan(before);
            before = Double.parseDouble(target.rate());
        }
        assertThatThrownBy(() -> planner.takeSize(job, target))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class,
                        e -> assertThat(e.values())
                                .containsEntry("least_mb", 0.15)
                                .containsEntry("duration_seconds", 4.0));
    }

    @Test
    void aSizeIsGivenInsteadOfTheQuality() {
        assertThatThrownBy(() -> plan("[\"transcodificacion\", {\"nombre\": \"calidad\", \"crf\": 20, \"tamano\": 5}]"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessage(
                        "The parameter tamano of calidad must be left out when crf is given, since it is given instead of it");
    }

    private void useOriginal(String picture, String sound) throws Exception {
        Files.delete(job.getOriginal().toPath());
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture));
        if (sound != null) {
            line.addAll(List.of("-f", "lavfi", "-i", sound));
        }
        line.addAll(
                List.of("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p", "-c:a", "aac"));
        line.addAll(List.of("-f", "mp4", job.getOriginal().toString()));
        run(job.getFolder(), line);
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);
    }

    /** An original of 1080 lines, a second long, with sound. */
    private void useLargeOriginal() throws Exception {
        run(
                job.getFolder(),
                "-f lavfi -i testsrc2=s=1920x1080:r=25:d=1 -f lavfi -i sine=frequency=440:duration=1 -c:v libx264"
                        + " -preset ultrafast -pix_fmt yuv420p -c:a aac -f mp4",
                job.getOriginal().toPath());
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);
    }

    @Test
    void severalRenditionsAreOneDecodeAndEachHasItsSize() throws Exception {
        useLargeOriginal();
        String asked =
                "[\"hd_720p\", \"formato_16_9\", \"marca_de_agua\", \"transcodificacion\", \"mp4_480p\", \"mp4_1080p\"]";

        Map<String, MadeOutput> made = makeAll(asked);

        assertThat(made.values().stream().map(file -> file.width() + "x" + file.height()))
                .containsExactlyInAnyOrder("1280x720", "1920x1080", "854x480");
        for (String name : made.keySet()) {
            SourceHeaders file = headers(job.getFolder().resolve(name));
            assertThat(file.tracks()).extracting(Track::codec).containsExactly("h264", "aac");
            assertThat(file.videos().get(0).frames()).isEqualTo(25);
            assertThat(file.videos().get(0).colour()).isEqualTo(new Colour("tv", "bt709", "bt709", "bt709"));
        }
        List<String> line = plan(asked).command().arguments();
        assertThat(line).containsOnlyOnce("file:" + job.getOriginal());
        assertThat(line.stream().filter("-filter_complex"::equals)).hasSize(2);
        assertThat(plan(asked).command().timeLimit())
                .isGreaterThan(plan("[\"hd_720p\"]").command().timeLimit());
    }

    @Test
    void noRenditionIsLargerThanThePictureNorHasSoundThatTheVideoLacks() throws Exception {
        Map<String, MadeOutput> made =
                makeAll("[{\"nombre\": \"recortar\", \"inicio\": 3.6}, \"sin_audio\", \"mp4_480p\", \"mp4_1080p\"]");

        assertThat(made.values()).extracting(MadeOutput::height).containsExactly(180, 180, 180);
        assertThat(headers(job.getFolder().resolve("mp4_480p.mp4")).tracks()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"hevc, hevc", "av1, av1"})
    void otherCodecsAreRenditionsAsWell(String entry, String codec) throws Exception {
        Map<String, MadeOutput> made = makeAll(
                "[{\"nombre\": \"recortar\", \"inicio\": 3.6}, {\"nombre\": \"" + entry + "\", \"alto\": 240}]");

        assertThat(made.get(entry + ".mp4"))
                .returns("video", MadeOutput::role)
                .returns(180, MadeOutput::height)
                .returns(0.4, MadeOutput::seconds)
                .returns("codec, size, length", MadeOutput::checked);
        assertThat(headers(job.getFolder().resolve(entry + ".mp4")).tracks())
                .extracting(Track::codec)
                .containsExactly(codec, "aac");
    }

    @ParameterizedTest
    @CsvSource({"m4a, aac, false", "mp3, mp3, false", "m4a, aac, true"})
    void theSoundIsAFileOfItsOwn(String format, String codec, boolean silent) throws Exception {
        Map<String, MadeOutput> made = makeAll("[{\"nombre\": \"recortar\", \"fin\": 2}, {\"nombre\": \"solo_audio\","
                + " \"formato\": \"" + format + "\"}" + (silent ? ", \"sin_audio\"" : "") + "]");

        assertThat(made).hasSize(2);
        assertThat(made.get("sonido." + format).seconds()).isCloseTo(2, within(0.1));
        assertThat(headers(job.getFolder().resolve("sonido." + format)).tracks())
                .extracting(Track::codec)
                .containsExactly(codec);
        assertThat(headers(job.getResult().toPath()).audios()).hasSize(silent ? 0 : 1);
    }

    @Test
    void ofAnOriginalWithoutSoundThereIsNoneInAFile() throws Exception {
        run(
                job.getFolder(),
                "-f lavfi -i testsrc2=s=64x36:r=25:d=1 -c:v libx264 -f mp4",
                job.getOriginal().toPath());
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);

        assertThat(makeAll("[\"solo_audio\", \"mp4_480p\"]")).containsOnlyKeys("video.mp4", "mp4_480p.mp4");
        assertThat(plan("[\"solo_audio\"]").soundless()).containsExactly("sonido.m4a");
    }

    @ParameterizedTest
    @CsvSource({"gif, gif.gif", "webp_animado, webp_animado.webp"})
    void animatedPicturesShowTheAskedPart(String entry, String name) throws Exception {
        String asked =
                "[{\"nombre\": \"" + entry + "\", \"inicio\": %s, \"segundos\": 2, \"ancho\": 100, \"cuadros\": 5}]";

        assertThat(makeAll(asked.formatted("1")).get(name))
                .returns(100, MadeOutput::width)
                .returns(56, MadeOutput::height)
                .returns(2.0, MadeOutput::seconds);
        assertThat(makeAll(asked.formatted("3")).get(name).seconds()).isCloseTo(1, within(0.01));
        assertThatThrownBy(() -> plan(asked.formatted("4")))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("nothing_kept"));
    }

    /** An encoder that reads far ahead takes the whole video in before the part is known to be over. */
    @ParameterizedTest
    @CsvSource({"gif, gif.gif", "webp_animado, webp_animado.webp"})
    void animatedPicturesEndBesideAnEncoderThatReadsAhead(String entry, String name) throws Exception {
        String asked = "[\"av1\", \"storyboard\", {\"nombre\": \"" + entry
                + "\", \"inicio\": %s, \"segundos\": 0.5, \"cuadros\": 10}]";

        assertThat(makeAll(asked.formatted("0")).get(name).seconds()).isCloseTo(0.5, within(0.01));
        assertThat(makeAll(asked.formatted("3.7")).get(name).seconds()).isCloseTo(0.3, within(0.01));
    }

    /** A whole number of frames covers the part; one frame has no length. */
    @ParameterizedTest
    @CsvSource({"gif, gif.gif", "webp_animado, webp_animado.webp"})
    void theShortestAnimatedPictureHasAFrame(String entry, String name) throws Exception {
        String asked = "[{\"nombre\": \"" + entry + "\", \"inicio\": %s, \"segundos\": %s, \"cuadros\": 1}]";

        assertThat(makeAll(asked.formatted("3.9", "0.5")).get(name))
                .returns(320, MadeOutput::width)
                .returns(180, MadeOutput::height);
        assertThat(makeAll(asked.formatted("2", "1.1")).get(name).seconds()).isEqualTo(2);
    }

    /** The webp encoder joins frames that do not differ, down to a picture without a length. */
    @ParameterizedTest
    @CsvSource({"gif, gif.gif", "webp_animado, webp_animado.webp"})
    void anAnimatedPictureMayShowAStill(String entry, String name) throws Exception {
        Files.delete(job.getOriginal().toPath());
        run(
                files,
                "-f lavfi -i color=gray:s=320x180:r=25:d=4 -c:v libx264 -f mp4",
                job.getOriginal().toPath());
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);

        assertThat(makeAll("[{\"nombre\": \"" + entry + "\"}]").get(name)).returns(320, MadeOutput::width);
    }

    @Test
    void aGifBeginsWithTheFrameThatIsShownThen() throws Exception {
        makeAll("[{\"nombre\": \"gif\", \"inicio\": 2.03, \"segundos\": 1}]");

        int grey = ImageIO.read(job.getFolder().resolve("gif.gif").toFile()).getRGB(240, 90) & 0xFF;
        assertThat(grey * 219 / 255 + 16).isCloseTo(16 + 2 * 50, within(4));
    }

    @Test
    void aStoryboardSaysWhereEachSecondIs() throws Exception {
        Map<String, MadeOutput> made = makeAll("[{\"nombre\": \"storyboard\", \"cada\": 1, \"ancho\": 64}]");

        assertThat(made).containsOnlyKeys("video.mp4", "storyboard-1.jpg", "storyboard.vtt");
        assertThat(made.get("storyboard-1.jpg")).returns(640, MadeOutput::width).returns(360, MadeOutput::height);
        List<String> index = Files.readAllLines(job.getFolder().resolve("storyboard.vtt"));
        assertThat(index)
                .startsWith("WEBVTT", "", "00:00:00.000 --> 00:00:01.000", "storyboard-1.jpg#xywh=0,0,64,36")
                .endsWith("00:00:03.000 --> 00:00:04.000", "storyboard-1.jpg#xywh=192,0,64,36");
        BufferedImage sheet =
                ImageIO.read(job.getFolder().resolve("storyboard-1.jpg").toFile());
        for (int second = 0; second < 4; second++) {
            int grey = sheet.getRGB(64 * second + 48, 18) & 0xFF;
            assertThat(grey * 219 / 255 + 16).isCloseTo(16 + 2 * 25 * second, within(4));
        }
    }

    @Test
    void aLongStoryboardHasSeveralSheets() throws Exception {
        source = Sources.of(250, "25/1");

        assertThat(plan("[{\"nombre\": \"storyboard\", \"cada\": 1}]").outputs())
                .extracting(PlannedOutput::name)
                .containsExactly(
                        "video.mp4", "storyboard-1.jpg", "storyboard-2.jpg", "storyboard-3.jpg", "storyboard.vtt");
    }

    /** By chance: what is possible comes out with the planned frames and sound, and of the planned size. */
    @Test
    void whateverIsPossibleIsMadeAsPlanned() throws Exception {
        Random random = new Random(Sample.SEED);
        int combinations = Sample.size("combinations of transformations", 10, 200);
        System.out.println("Seed " + Sample.SEED);
        for (int i = 0; i < combinations; i++) {
            List<AskedTransformation> asked = combination(random);
            List<AppliedTransformation> applied;
            try {
                applied = catalogue.apply(asked);
            } catch (InvalidParameterException e) {
                // An end before its beginning.
                continue;
            }
            TranscodePlan plan;
            try {
                plan = plan(applied);
            } catch (RejectedMediaException e) {
                assertThat(e.code()).as(asked.toString()).isIn("nothing_kept", "size_unreachable");
                continue;
            }
            SourceHeaders made = run(plan);
            Track video = made.videos().get(0);
            assertThat(video.frames())
                    .as(asked.toString())
                    .isEqualTo(plan.result().frames());
            assertThat(made.audios()).as(asked.toString()).hasSize(plan.result().audio() ? 1 : 0);
            assertThat(video.pixelShape()).as(asked.toString()).isEqualTo(1);
            if (plan.result().size() != null) {
                assertThat(new PlannedResult.Box(video.width(), video.height()))
                        .as(asked.toString())
                        .isEqualTo(plan.result().size());
            }
            assertThatCode(() -> assertThat(check(plan, made)).hasSameSizeAs(plan.outputs()))
                    .as(asked.toString())
                    .doesNotThrowAnyException();
        }
    }

    private List<AskedTransformation> combination(Random random) {
        List<TransformationEntry> all = new ArrayList<>(catalogue.entries());
        Collections.shuffle(all, random);
        Map<String, TransformationEntry> chosen = new LinkedHashMap<>();
        for (TransformationEntry entry : all.subList(0, 1 + random.nextInt(4))) {
            add(entry, chosen);
        }
        return chosen.values().stream()
                .map(entry -> {
                    Map<String, JsonNode> values = new LinkedHashMap<>();
                    List<List<TransformationEntry.Parameter>> together = entry.alternatives();
                    together.get(random.nextInt(together.size()))
                            .forEach(parameter -> values.put(
                                    parameter.name(),
                                    TransformationRequests.legal(
                                            parameter, random, () -> "it's 100 %: [a]", Assets::fitting)));
                    return new AskedTransformation(entry.name(), values);
                })
                .toList();
    }

    /** With what it needs, unless something that is chosen excludes it. */
    private void add(TransformationEntry entry, Map<String, TransformationEntry> chosen) {
        Map<String, TransformationEntry> more = new LinkedHashMap<>(chosen);
        more.put(entry.name(), entry);
        catalogue.entries().stream()
                .filter(other -> entry.needs().contains(other.name()))
                .forEach(other -> more.put(other.name(), other));
        boolean together = more.values().stream()
                .noneMatch(each -> each.excludes().stream().anyMatch(more::containsKey));
        if (together) {
            chosen.putAll(more);
        }
    }

    /** What docs/editing-routes.md adds to the catalogue as an example. */
    @Test
    void theGuidesNewTransformationWorksWithItsParameter() throws Exception {
        String guide = Files.readString(Path.of("../docs/editing-routes.md"));
        String sepia =
                guide.replaceFirst("(?s).*```yaml\\n(?=nombre: sepia)", "").replaceFirst("(?s)```.*", "");
        assertThat(sepia.lines()).hasSizeLessThanOrEqualTo(15);
        Path edited = Files.createDirectories(work.resolve("camel/catalogue"));
        Files.writeString(edited.resolve("sepia.yaml"), sepia);
        Files.copy(
                Path.of("../src/main/resources/camel/catalogue/transcodificacion.yaml"),
                edited.resolve("transcodificacion.yaml"));
        Files.writeString(
                Files.createDirectories(edited.resolve("presets")).resolve("predeterminado.yaml"),
                "nombre: predeterminado\ndescription: {es: Sepia., en: Sepia.}\ntransformaciones: [sepia]\n");
        catalogue = new TransformationCatalogue("file:" + edited.getParent());

        make("[{\"nombre\": \"sepia\", \"intensidad\": 0}, \"transcodificacion\"]");
        assertThat(redAboveBlue()).isBetween(-6, 6);
        make("[{\"nombre\": \"sepia\", \"intensidad\": 0.5}, \"transcodificacion\"]");
        int half = redAboveBlue();
        make("[{\"nombre\": \"sepia\"}, \"transcodificacion\"]");
        assertThat(half).isBetween(10, redAboveBlue() - 10);
    }

    /** By how much the grey half is redder than blue, in the middle of the result. */
    private int redAboveBlue() throws Exception {
        Path pixel = job.getFolder().resolve("pixel");
        run(
                job.getFolder(),
                List.of(
                        "ffmpeg",
                        "-v",
                        "error",
                        "-y",
                        "-i",
                        job.getResult().toString(),
                        "-vf",
                        "select=eq(n\\,50),crop=2:2:240:90,format=rgb24",
                        "-frames:v",
                        "1",
                        "-f",
                        "rawvideo",
                        pixel.toString()));
        byte[] rgb = Files.readAllBytes(pixel);
        return (rgb[0] & 0xFF) - (rgb[2] & 0xFF);
    }
}
