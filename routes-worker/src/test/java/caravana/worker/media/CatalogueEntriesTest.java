package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import caravana.checks.TransformationEntry;
import caravana.test.Sample;
import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.InvalidParameterException;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.worker.WorkerSettings;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each entry of the catalogue makes, by the real ffmpeg, of a small video: frames with their number's grey, and sound. */
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
        source = SourceTimeline.of(headers(original), null, null, false, 0);
    }

    @BeforeEach
    void openJob() throws Exception {
        catalogue = TransformationCatalogue.builtIn();
        planner = new TranscodePlanner(MediaSettings.assets(work), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
        job = RunningJobs.inFolder(Files.createDirectories(work.resolve("claim")));
        Files.copy(original, job.getOriginal().toPath());
    }

    private static SourceHeaders headers(Path file) throws Exception {
        Process probe = new ProcessBuilder(
                        "ffprobe",
                        "-v",
                        "error",
                        "-show_entries",
                        SourceHeaders.ENTRIES,
                        "-of",
                        "json",
                        file.toString())
                .start();
        String answer = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).isZero();
        return SourceHeaders.read(FfprobeAnswer.read(JSON, answer), List.of());
    }

    private static void run(Path folder, String options, Path made) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y"));
        line.addAll(List.of(options.split(" ")));
        line.add(made.toString());
        run(folder, line);
    }

    private static void run(Path folder, List<String> line) throws Exception {
        File errors = folder.resolve("errors.txt").toFile();
        Process ffmpeg = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors)
                .start();
        assertThat(ffmpeg.waitFor()).as(Files.readString(errors.toPath())).isZero();
    }

    /** Plans the job and lets ffmpeg make it. */
    private PlannedResult make(String asked) throws Exception {
        TranscodePlan plan = plan(asked);
        List<String> line = new ArrayList<>(List.of("ffmpeg"));
        line.addAll(plan.command().arguments());
        run(job.getFolder(), line);
        SourceHeaders made = headers(job.getResult().toPath());
        assertThat(made.videos().get(0).frames()).isEqualTo(plan.result().frames());
        assertThat(made.audios()).hasSize(plan.result().audio() ? 1 : 0);
        return plan.result();
    }

    private TranscodePlan plan(String asked) throws Exception {
        List<AskedTransformation> list = new ArrayList<>();
        for (JsonNode item : TransformationRecipe.parse(asked)) {
            list.add(AskedTransformation.read(item));
        }
        return planner.plan(job, source, catalogue.apply(list));
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

    @Test
    void audioIsKeptOrDropped() throws Exception {
        assertThat(make("[{\"nombre\": \"audio\"}]").audio()).isTrue();
        assertThat(make("[{\"nombre\": \"audio\", \"modo\": \"quitar\"}]").audio())
                .isFalse();
    }

    @Test
    void calidadChoosesTheSize() throws Exception {
        make("[\"transcodificacion\", {\"nombre\": \"calidad\", \"crf\": 16}]");
        long good = job.getResult().length();
        make("[\"transcodificacion\", {\"nombre\": \"calidad\", \"crf\": 35}]");

        assertThat(job.getResult().length()).isLessThan(good);
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
                plan = planner.plan(job, source, applied);
            } catch (RejectedMediaException e) {
                assertThat(e.code()).as(asked.toString()).isEqualTo("nothing_kept");
                continue;
            }
            List<String> line = new ArrayList<>(List.of("ffmpeg"));
            line.addAll(plan.command().arguments());
            run(job.getFolder(), line);
            SourceHeaders made = headers(job.getResult().toPath());
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
                    entry.parameters()
                            .values()
                            .forEach(parameter -> values.put(
                                    parameter.name(),
                                    TransformationFuzzTest.legal(parameter, random, () -> "it's 100 %: [a]")));
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
