package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Type;
import caravana.test.Sample;
import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.ImpossibleCombinationException;
import caravana.transformation.InvalidParameterException;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.transformation.UnknownParameterException;
import caravana.transformation.UnknownTransformationException;
import caravana.worker.WorkerSettings;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of every kind, made by chance: each is refused by name, or planned without a value changing the command's structure. */
class TransformationFuzzTest {

    private static final int NORMAL = 1000;
    private static final int AT_LENGTH = 10_000;

    /** What has a meaning for a shell, for JSON, in a filter graph, or in a text that drawtext expands. */
    private static final List<String> NASTY = List.of(
            "'",
            "\\",
            ":",
            ";",
            ",",
            "[",
            "]",
            "{",
            "}",
            "{texto}",
            "{in}",
            "%{localtime}",
            "%",
            "\n",
            "\r",
            "\0",
            "\u2028",
            "\u202E",
            "مرحبا",
            "🎬",
            "\uD83C",
            "$(id)",
            "`id`",
            "\"",
            "=",
            "../../etc/passwd",
            "x".repeat(10_000),
            "",
            " ");

    private static final Set<Class<?>> REFUSALS = Set.of(
            UnknownTransformationException.class,
            UnknownParameterException.class,
            InvalidParameterException.class,
            ImpossibleCombinationException.class,
            RejectedMediaException.class);

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @TempDir
    Path work;

    private final TransformationCatalogue catalogue = TransformationCatalogue.builtIn();
    private final Random random = new Random(Sample.SEED);
    private final Map<String, Integer> verdicts = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void noValueChangesTheStructureOfACommand() throws Exception {
        int requests = Sample.size("requests for transformations", NORMAL, AT_LENGTH);
        TranscodePlanner planner =
                new TranscodePlanner(MediaSettings.assets(work), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
        RunningJob job = RunningJobs.inFolder(Files.createDirectories(work.resolve("claim")));
        Assets.putInto(job.getFolder());
        for (int i = 0; i < requests; i++) {
            ArrayNode request = request();
            String text = request.toString();
            String verdict;
            try {
                List<AppliedTransformation> asked = catalogue.read(catalogue.recipe(read(text)));
                List<AppliedTransformation> plain =
                        asked.stream().map(this::withOtherValues).toList();
                List<String> command = planner.plan(job, Sources.of(60, "30/1"), asked, Loudness.to(null))
                        .command()
                        .arguments();
                List<String> other = planner.plan(job, Sources.of(60, "30/1"), plain, Loudness.to(null))
                        .command()
                        .arguments();
                verdict = "planned";
                if (!structure(command).equals(structure(other))) {
                    wrong.add("changed by " + text + ": " + command);
                }
            } catch (RuntimeException e) {
                verdict = e.getClass().getSimpleName();
                if (!REFUSALS.contains(e.getClass())) {
                    wrong.add(text.substring(0, Math.min(text.length(), 300)) + ": " + e);
                }
            }
            verdicts.merge(verdict, 1, Integer::sum);
        }
        System.out.println("Seed " + Sample.SEED + ", verdicts: " + verdicts);
        System.out.printf(
                "RESULT name=transformation-fuzz value=%d unit=wrong-of-%d target=0 verdict=%s%n",
                wrong.size(), requests, wrong.isEmpty() ? "pass" : "fail");
        assertThat(wrong).isEmpty();
        // Or the test would show nothing.
        assertThat(verdicts).containsKeys("planned", "InvalidParameterException", "UnknownParameterException");
    }

    private static List<AskedTransformation> read(String text) throws Exception {
        List<AskedTransformation> asked = new ArrayList<>();
        for (JsonNode item : TransformationRecipe.parse(text)) {
            asked.add(AskedTransformation.read(item));
        }
        return asked;
    }

    private ArrayNode request() {
        ArrayNode request = NODES.arrayNode();
        List<TransformationEntry> entries = catalogue.entries();
        int items = 1 + random.nextInt(3);
        for (int i = 0; i < items; i++) {
            TransformationEntry entry = entries.get(random.nextInt(entries.size()));
            ObjectNode item = NODES.objectNode();
            item.put(AskedTransformation.NAME, chance(50) ? nasty() : entry.name());
            for (Parameter parameter : entry.parameters().values()) {
                if (!chance(4)) {
                    item.set(parameter.name(), chance(6) ? illegal() : legal(parameter, random, this::nasty));
                }
            }
            if (chance(20)) {
                item.set(nasty(), illegal());
            }
            if (chance(40)) {
                request.add(illegal());
            } else if (entry.parameters().isEmpty() && chance(2)) {
                request.add(entry.name());
            } else {
                request.add(item);
            }
        }
        return request;
    }

    private boolean chance(int oneOf) {
        return random.nextInt(oneOf) == 0;
    }

    private String nasty() {
        StringBuilder text = new StringBuilder();
        int parts = 1 + random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            text.append(NASTY.get(random.nextInt(NASTY.size())));
        }
        return text.toString();
    }

