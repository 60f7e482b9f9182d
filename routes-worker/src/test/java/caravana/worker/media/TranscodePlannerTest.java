package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import caravana.media.MediaLimits;
import caravana.transformation.AskedTransformation;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.WorkerSettings;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranscodePlannerTest {

    @TempDir
    Path workFolder;

    private final TransformationCatalogue catalogue = TransformationCatalogue.builtIn();
    private MediaAssets assets;
    private TranscodePlanner planner;
    private RunningJob job;

    @BeforeEach
    void openJob() {
        assets = MediaSettings.assets(workFolder);
        planner = planner(WorkerSettings.LIMITS);
        job = RunningJobs.inFolder(workFolder.resolve("claim"));
    }

    private TranscodePlanner planner(MediaLimits limits) {
        return new TranscodePlanner(assets, MediaSettings.DEFAULTS, limits);
    }

    private TranscodePlan plan(double seconds, List<String> names) {
        return plan(seconds, "30/1", names);
    }

    private TranscodePlan plan(double seconds, String rate, List<String> names) {
        return planner.plan(
                job,
                Sources.of(seconds, rate),
                catalogue.apply(names.stream().map(AskedTransformation::named).toList()),
                Loudness.to(null),
                TargetSize.of(null));
    }

    @Test
    void theDefaultSetIsOneDecodeAndOneEncode() {
        List<String> line = plan(90, catalogue.defaultSet()).command().arguments();

        // Two inputs: the original, once, and the logo, a single picture.
        assertThat(Collections.frequency(line, "-i")).isEqualTo(2);
        assertThat(line).containsOnlyOnce("file:" + job.getOriginal()).containsOnlyOnce("file:../.assets/logo.png");
        assertThat(Collections.frequency(line, "-filter_complex")).isEqualTo(1);
        assertThat(Collections.frequency(line, "libx264")).isEqualTo(1);
        assertThat(line.get(line.indexOf("-filter_complex") + 1))
                .containsOnlyOnce("[0:2]")
                .contains("trim=end_frame=900");
        assertThat(line).containsOnlyOnce("[video]").contains("-an").doesNotContain("-t");
        assertThat(line).containsSequence("-f", "mp4", "-y", "file:" + job.getResult());
        assertThat(line)
                .containsSequence("-map", "[poster]")
                .endsWith("file:" + job.getFolder().resolve("poster.jpg"));
    }

    @Test
    void mayOpenNothingButThisFileInKnownFormats() {
        assertThat(plan(90, catalogue.defaultSet()).command().arguments())
                .containsSubsequence(
                        "-protocol_whitelist",
                        "file",
                        "-format_whitelist",
                        String.join(",", WorkerSettings.LIMITS.formats()),
                        "-max_pixels",
                        String.valueOf(4096 * 2304),
                        "-i",
                        "file:" + job.getOriginal());
    }

    @Test
    void theTimeLimitFollowsTheLengthOfTheResult() {
        assertThat(plan(90, catalogue.defaultSet()).command().timeLimit()).isEqualTo(Duration.ofSeconds(120 + 35 * 20));
        assertThat(plan(10, catalogue.defaultSet()).command().timeLimit()).isEqualTo(Duration.ofSeconds(120 + 15 * 20));
        assertThat(plan(90, List.of("hd_720p")).command().timeLimit()).isEqualTo(Duration.ofSeconds(120 + 90 * 20));
    }

    /** 20 times five hours would be longer than SQS lets a message be held. */
    @Test
    void noTimeLimitIsLongerThanTheLongestRun() {
        assertThat(plan(5 * 3600, List.of("hd_720p")).command().timeLimit()).isEqualTo(MediaLimits.LONGEST_RUN);
    }

    @Test
    void laterPicturesMayBeAsLargeAsTheFirst() {
        planner = planner(WorkerSettings.limits(
                Map.of("CARAVANA_VIDEO_MAX_WIDTH", "16000", "CARAVANA_VIDEO_MAX_HEIGHT", "9000")));

        assertThat(plan(10, catalogue.defaultSet()).command().arguments()).containsSequence("-max_pixels", "144000000");
    }

    @Test
    void theResultIsPlannedByWhatIsAskedFor() {
        PlannedResult all = plan(90, catalogue.defaultSet()).result();
        assertThat(all.seconds()).isCloseTo(35, within(0.001));
        assertThat(all)
                .returns(false, PlannedResult::audio)
                .returns(new PlannedResult.Box(1280, 720), PlannedResult::size);

        PlannedResult little = plan(90, List.of("hd_720p")).result();
        assertThat(little.seconds()).isCloseTo(90, within(0.001));
        assertThat(little).returns(true, PlannedResult::audio).returns(null, PlannedResult::size);
    }

    @ParameterizedTest
    @CsvSource({
        "25/1, 25/1",
        "30000/1001, 30000/1001",
        "60/1, 60/2",
        "50/1, 50/2",
        "60000/1001, 60000/2002",
        "120/1, 120/4",
        "240/1, 240/8",
        "100/1, 100/4",
        "31/1, 30/1",
        "0/0, 30/1",
        "5/1, 10/1",
        "1/10, 100/10",
        "not-known, 30/1"
    })
    void theFrameRateIsTheOriginalsDividedOrMultiplied(String original, String result) {
        assertThat(plan(10, original, catalogue.defaultSet()).result().frameRate())
                .hasToString(result);
    }

    @Test
    void fragmentsFollowOneAnotherWhateverTheirKind() {
        FilterGraph graph = new FilterGraph("[0:0]");
        graph.link("a");
        graph.link("b=1");
        graph.graph("{in}c{out}");
        graph.graph("{in}d{out}");
        graph.link("e");

        assertThat(graph.endAt("[video]")).isEqualTo("[0:0]a,b=1[s0];[s0]c[s1];[s1]d[s2];[s2]e[video]");
    }
}
