package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Type;
import caravana.test.Sample;
import caravana.test.TransformationRequests;
import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.InvalidParameterException;
import caravana.transformation.TransformationCatalogue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each entry of the catalogue beside others, with extremes and other values by chance. What is possible comes out as requested,
 * measured in the files; what is not is refused. {@link AskedPicture} says what must come out.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogueCombinationsTest extends CatalogueFixture {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** How many of each entry are made. */
    private static final int COMBINATIONS = Sample.size("combinations with each transformation", 1, 200);

    private static final String SMALL = "320x180";
    private static final String LARGE = "1920x1080";

    /** Of the large original. It has 30 frames. */
    private static final double SHORT = 1.2;

    /** Moments in a video reach as far as this. */
    private static final BigDecimal LONGEST = BigDecimal.valueOf(36_000);

    private static final String TEXT = "it's 100 %: [a]";

    /** Seconds between which the subtitles of {@link Assets} are shown. */
    private static final double[][] CUES = {{1, 2}, {3, 4}};

    /** By how much brightness must differ, at least somewhere, where something is drawn; and by how much it may elsewhere. */
    private static final int SEEN = 25;

    private static final int UNSEEN = 20;

    /** Two encodings of the same picture may differ by more in fewer pixels; the smallest text has more. */
    private static final int FEW = 8;

    /** Length of both cards. */
    private static final double CARDS = 5.04;

    private Path small;
    private Path large;
    private String size;
    private double seconds;

    @BeforeAll
    void makeOriginals(@TempDir Path files) throws Exception {
        small = files.resolve("small.mp4");
        makeMap(small, SMALL, SECONDS);
        large = files.resolve("large.mp4");
        makeMap(large, LARGE, SHORT);
    }

    static List<String> entries() {
        return Sample.of(
                "transformations in combinations",
                3,
                TransformationCatalogue.builtIn().entries().stream()
                        .map(TransformationEntry::name)
                        .toList());
    }

    /** Of the numbers of one combination. */
    private enum Numbers {
        SMALLEST,
        LARGEST,
        ANY
    }

    @ParameterizedTest
    @MethodSource("entries")
    void whateverIsPossibleIsMadeAsAskedFor(String name) throws Exception {
        Random random = new Random(Sample.SEED + name.hashCode());
        TransformationEntry entry = catalogue.entries().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        int made = 0;
        int refused = 0;
        int rejected = 0;
        // Both extremes come first when there are many.
        for (int round = COMBINATIONS > 1 ? 0 : random.nextInt(4); made < COMBINATIONS; round++) {
            assertThat(refused + rejected).as("impossible combinations").isLessThan(20 + 20 * COMBINATIONS);
            Numbers numbers = round < Numbers.values().length ? Numbers.values()[round] : Numbers.ANY;
            List<AskedTransformation> asked = combination(entry, numbers, random);
            List<AppliedTransformation> applied;
            try {
                applied = catalogue.apply(asked);
                assertThat(isRefused(asked)).as(asked.toString()).isFalse();
            } catch (InvalidParameterException e) {
                assertThat(isRefused(asked)).as(asked + ": " + e.getMessage()).isTrue();
                refused++;
                continue;
            }
            boolean isLarge = random.nextBoolean();
            use(isLarge ? large : small);
            size = isLarge ? LARGE : SMALL;
            seconds = isLarge ? SHORT : SECONDS;
            try {
                AskedPicture picture = AskedPicture.of(size, RATE, seconds, asked);
                TranscodePlan plan = plan(applied);
                SourceHeaders video = finish(plan);
                System.out.println("made of " + size + ": " + asked);
                measure(asked, plan, picture, video);
                made++;
            } catch (RejectedMediaException e) {
                assertThat(reasons(asked)).as(asked + ": " + e.getMessage()).contains(e.code());
                rejected++;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + Sample.SEED + ", of " + size + ": " + asked + ": " + e, e);
            }
        }
        System.out.printf(
                "%s: %d made, %d refused, %d rejected, by seed %d%n", name, made, refused, rejected, Sample.SEED);
    }

    private List<AskedTransformation> combination(TransformationEntry entry, Numbers numbers, Random random) {
        List<TransformationEntry> all = new ArrayList<>(catalogue.entries());
        Collections.shuffle(all, random);
        Map<String, TransformationEntry> chosen = new LinkedHashMap<>();
        add(entry, chosen);
        for (TransformationEntry other : all.subList(0, random.nextInt(4))) {
            add(other, chosen);
        }
        return chosen.values().stream()
                .map(each -> {
                    List<List<Parameter>> together = each.alternatives();
                    Map<String, JsonNode> values = new LinkedHashMap<>();
                    for (Parameter parameter : together.get(random.nextInt(together.size()))) {
                        values.put(parameter.name(), value(parameter, each == entry ? numbers : Numbers.ANY, random));
                    }
                    return new AskedTransformation(each.name(), values);
                })
                .toList();
    }

    private static JsonNode value(Parameter parameter, Numbers numbers, Random random) {
        boolean number = parameter.type() == Type.NUMBER || parameter.type() == Type.INTEGER;
        if (number && numbers != Numbers.ANY) {
            return NODES.numberNode(numbers == Numbers.SMALLEST ? parameter.minimum() : parameter.maximum());
        }
        if (number && parameter.maximum().compareTo(LONGEST) == 0 && random.nextInt(8) > 0) {
            // Most moments are in the video.
            BigDecimal moment =
                    BigDecimal.valueOf(random.nextDouble() * SECONDS).setScale(2, RoundingMode.HALF_UP);
            return NODES.numberNode(moment.max(parameter.minimum()));
        }
        return TransformationRequests.legal(parameter, random, () -> TEXT, Assets::fitting);
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

    /** All other values are legal. */
    private static boolean isRefused(List<AskedTransformation> asked) {
        return asked.stream()
                .filter(each -> each.parameters().containsKey("fin"))
                .anyMatch(each -> each.parameters()
                                .get("fin")
                                .decimalValue()
                                .compareTo(each.parameters().get("inicio").decimalValue())
                        <= 0);
    }

    /** For which a job may be rejected once its original is known. */
    private List<String> reasons(List<AskedTransformation> asked) {
        List<String> reasons = new ArrayList<>();
        double start = AskedPicture.number(asked, "recortar", "inicio", 0);
        double shown = Math.min(seconds, AskedPicture.number(asked, "recortar", "fin", seconds))
                - start
                + (isAsked(asked, "cortinillas") ? CARDS : 0);
        double frame = 1.0 / RATE;
        if (start > seconds - frame
                || AskedPicture.number(asked, "gif", "inicio", 0) > shown - frame
                || AskedPicture.number(asked, "webp_animado", "inicio", 0) > shown - frame) {
            reasons.add("nothing_kept");
        }
        if (AskedPicture.number(asked, "calidad", "tamano", 4000) < 0.2) {
            reasons.add("size_unreachable");
        }
        return reasons;
    }

    private void measure(List<AskedTransformation> asked, TranscodePlan plan, AskedPicture picture, SourceHeaders video)
            throws Exception {
        Track track = video.videos().get(0);
        assertThat(track.frames()).isEqualTo(plan.result().frames());
        assertThat(track.frames()).as("frames").isBetween(picture.frames() - 1, picture.frames() + 1);
        assertThat(track.pixelShape()).isEqualTo(1);
        assertSize(asked, track, picture.width(), picture.height());
        boolean sound = !isAsked(asked, "sin_audio") && !"quitar".equals(text(asked, "audio", "modo"));
        assertThat(video.audios()).hasSize(sound ? 1 : 0);
        boolean subtitles = "pista".equals(text(asked, "subtitulos", "modo"))
                && !shownCues(picture).isEmpty();
        assertThat(video.tracks().stream().filter(each -> each.type().equals("subtitle")))
                .hasSize(subtitles ? 1 : 0);
        double megabytes = AskedPicture.number(asked, "calidad", "tamano", 4000);
        assertThat(job.getResult().length()).isLessThanOrEqualTo((long) (megabytes * 1_000_000));
        Map<String, MadeOutput> files = check(plan, video);
        assertThat(files).hasSameSizeAs(plan.outputs());
        measureFiles(asked, picture, files, sound);
        measurePlaces(asked, picture);
        for (String drawn : List.of("rotulo", "marca_propia", "subtitulos")) {
            if (isAsked(asked, drawn)) {
                measureDrawn(drawn, asked, picture);
            }
        }
    }

    /** Cropping leaves an even number of pixels of what may be a hundred, and they may be scaled up after it. */
    private static void assertSize(List<AskedTransformation> asked, Track track, double width, double height) {
        double share = isAsked(asked, "encuadrar") ? 0.02 : 0;
        assertThat((double) track.width()).as("width").isCloseTo(width, within(Math.max(4, share * width)));
        assertThat((double) track.height()).as("height").isCloseTo(height, within(Math.max(4, share * height)));
    }

    private void measureFiles(
            List<AskedTransformation> asked, AskedPicture picture, Map<String, MadeOutput> files, boolean sound)
            throws Exception {
        for (Map.Entry<String, String> rendition : Map.of(
                        "mp4_480p", "h264", "mp4_1080p", "h264", "hevc", "hevc", "av1", "av1")
                .entrySet()) {
            String name = rendition.getKey();
            if (!isAsked(asked, name)) {
                continue;
            }
            SourceHeaders file = headers(file(name + ".mp4"));
            double lines = AskedPicture.number(asked, name, "alto", name.equals("mp4_480p") ? 480 : 1080);
            double factor = Math.min(1, lines / (picture.height() * picture.drawn())) * picture.drawn();
            assertSize(asked, file.videos().get(0), picture.width() * factor, picture.height() * factor);
            assertThat(file.videos().get(0).codec()).isEqualTo(rendition.getValue());
            assertThat(file.videos().get(0).frames()).isCloseTo(picture.frames(), within(1L));
            assertThat(file.audios()).as(name).hasSize(sound ? 1 : 0);
        }
        double footage = picture.footage() / (double) RATE;
        if (isAsked(asked, "solo_audio")) {
            assertThat(headers(file("sonido." + text(asked, "solo_audio", "formato")))
                            .duration())
                    .isCloseTo(footage, within(0.15));
        }
        if ("normalizar".equals(text(asked, "audio", "modo"))
                && footage > 1
                && measured.warning().isEmpty()) {
            for (MadeOutput file : files.values()) {
                if (Stream.of("video", "audio").anyMatch(file.role()::equals)) {
                    assertThat(MeasuredLoudness.of(file(file.name())))
                            .as("loudness of " + file.name())
                            .isCloseTo(AskedPicture.number(asked, "audio", "lufs", 0), within(0.5));
                }
            }
        }
        if (isAsked(asked, "storyboard")) {
            assertThat(Files.readString(file("storyboard.vtt")).split("-->"))
                    .hasSize(1
                            + (int) Math.ceil(picture.frames()
                                            / (double) RATE
                                            / AskedPicture.number(asked, "storyboard", "cada", 0)
                                    - 1e-6));
        }
        if ("archivo".equals(text(asked, "subtitulos", "modo"))) {
            assertThat(Files.readString(file("subtitulos.vtt")).split("-->"))
                    .hasSize(1 + shownCues(picture).size());
        }
        if (isAsked(asked, "miniatura")) {
            assertThat(files.get("poster.jpg").width()
                            / (double) files.get("poster.jpg").height())
                    .isCloseTo(picture.posterShape(), within(0.05 * picture.posterShape()));
        }
    }

    /** Where nothing is drawn over it, the picture is the place and the frame of the original that it must be. */
    private void measurePlaces(List<AskedTransformation> asked, AskedPicture picture) throws Exception {
        boolean drawn = Stream.of("rotulo", "marca_propia", "subtitulos").anyMatch(each -> isAsked(asked, each));
        if (drawn || picture.width() < 64 || picture.height() < 64) {
            return;
        }
        int number = (int) picture.opening() + (int) picture.footage() / 2;
        List<SeenFrame> seen = new ArrayList<>(List.of(frame(number)));
        for (String rendition : List.of("mp4_480p", "mp4_1080p", "hevc", "av1")) {
            if (isAsked(asked, rendition)) {
                seen.add(SeenFrame.of(file(rendition + ".mp4"), number));
            }
        }
        for (SeenFrame frame : seen) {
            // The logo is in the upper right corner.
            for (double[] at : new double[][] {{0.2, 0.3}, {0.5, 0.5}, {0.75, 0.8}}) {
                AskedPicture.Origin origin = picture.origin(at[0], at[1]);
                int x = (int) (at[0] * frame.width());
                int y = (int) (at[1] * frame.height());
                if (origin == null) {
                    assertThat(frame.isDark(x, y)).as("bars at " + x + ", " + y).isTrue();
                } else if (origin.isSharp()) {
                    SeenFrame.Place place = frame.origin(x, y);
                    String what = place + " instead of " + origin + " at " + x + ", " + y;
                    assertThat(place.x()).as(what).isCloseTo(origin.x(), within(8.0));
                    assertThat(place.y()).as(what).isCloseTo(origin.y(), within(8.0));
                    assertThat(place.frame())
                            .as(what)
                            .isCloseTo(picture.start() * RATE + number - picture.opening(), within(5.0));
                }
            }
        }
    }

    /** Beside the same without it: something is seen while it is shown, and nothing when it is not. */
    private void measureDrawn(String name, List<AskedTransformation> asked, AskedPicture picture) throws Exception {
        boolean faint = name.equals("marca_propia")
                && (AskedPicture.number(asked, name, "opacidad", 1) < 0.6
                        || AskedPicture.number(asked, name, "ancho", 10) < 5);
        boolean drawnInPicture = !name.equals("subtitulos") || "imagen".equals(text(asked, name, "modo"));
        if (faint || !drawnInPicture) {
            return;
        }
        List<double[]> shown =
                switch (name) {
                    case "rotulo" ->
                        List.<double[]>of(new double[] {
                            AskedPicture.number(asked, name, "inicio", 0), AskedPicture.number(asked, name, "fin", 0)
                        });
                    case "subtitulos" -> shownCues(picture);
                    default -> List.<double[]>of(new double[] {0, Double.POSITIVE_INFINITY});
                };
        Map<Integer, SeenFrame> with = new LinkedHashMap<>();
        for (int number : new int[] {0, (int) picture.footage() / 3, (int) picture.footage() - 1}) {
            with.put(number, frame((int) picture.opening() + number));
        }
        List<AskedTransformation> without =
                asked.stream().filter(each -> !each.name().equals(name)).toList();
        finish(plan(catalogue.apply(without)));
        for (Map.Entry<Integer, SeenFrame> each : with.entrySet()) {
            double moment = each.getKey() / (double) RATE;
            // Its first and last frames are as near to one side as to the other.
            boolean edge = shown.stream()
                    .flatMap(part -> Stream.of(part[0], part[1]))
                    .anyMatch(at -> Math.abs(at - moment) < 1.5 / RATE && at > 0);
            boolean isShown = shown.stream().anyMatch(part -> part[0] <= moment && moment <= part[1]);
            SeenFrame bare = frame((int) picture.opening() + each.getKey());
            String what = name + " in frame " + each.getKey() + ", shown "
                    + shown.stream().map(part -> part[0] + " to " + part[1]).collect(Collectors.joining(", "));
            if (!edge && isShown) {
                assertThat(each.getValue().difference(bare, 1)).as(what).isGreaterThan(SEEN);
            } else if (!edge) {
                assertThat(each.getValue().difference(bare, FEW)).as(what).isLessThan(UNSEEN);
            }
        }
    }

    /** When subtitles are shown in what is kept of the original. */
    private static List<double[]> shownCues(AskedPicture picture) {
        List<double[]> shown = new ArrayList<>();
        for (double[] cue : CUES) {
            double from = Math.max(0, cue[0] - picture.start());
            double to = Math.min(picture.footage() / (double) RATE, cue[1] - picture.start());
            if (to > from) {
                shown.add(new double[] {from, to});
            }
        }
        return shown;
    }

    private static boolean isAsked(List<AskedTransformation> asked, String name) {
        return asked.stream().anyMatch(each -> each.name().equals(name));
    }

    private static String text(List<AskedTransformation> asked, String name, String parameter) {
        return AskedPicture.text(asked, name, parameter);
    }
}
