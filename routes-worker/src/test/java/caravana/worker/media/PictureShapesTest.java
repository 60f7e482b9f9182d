package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Type;
import caravana.test.Sample;
import caravana.test.TransformationRequests;
import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.TransformationCatalogue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each entry of the catalogue with pictures of a few pixels, and with very flat and very tall ones: its files pass the check, or the
 * original is rejected because a side would be too long for the encoder. No failure blames the file for its shape.
 */
class PictureShapesTest extends CatalogueFixture {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Moments in a video reach as far as this. */
    private static final BigDecimal LONGEST = BigDecimal.valueOf(36_000);

    /** The most pixels of a side in H.264. */
    private static final int LARGEST_SIDE = 16_384;

    static List<String> shapes() {
        return Sample.of(
                "shapes of pictures with each transformation",
                3,
                List.of(
                        "1x1", "2x2", "5x3", "16x14", "16x16", "62x64", "64x62", "64x64", "2x4096", "4096x2", "16x4096",
                        "4096x16", "1x2304"));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void eachEntryMakesItsFilesOrNamesTheLimit(String shape) throws Exception {
        useShape(shape);
        Random random = new Random(Sample.SEED);
        for (TransformationEntry entry : TransformationCatalogue.builtIn().entries()) {
            Set<List<AskedTransformation>> requests = new LinkedHashSet<>(requests(entry, false, random));
            requests.addAll(requests(entry, true, random));
            for (List<AskedTransformation> asked : requests) {
                makeOrReject(shape, asked);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void allFilesBesideTheVideoAreMade(String shape) throws Exception {
        useShape(shape);
        Map<String, MadeOutput> files = makeAll(
                "[\"transcodificacion\", \"miniatura\", \"mp4_480p\", \"mp4_1080p\", \"hevc\", \"av1\", \"gif\", \"webp_animado\","
                        + " \"storyboard\", \"hls\"]");
        assertThat(files.keySet())
                .contains("mp4_480p.mp4", "hevc.mp4", "av1.mp4", "gif.gif", "webp_animado.webp", "storyboard.vtt");
    }

    @ParameterizedTest
    @CsvSource({
        "4096x16, av1,  4096, 64",
        "16x4096, av1,    64, 720",
        "62x64,   av1,    64, 64",
        "64x62,   av1,    64, 64",
        "96x66,   av1,    96, 66",
        "2x2,     hevc,   16, 16",
        "4096x14, hevc, 4096, 16",
        "18x16,   hevc,   18, 16"
    })
    void anEncoderGetsBarsUpToItsLeastSize(String shape, String rendition, int width, int height) throws Exception {
        useShape(shape);
        MadeOutput file =
                makeAll("[\"transcodificacion\", \"" + rendition + "\"]").get(rendition + ".mp4");
        assertThat(file.width()).isEqualTo(width);
        assertThat(file.height()).isEqualTo(height);
    }

    /** Another rounding would change the frames of every video. */
    @Test
    void usualShapesKeepTheSizesOfBefore() throws Exception {
        useShape("854x480");
        Map<String, MadeOutput> files = makeAll(
                "[\"transcodificacion\", {\"nombre\": \"hevc\", \"alto\": 360}, {\"nombre\": \"gif\", \"ancho\": 321}]");
        assertThat(files.get("hevc.mp4").width()).isEqualTo(640);
        assertThat(files.get("hevc.mp4").height()).isEqualTo(360);
        assertThat(files.get("gif.gif").width()).isEqualTo(320);
        assertThat(files.get("gif.gif").height()).isEqualTo(180);
    }

    /** An encoder that cannot be opened for another reason than a size is our mistake. */
    @Test
    void errorsAreThoseOfTheirCause() throws Exception {
        useShape("64x64");
        TranscodePlan plan = plan("[\"transcodificacion\"]");
        assertThat(plan.command()
                        .onError()
                        .meaning(1, "[gif @ 0x1] GIF does not support resolutions above 65535x65535"))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class,
                        e -> assertThat(e.values()).containsEntry("most_pixels", 65535));
        for (String made : List.of("libx264", "Parsed_scale_0")) {
            assertThat(plan.command()
                            .onError()
                            .meaning(
                                    1,
                                    "[" + made + " @ 0x1] [IMGUTILS @ 0x2] Picture size 552960x2160 is invalid\n"
                                            + "Error while opening encoder for output stream #0:0 - maybe incorrect"))
                    .isInstanceOfSatisfying(
                            RejectedMediaException.class,
                            e -> assertThat(e.values()).containsEntry("most_pixels", LARGEST_SIDE));
        }
        assertThat(plan.command()
                        .onError()
                        .meaning(1, "Error while opening encoder for output stream #0:0 - maybe incorrect"))
                .isInstanceOf(OutputInvalidException.class);
        assertThat(plan.command().onError().meaning(1, "[h264 @ 0x1] Picture size 0x0 is invalid"))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("undecodable"));
    }

    private void useShape(String shape) throws Exception {
        Path file = work.resolve("shape.mp4");
        // VP9 has any size, also of one pixel.
        run(
                work,
                "-f lavfi -i testsrc2=s=320x180:r=25:d=0.12 -vf format=yuv444p,scale=" + shape.replace('x', ':')
                        + ",setsar=1,format=yuv420p -c:v libvpx-vp9 -deadline realtime -cpu-used 8",
                file);
        use(file);
    }

    private void makeOrReject(String shape, List<AskedTransformation> asked) throws Exception {
        List<AppliedTransformation> applied = catalogue.apply(asked);
        String what = shape + ": " + asked;
        TranscodePlan plan = plan(applied);
        List<String> line = new ArrayList<>(List.of("ffmpeg"));
        line.addAll(plan.command().arguments());
        Path errors = job.getFolder().resolve("errors.txt");
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(job.getFolder().toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile());
        builder.environment().put("SVT_LOG", "1");
        int status = builder.start().waitFor();
        if (status == 0) {
            assertThat(errors).as(what).isEmptyFile();
            check(plan, headers(job.getResult().toPath()));
            return;
        }
        assertThat(plan.command().onError().meaning(status, Files.readString(errors)))
                .as(what + ": " + Files.readString(errors))
                .isInstanceOfSatisfying(RejectedMediaException.class, e -> {
                    assertThat(e.code()).isEqualTo("result_resolution_too_high");
                    assertThat(e.values()).containsEntry("most_pixels", LARGEST_SIDE);
                    assertThat(e).hasMessageContaining(LARGEST_SIDE + "");
                });
        assertThat(asked.get(0).parameters().get("ampliar")).as(what).isEqualTo(NODES.booleanNode(true));
        String[] sides = shape.split("x");
        double width = Double.parseDouble(sides[0])
                * asked.get(0).parameters().get("alto").doubleValue()
                / Double.parseDouble(sides[1]);
        assertThat(width).as(what).isGreaterThan(LARGEST_SIDE);
    }

    /** Requests of an entry, with what it needs, that have all of its choices and the smallest or the largest of its numbers. */
    private List<List<AskedTransformation>> requests(TransformationEntry entry, boolean largest, Random random) {
        List<List<AskedTransformation>> requests = new ArrayList<>();
        for (List<Parameter> parameters : entry.alternatives()) {
            int rounds = parameters.stream()
                    .mapToInt(each -> choices(each).size())
                    .max()
                    .orElse(1);
            for (int round = 0; round < rounds; round++) {
                Map<String, JsonNode> values = new LinkedHashMap<>();
                for (Parameter parameter : parameters) {
                    List<JsonNode> choices = choices(parameter);
                    values.put(
                            parameter.name(),
                            choices.isEmpty()
                                    ? value(parameter, largest, random)
                                    : choices.get(round % choices.size()));
                }
                List<AskedTransformation> asked =
                        new ArrayList<>(List.of(new AskedTransformation(entry.name(), values)));
                entry.needs().forEach(name -> asked.add(new AskedTransformation(name, Map.of())));
                requests.add(asked);
            }
        }
        return requests;
    }

    private static List<JsonNode> choices(Parameter parameter) {
        if (parameter.type() == Type.BOOLEAN) {
            return List.of(NODES.booleanNode(false), NODES.booleanNode(true));
        }
        return parameter.type() == Type.CHOICE
                ? parameter.choices().keySet().stream()
                        .map(NODES::textNode)
                        .map(JsonNode.class::cast)
                        .toList()
                : List.of();
    }

    private static JsonNode value(Parameter parameter, boolean largest, Random random) {
        if (parameter.type() != Type.NUMBER && parameter.type() != Type.INTEGER) {
            return TransformationRequests.legal(parameter, random, () -> "it's 100 %", Assets::fitting);
        }
        // A part begins at the beginning, and its size is one that can be reached.
        boolean moment = LONGEST.equals(parameter.maximum());
        boolean most = moment ? parameter.above() != null : largest || parameter.insteadOf() != null;
        return NODES.numberNode(most ? parameter.maximum() : parameter.minimum());
    }
}
