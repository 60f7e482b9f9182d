package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.transformation.TransformationCatalogue;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TranscodePlannerTest {

    private final TransformationCatalogue catalogue = new TransformationCatalogue();
    private final TranscodePlanner planner = new TranscodePlanner(
            catalogue,
            new MediaProperties(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofMinutes(2), 20, 0));
    private final RunningJob job = RunningJobs.inFolder(Path.of("/jobs/claim"));

    private ToolCommand plan(double seconds, List<String> names) {
        return planner.plan(job, new MediaFacts("mov", seconds, 2, "h264", 1920, 1080, true), names);
    }

    @Test
    void theDefaultSetIsOneDecodeAndOneEncode() {
        List<String> line = plan(90, catalogue.defaultSet()).arguments();

        assertThat(Collections.frequency(line, "-i")).isEqualTo(1);
        assertThat(Collections.frequency(line, "-c:v")).isEqualTo(1);
        assertThat(Collections.frequency(line, "-vf")).isEqualTo(1);
        assertThat(line).containsSequence("-map", "0:2").contains("-an").containsSequence("-t", "30.0");
        assertThat(line).endsWith("file:/jobs/claim/video.mp4");
    }

    @Test
    void mayOpenNothingButFiles() {
        assertThat(plan(90, catalogue.defaultSet()).arguments())
                .containsSubsequence("-protocol_whitelist", "file", "-i", "file:/jobs/claim/original");
    }

    @Test
    void theTimeLimitFollowsTheLengthOfTheResult() {
        assertThat(plan(90, catalogue.defaultSet()).timeLimit()).isEqualTo(Duration.ofSeconds(120 + 30 * 20));
        assertThat(plan(10, catalogue.defaultSet()).timeLimit()).isEqualTo(Duration.ofSeconds(120 + 10 * 20));
        assertThat(plan(90, List.of("hd_720p")).timeLimit()).isEqualTo(Duration.ofSeconds(120 + 90 * 20));
    }
}
