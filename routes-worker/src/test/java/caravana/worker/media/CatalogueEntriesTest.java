package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import caravana.test.SampledTests;
import caravana.transformation.InvalidParameterException;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.exec.ToolCommand;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What each entry of the catalogue makes, by the real ffmpeg, of a small video: frames with their number's grey, and sound. */
@SampledTests(name = "tests of transformations", size = 8)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogueEntriesTest extends CatalogueFixture {

    /** Of a map. */
    private static final String SMALL = "320x180";

    private Path folder;
    private Path original;

    @BeforeAll
    void makeOriginal(@TempDir Path files) throws Exception {
        folder = files;
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
    void useOriginal() throws Exception {
        use(original);
    }

    /** An original of five frames that is a map. */
    private void useMap(String size) throws Exception {
        Path map = folder.resolve(size + ".mp4");
        if (!Files.exists(map)) {
            makeMap(map, size, 0.2);
        }
        use(map);
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

    /**
     * Two places decide between all turns and mirrors.
     *
     * @param x where in the original the place 20, 30 of the result was; 300, 30 of a picture that lies, 160, 30 of one that stands
     */
    @ParameterizedTest
    @CsvSource({
        "derecha, 180, 320, 30, 160, 30, 20",
        "izquierda, 180, 320, 290, 20, 290, 160",
        "media_vuelta, 320, 180, 300, 150, 20, 150",
        "espejo, 320, 180, 300, 30, 20, 30",
        "espejo_vertical, 320, 180, 20, 150, 300, 150"
    })
    void girarTurnsOrMirrors(String turn, int width, int height, int x, int y, int otherX, int otherY)
            throws Exception {
        useMap(SMALL);
        make("[{\"nombre\": \"girar\", \"giro\": \"" + turn + "\"}, \"transcodificacion\"]");

        assertThat(made()).returns(width, Track::width).returns(height, Track::height);
        SeenFrame frame = frame(3);
        assertOrigin(frame, 20, 30, x, y);
        assertOrigin(frame, width == 320 ? 300 : 160, 30, otherX, otherY);
    }

    /** That a place of the result is one of the original, which is a map. */
    private static void assertOrigin(SeenFrame frame, int x, int y, int originX, int originY) {
        SeenFrame.Place origin = frame.origin(x, y);
        assertThat(origin.x()).as(origin + " at " + x + ", " + y).isCloseTo(originX, within(5.0));
        assertThat(origin.y()).as(origin + " at " + x + ", " + y).isCloseTo(originY, within(5.0));
    }

    /**
     * The middle is kept, or stands in the middle.
     *
     * @param x a place of the result, and where in the original it was
     */
    @ParameterizedTest
    @CsvSource({
        "recortar, 1:1, 180, 180, 10, 90, 80, 90",
        "recortar, 9:16, 100, 180, 90, 20, 200, 20",
        "recortar, 21:9, 320, 136, 20, 10, 20, 32",
        "bandas, 1:1, 320, 320, 20, 240, 20, 170",
        "bandas, 21:9, 420, 180, 60, 90, 10, 90",
        "difuminar, 9:16, 320, 570, 20, 205, 20, 10",
        "difuminar, 4:3, 320, 240, 300, 200, 300, 170"
    })
    void encuadrarGivesTheShape(
            String mode, String shape, int width, int height, int x, int y, int originX, int originY) throws Exception {
        useMap(SMALL);
        make("[{\"nombre\": \"encuadrar\", \"modo\": \"" + mode + "\", \"proporcion\": \"" + shape
                + "\"}, \"transcodificacion\"]");

        assertThat(made()).returns(width, Track::width).returns(height, Track::height);
        SeenFrame frame = frame(3);
        assertOrigin(frame, x, y, originX, originY);
        assertOrigin(frame, width / 2, height / 2, 160, 90);
        // What is beside it on both sides, when there is something.
        int barX = (width - 320) / 4;
        int barY = (height - 180) / 4;
        int[][] bars = {{width / 2, barY}, {width / 2, height - barY}, {barX, 90}, {width - barX, 90}};
        for (int[] bar : bars) {
            if (bar[0] == width / 2 ? barY > 0 : barX > 0) {
                assertThat(frame.isDark(bar[0], bar[1]))
                        .as("bars at " + bar[0] + ", " + bar[1])
                        .isEqualTo(mode.equals("bandas"));
            }
        }
    }

    /** The edge in the middle stays sharp in front, and behind it goes slowly from black to grey. */
    @Test
    void encuadrarBlursWhatIsBehind() throws Exception {
        make("[{\"nombre\": \"recortar\", \"inicio\": 3.8}, {\"nombre\": \"encuadrar\", \"modo\": \"difuminar\","
                + " \"proporcion\": \"9:16\"}, \"transcodificacion\"]");

        SeenFrame frame = frame(2);
        assertThat(frame.luma(150, 285)).isLessThan(24);
        assertThat(frame.luma(170, 285)).isCloseTo(210, within(6));
        for (int y : new int[] {80, 490}) {
            assertThat(frame.luma(60, y)).isLessThan(30);
            assertThat(frame.luma(150, y)).isBetween(50, 110);
            assertThat(frame.luma(170, y)).isBetween(116, 180);
            assertThat(frame.luma(260, y)).isGreaterThan(196);
        }
    }

    @Test
    void whatIsCroppedIsNotScaledDownBefore() throws Exception {
        make("[{\"nombre\": \"recortar\", \"inicio\": 3.8}, {\"nombre\": \"encuadrar\", \"proporcion\": \"9:16\"},"
                + " \"hd_720p\", \"formato_16_9\"]");

        assertThat(made()).returns(1280, Track::width).returns(720, Track::height);
    }

    /** @param of lines of the original */
    @ParameterizedTest
    @CsvSource({
        "180, 240, false, 320, 180",
        "180, 240, true, 426, 240",
        "180, 2160, false, 320, 180",
        "1080, 240, false, 426, 240",
        "1080, 721, false, 1280, 720",
        "1080, 1080, true, 1920, 1080",
        "1080, 2160, false, 1920, 1080",
        "1080, 2160, true, 3840, 2160"
    })
    void escalarNeverEnlargesUnlessAsked(int of, int height, boolean enlarge, int madeWidth, int madeHeight)
            throws Exception {
        useMap(of * 16 / 9 + "x" + of);
        make("[{\"nombre\": \"escalar\", \"alto\": " + height + ", \"ampliar\": " + enlarge
                + "}, \"transcodificacion\"]");

        assertThat(made()).returns(madeWidth, Track::width).returns(madeHeight, Track::height);
        assertOrigin(frame(1), madeWidth / 4, madeHeight * 3 / 4, 80, 135);
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

    /** Each character is drawn as it is, and only as long as it is requested. */
    @ParameterizedTest
    @MethodSource("texts")
    void rotuloDrawsAnyText(String text) throws Exception {
        make("[{\"nombre\": \"rotulo\", \"posicion\": \"abajo\", \"tamano\": 10, \"fin\": 1, \"texto\": "
                + JSON.writeValueAsString(text) + "}, \"transcodificacion\"]");

        // The picture is nearly black yet.
        int[] seen = frame(5).brighter(WHITE);
        SeenFrame letters = letters(text, 18);
        int[] expected = letters.brighter(WHITE);
        assertThat(seen).as("the text's edges").isNotNull();
        assertThat(seen[2] - seen[0]).isCloseTo(expected[2] - expected[0], within(2));
        assertThat(seen[3] - seen[1]).isCloseTo(expected[3] - expected[1], within(2));
        assertThat(difference(frame(5), seen, letters, expected)).isLessThan(0.25);
        // Its box is over the black half while it is shown, or over the grey one.
        assertThat(grey(99, 240, 162)).isCloseTo(214, within(4));
        assertThat(Files.readString(job.getFolder().resolve("rotulo-texto.txt")))
                .isEqualTo(text);
    }

    /** Brighter than anything but letters. */
    private static final int WHITE = 120;

    /** The text in white on black: every character with a meaning for a filter is escaped here, and no file has it. */
    private SeenFrame letters(String text, int size) throws Exception {
        String option = text.replaceAll("([\\\\':])", "\\\\$1");
        String inGraph = option.replaceAll("([\\\\'\\[\\],;])", "\\\\$1");
        Path drawn = file("letters.mkv");
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
                        "color=black:s=320x180:r=25:d=0.04",
                        "-vf",
                        "drawtext=expansion=none:font=Sans:fontcolor=white:fontsize=" + size + ":x=(w-tw)/2:y=80:text="
                                + inGraph,
                        "-c:v",
                        "ffv1",
                        drawn.toString()));
        return SeenFrame.of(drawn, 0);
    }

    /** How much of the brightness within these edges differs from that of the other frame within its own. */
    private static double difference(SeenFrame frame, int[] edges, SeenFrame other, int[] otherEdges) {
        double differs = 0;
        double all = 0;
        for (int y = 0; y <= otherEdges[3] - otherEdges[1]; y++) {
            for (int x = 0; x <= otherEdges[2] - otherEdges[0]; x++) {
                int is = frame.planes()[(edges[1] + y) * frame.width() + edges[0] + x] & 0xFF;
                int must = other.planes()[(otherEdges[1] + y) * other.width() + otherEdges[0] + x] & 0xFF;
                differs += Math.abs(Math.max(16, is) - must);
                all += must - 16;
            }
        }
        return differs / all;
    }

    /** @param top, bottom rows within which the letters are, of 180; they are seven to eight tenths as high as their size */
    @ParameterizedTest
    @CsvSource({"arriba, 20, 8, 42", "centro, 20, 74, 106", "abajo, 10, 154, 172", "centro, 2.5, 85, 95"})
    void rotuloHasItsPlaceAndSize(String position, double size, int top, int bottom) throws Exception {
        make("[{\"nombre\": \"recortar\", \"fin\": 0.4}, {\"nombre\": \"rotulo\", \"posicion\": \"" + position
                + "\", \"tamano\": " + size + ", \"texto\": \"MMMMMMMM\"}, \"transcodificacion\"]");

        int[] seen = frame(3).brighter(WHITE);
        assertThat(seen).as("the text's edges").isNotNull();
        assertThat(seen[1]).isGreaterThanOrEqualTo(top);
        assertThat(seen[3]).isLessThanOrEqualTo(bottom);
        assertThat(seen[3] - seen[1] + 1).isBetween((int) (0.7 * size * 1.8), (int) Math.ceil(0.8 * size * 1.8) + 1);
        assertThat(seen[0] + seen[2]).isCloseTo(319, within(6));
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

        // The card has 63 frames, and the part 23: the last of them is shown from 3.88 s on.
        assertThat(Files.readString(job.getFolder().resolve("subtitulos.vtt")))
                .contains("\n00:00:02.520 --> 00:00:03.440\n");
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

            double found = MeasuredLoudness.of(job.getResult().toPath());
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
        assertThat(MeasuredLoudness.of(job.getResult().toPath())).isEqualTo(lufs);
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
        double found = MeasuredLoudness.of(job.getResult().toPath());
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
    void everyFileWithSoundHasTheLoudness() throws Exception {
        useSound("sine=f=440:d=4,volume=-40dB");
        makeAll("[\"solo_audio\", \"mp4_480p\", \"hevc\","
                + " {\"nombre\": \"audio\", \"modo\": \"normalizar\", \"lufs\": -20}]");

        for (String name : List.of("video.mp4", "sonido.m4a", "mp4_480p.mp4", "hevc.mp4")) {
            assertThat(MeasuredLoudness.of(file(name))).as(name).isCloseTo(-20, within(0.5));
        }
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

    /** Never more than was requested, and at least nine tenths of it. */
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

    /** @param of lines of the original */
    @ParameterizedTest
    @CsvSource({
        "hevc, 180, 240, 320, 180",
        "hevc, 1080, 240, 426, 240",
        "hevc, 1080, 721, 1280, 720",
        "hevc, 720, 1080, 1280, 720",
        "hevc, 1080, 1080, 1920, 1080",
        "av1, 180, 240, 320, 180",
        "av1, 1080, 240, 426, 240",
        "av1, 1080, 720, 1280, 720",
        "av1, 1080, 1080, 1920, 1080"
    })
    void otherCodecsAreRenditionsAsWell(String entry, int of, int lines, int width, int height) throws Exception {
        useMap(of * 16 / 9 + "x" + of);
        Map<String, MadeOutput> made = makeAll("[{\"nombre\": \"" + entry + "\", \"alto\": " + lines + "}]");

        assertThat(made.get(entry + ".mp4"))
                .returns("video", MadeOutput::role)
                .returns(width, MadeOutput::width)
                .returns(height, MadeOutput::height)
                .returns(0.2, MadeOutput::seconds)
                .returns("codec, colours, size, length", MadeOutput::checked);
        assertThat(headers(file(entry + ".mp4")).tracks())
                .extracting(Track::codec)
                .containsExactly(entry, "aac");
        SeenFrame frame = SeenFrame.of(file(entry + ".mp4"), 2);
        assertOrigin(frame, width / 4, height * 3 / 4, 80, 135);
        assertThat(frame.origin(width / 2, height / 2).frame()).isCloseTo(2, within(2.0));
    }

    /** Frames that were mirrored lie upside down in memory, unless something scales them; not every encoder takes them. */
    @ParameterizedTest
    @ValueSource(strings = {"transcodificacion", "mp4_480p", "hevc", "av1"})
    void everyEncoderTakesWhatIsUpsideDown(String entry) throws Exception {
        useMap(SMALL);
        Map<String, MadeOutput> made =
                makeAll("[{\"nombre\": \"girar\", \"giro\": \"espejo_vertical\"}, \"" + entry + "\"]");

        for (String name : made.keySet()) {
            SeenFrame.Place origin = SeenFrame.of(file(name), 0).origin(80, 45);
            assertThat(origin.y()).as(name).isCloseTo(135, within(8.0));
        }
    }

    @ParameterizedTest
    @CsvSource({"hevc, 18, 40", "av1, 20, 55"})
    void otherCodecsHaveAQualityOfTheirOwn(String entry, int good, int poor) throws Exception {
        useOriginal("testsrc2=s=426x240:r=25:d=0.4,noise=alls=20:allf=t", null);
        long[] bytes = new long[2];
        for (int i = 0; i < 2; i++) {
            makeAll("[{\"nombre\": \"" + entry + "\", \"alto\": 240, \"crf\": " + (i == 0 ? good : poor) + "}]");
            bytes[i] = Files.size(file(entry + ".mp4"));
        }

        assertThat(bytes[0]).isGreaterThan(3 * bytes[1]);
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
        // It begins between two frames of the original, and the last hundredth is covered nevertheless.
        assertThat(makeAll(asked.formatted("2.99", "2")).get(name).seconds()).isEqualTo(2);
    }

    /** The webp encoder joins frames that do not differ, down to a picture without a length. */
    @ParameterizedTest
    @CsvSource({"gif, gif.gif", "webp_animado, webp_animado.webp"})
    void anAnimatedPictureMayShowAStill(String entry, String name) throws Exception {
        Files.delete(job.getOriginal().toPath());
        run(
                job.getFolder(),
                "-f lavfi -i color=gray:s=320x180:r=25:d=4 -c:v libx264 -f mp4",
                job.getOriginal().toPath());
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);

        assertThat(makeAll("[{\"nombre\": \"" + entry + "\"}]").get(name)).returns(320, MadeOutput::width);
    }

    /** Five frames of second 2.03 to 3.03: the first is the one that is shown then, and so are the others. */
    @ParameterizedTest
    @CsvSource({"gif, gif.gif", "webp_animado, webp_animado.webp"})
    void animatedPicturesShowTheFramesOfTheirPart(String entry, String name) throws Exception {
        makeAll("[{\"nombre\": \"" + entry + "\", \"inicio\": 2.03, \"segundos\": 1, \"cuadros\": 5}]");

        for (int number = 0; number < 5; number++) {
            int grey = entry.equals("gif")
                    ? SeenFrame.of(file(name), number).luma(240, 90)
                    : webpGrey(file(name), number, 240, 90);
            assertThat(grey).as("frame " + number).isCloseTo(16 + 2 * (50 + 5 * number), within(4));
        }
    }

    /** The brightness of a place in a frame of an animated WebP file, which ffmpeg does not read: the frame is written as a picture. */
    private int webpGrey(Path file, int number, int x, int y) throws Exception {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int at = 12;
        int frames = 0;
        while (true) {
            String kind = new String(all.array(), at, 4, StandardCharsets.US_ASCII);
            int length = all.getInt(at + 4);
            if (kind.equals("ANMF") && frames++ == number) {
                // Half of its place in the canvas, in 24 bits each, begins a head of 16 bytes; the picture follows.
                int left = 2 * (all.getInt(at + 8) & 0xFFFFFF);
                int top = 2 * (all.getInt(at + 11) & 0xFFFFFF);
                Path picture = file("frame-" + number + ".webp");
                ByteBuffer one = ByteBuffer.allocate(12 + length - 16).order(ByteOrder.LITTLE_ENDIAN);
                one.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(4 + length - 16);
                one.put("WEBP".getBytes(StandardCharsets.US_ASCII)).put(all.array(), at + 24, length - 16);
                Files.write(picture, one.array());
                return SeenFrame.of(picture, 0).luma(x - left, y - top);
            }
            at += 8 + length + length % 2;
        }
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

    /** What docs/editing-routes.md adds to the catalogue as an example. */
    @Test
    void theGuidesNewTransformationWorksWithItsParameter() throws Exception {
        String guide = Files.readString(Path.of("../docs/editing-routes.md"));
        String sepia =
                guide.replaceFirst("(?s).*```yaml\\n(?=nombre: sepia)", "").replaceFirst("(?s)```.*", "");
        assertThat(sepia.lines()).hasSizeLessThanOrEqualTo(15);
        useEntry("sepia", sepia);

        make("[{\"nombre\": \"sepia\", \"intensidad\": 0}, \"transcodificacion\"]");
        assertThat(redAboveBlue()).isBetween(-6, 6);
        make("[{\"nombre\": \"sepia\", \"intensidad\": 0.5}, \"transcodificacion\"]");
        int half = redAboveBlue();
        make("[{\"nombre\": \"sepia\"}, \"transcodificacion\"]");
        assertThat(half).isBetween(10, redAboveBlue() - 10);
    }

    /** A catalogue of this entry beside the one that encodes. */
    private void useEntry(String name, String text) throws Exception {
        Path edited = Files.createDirectories(work.resolve("camel/catalogue"));
        Files.writeString(edited.resolve(name + ".yaml"), text);
        Files.copy(
                Path.of("../src/main/resources/camel/catalogue/transcodificacion.yaml"),
                edited.resolve("transcodificacion.yaml"));
        Files.writeString(
                Files.createDirectories(edited.resolve("presets")).resolve("predeterminado.yaml"),
                "nombre: predeterminado\ndescription: {es: Uno., en: One.}\ntransformaciones: [" + name + "]\n");
        catalogue = new TransformationCatalogue("file:" + edited.getParent());
    }

    /** What no shipped entry does: another rate, and values of the original. */
    @ParameterizedTest
    @CsvSource({"lento, 12, 48, 12", "rapido, 50, 200, 51"})
    void anEntryMaySetTheRateAndNameWhatTheOriginalIs(String value, String rate, int frames, int second)
            throws Exception {
        useEntry("ritmo", """
                nombre: ritmo
                description: {es: Otro ritmo., en: Another rate.}
                order: 45
                parameters:
                  ritmo: {type: string, enum: [lento, rapido], default: lento, title: {es: Ritmo, en: Rate}}
                filter: >-
                  crop=w={source_width}/2:h={source_height}:x={source_width}/2,
                  drawbox=t=fill:c=black:enable='gt(t,{source_seconds}/2)*lt({source_fps},26)'
                sets:
                  rate: {choose: ritmo, lento: 12, rapido: 50}
                """);

        PlannedResult planned = make("[{\"nombre\": \"ritmo\", \"ritmo\": \"" + value + "\"}, \"transcodificacion\"]");

        assertThat(planned.frames()).isEqualTo(frames);
        assertThat(made())
                .returns(160, Track::width)
                .returns(180, Track::height)
                .returns(rate + "/1", Track::averageRate);
        // Second 1 is frame 25 of the original, and its second half was drawn over.
        assertThat(grey(second, 80, 90)).isCloseTo(66, within(3));
        assertThat(grey(frames - 1, 80, 90)).isLessThan(24);
        assertThat(headers(job.getResult().toPath()).audios().get(0).duration()).isCloseTo(SECONDS, within(0.1));
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