    /** A value that the parameter takes; of a text, one that is tried. */
    static JsonNode legal(Parameter parameter, Random random, Supplier<String> text) {
        return switch (parameter.type()) {
            case NUMBER, INTEGER -> {
                BigDecimal range = parameter.maximum().subtract(parameter.minimum());
                int decimals = parameter.type() == Type.INTEGER ? 0 : random.nextInt(7);
                BigDecimal share = BigDecimal.valueOf(
                        random.nextInt(8) == 0
                                ? random.nextInt(2)
                                : random.nextDouble() / (random.nextInt(2) == 0 ? 1 : 1000));
                yield NODES.numberNode(
                        parameter.minimum().add(range.multiply(share)).setScale(decimals, RoundingMode.HALF_UP));
            }
            case BOOLEAN -> NODES.booleanNode(random.nextBoolean());
            case CHOICE ->
                NODES.textNode(List.copyOf(parameter.choices().keySet())
                        .get(random.nextInt(parameter.choices().size())));
            case COLOUR -> NODES.textNode(String.format("#%06x", random.nextInt(1 << 24)));
            case TEXT -> NODES.textNode(text.get());
            case ASSET -> NODES.textNode(parameter.isPicture() ? Assets.PICTURE : Assets.CUES);
        };
    }

    private JsonNode illegal() {
        return switch (random.nextInt(9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.textNode(nasty());
            case 2 -> NODES.numberNode(new BigDecimal("1e999999999"));
            case 3 -> NODES.numberNode(new BigDecimal("1e-999999999"));
            case 4 -> NODES.numberNode(-random.nextInt());
            case 5 -> NODES.booleanNode(random.nextBoolean());
            case 6 -> NODES.arrayNode().add(nasty());
            case 7 -> NODES.objectNode().put(nasty(), nasty());
            default -> NODES.textNode("12");
        };
    }

    /** The same with other numbers, texts and colours; those that choose a part of the video stay. */
    private AppliedTransformation withOtherValues(AppliedTransformation asked) {
        Map<String, Object> values = new LinkedHashMap<>(asked.values());
        if (asked.entry().trim() == null
                && asked.produces().stream().allMatch(file -> file.check().from() == null)) {
            for (Parameter parameter : asked.entry().parameters().values()) {
                switch (parameter.type()) {
                    case NUMBER, INTEGER -> values.put(parameter.name(), parameter.maximum());
                    case COLOUR -> values.put(parameter.name(), "#123456");
                    case TEXT -> values.put(parameter.name(), "plain");
                    case BOOLEAN, CHOICE, ASSET -> {
                        // They choose between fragments.
                    }
                }
            }
        }
        return new AppliedTransformation(asked.entry(), values);
    }

    /** A command without its numbers. */
    private static List<String> structure(List<String> command) {
        return command.stream()
                .map(argument -> argument.replaceAll("0x[0-9a-fA-F]{6}|[0-9]+(\\.[0-9]+)?", "#"))
                .toList();
    }
}
