package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Chosen;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Type;
import caravana.test.Sample;
import caravana.test.TransformationRequests;
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
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of every kind, made by chance: each is refused by name, or planned without a value changing the command's structure. */
class TransformationFuzzTest {

    private static final int NORMAL = 1000;
    private static final int AT_LENGTH = 10_000;

    private static final Set<Class<?>> REFUSALS = Set.of(
            UnknownTransformationException.class,
            UnknownParameterException.class,
            InvalidParameterException.class,
            ImpossibleCombinationException.class,
            RejectedMediaException.class);

    @TempDir
    Path work;

    private final TransformationCatalogue catalogue = TransformationCatalogue.builtIn();
    private final Map<String, Integer> verdicts = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();
    private final Set<String> replaced = new TreeSet<>();

    @Test
    void noValueChangesTheStructureOfACommand() throws Exception {
        int requests = Sample.size("requests for transformations", NORMAL, AT_LENGTH);
        TranscodePlanner planner =
                new TranscodePlanner(MediaSettings.assets(work), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
        RunningJob job = RunningJobs.inFolder(Files.createDirectories(work.resolve("claim")));
        Assets.putInto(job.getFolder());
        TransformationRequests made = new TransformationRequests(catalogue.entries(), Sample.SEED, Assets::fitting);
        for (int i = 0; i < requests; i++) {
            String text = made.next().toString();
            String verdict;
            try {
                List<AppliedTransformation> asked = catalogue.read(catalogue.recipe(read(text)));
                List<String> command = command(planner, job, asked);
                compare(planner, job, asked, command, text);
                verdict = "planned";
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
        assertThat(replaced).contains("recortar.fin", "gif.inicio", "webp_animado.ancho", "marca_propia.posicion");
        if (Sample.LONG) {
            assertThat(replaced).isEqualTo(replaceable());
        }
    }

    /** All parameters but those that choose between fragments. */
    private Set<String> replaceable() {
        Set<String> names = new TreeSet<>();
        for (TransformationEntry entry : catalogue.entries()) {
            Set<String> choosing = choosing(entry);
            entry.parameters().keySet().stream()
                    .filter(name -> !choosing.contains(name))
                    .forEach(name -> names.add(entry.name() + "." + name));
        }
        return names;
    }

    private static List<String> command(
            TranscodePlanner planner, RunningJob job, List<AppliedTransformation> transformations) {
        SourceTimeline source = Sources.of(60, "30/1");
        TargetSize size = planner.beginSize(source, transformations);
        return planner.plan(job, source, transformations, Loudness.to(null), size)
                .command()
                .arguments();
    }

    private static List<AskedTransformation> read(String text) throws Exception {
        List<AskedTransformation> asked = new ArrayList<>();
        for (JsonNode item : TransformationRecipe.parse(text)) {
            asked.add(AskedTransformation.read(item));
        }
        return asked;
    }

    /** Plans the same with other values, which must give the same command but for these. */
    private void compare(
            TranscodePlanner planner,
            RunningJob job,
            List<AppliedTransformation> asked,
            List<String> command,
            String text)
            throws Exception {
        List<AppliedTransformation> plain =
                asked.stream().map(this::withOtherValues).toList();
        try {
            List<String> other = command(planner, job, plain);
            if (!structure(command, asked).equals(structure(other, plain))) {
                wrong.add("changed by " + text + ": " + command);
            }
        } catch (RuntimeException e) {
            wrong.add("not planned with other values than " + text + ": " + e);
        }
    }

    /** The same with other values, all but those that choose between fragments. A part of the video stays one. */
    private AppliedTransformation withOtherValues(AppliedTransformation asked) {
        Map<String, Object> values = new LinkedHashMap<>(asked.values());
        Set<String> choosing = choosing(asked.entry());
        for (String name : asked.values().keySet()) {
            Parameter parameter = asked.entry().parameters().get(name);
            if (choosing.contains(name)) {
                continue;
            }
            replaced.add(asked.name() + "." + name);
            values.put(
                    name,
                    switch (parameter.type()) {
                        case NUMBER, INTEGER ->
                            isBeginning(parameter)
                                    ? earlier((BigDecimal) asked.values().get(name))
                                    : parameter.maximum();
                        case COLOUR -> "#123456";
                        case TEXT -> "plain";
                        case ASSET -> Assets.alsoFitting(parameter);
                        case BOOLEAN -> !(Boolean) asked.values().get(name);
                        case CHOICE -> {
                            List<String> choices =
                                    List.copyOf(parameter.choices().keySet());
                            int place = choices.indexOf((String) asked.values().get(name));
                            yield choices.get((place + 1) % choices.size());
                        }
                    });
        }
        return new AppliedTransformation(asked.entry(), values);
    }

    /** Whether a part begins there, which must not be behind the end of the video. */
    private static boolean isBeginning(Parameter parameter) {
        return parameter.name().equals("inicio");
    }

    /** A moment before it; the beginning stays it, since nothing is cut off there. */
    private static BigDecimal earlier(BigDecimal moment) {
        return moment.divide(BigDecimal.valueOf(2), 6, RoundingMode.UP);
    }

    /** The parameters by which an entry chooses between its fragments. */
    private static Set<String> choosing(TransformationEntry entry) {
        Set<String> choosing = new HashSet<>();
        List<Chosen<?>> parts = new ArrayList<>(entry.sets().values());
        parts.addAll(Arrays.asList(
                entry.filter(),
                entry.audioFilter(),
                entry.loudness(),
                entry.size(),
                entry.output(),
                entry.subtitles(),
                entry.produces()));
        parts.stream().filter(Objects::nonNull).map(Chosen::by).forEach(choosing::add);
        return choosing;
    }

    /** A command without its numbers, the ids of assets, and what the catalogue itself writes for a choice. */
    private static List<String> structure(List<String> command, List<AppliedTransformation> of) {
        Set<String> choices =
                new TreeSet<>(Comparator.comparing(String::length).reversed().thenComparing(text -> text));
        for (AppliedTransformation transformation : of) {
            Set<String> choosing = choosing(transformation.entry());
            transformation.entry().parameters().values().stream()
                    .filter(parameter -> parameter.type() == Type.CHOICE && !choosing.contains(parameter.name()))
                    .forEach(parameter -> choices.addAll(parameter.choices().values()));
        }
        // Numbers are replaced anyway.
        choices.removeIf(text -> text.matches("[0-9]+"));
        return command.stream()
                .map(argument -> {
                    String text = argument;
                    for (String choice : choices) {
                        text = text.replace(choice, "#");
                    }
                    return text.replaceAll(
                            "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|0x[0-9a-fA-F]{6}|[0-9]+(\\.[0-9]+)?", "#");
                })
                .toList();
    }
}
