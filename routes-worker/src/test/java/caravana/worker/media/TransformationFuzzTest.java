package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.TransformationEntry.Parameter;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
                List<AppliedTransformation> plain =
                        asked.stream().map(this::withOtherValues).toList();
                List<String> command = command(planner, job, asked);
                List<String> other = command(planner, job, plain);
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

    /** The same with other numbers, texts and colours; those that choose a part of the video stay. */
    private AppliedTransformation withOtherValues(AppliedTransformation asked) {
        Map<String, Object> values = new LinkedHashMap<>(asked.values());
        if (asked.entry().trim() == null
                && asked.produces().stream().allMatch(file -> file.check().from() == null)) {
            for (String name : asked.values().keySet()) {
                Parameter parameter = asked.entry().parameters().get(name);
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
