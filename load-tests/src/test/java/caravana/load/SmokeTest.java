package caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.measure.Project;
import caravana.measure.Target;
import caravana.test.Sample;
import caravana.test.SampledClass;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scenarios with a handful of users and videos: plans, runner and report work together. */
@SampledClass(turn = 0)
class SmokeTest {

    private static Target target;

    @BeforeAll
    static void start() throws Exception {
        target = Target.of(null);
    }

    @AfterAll
    static void stop() {
        target.close();
    }

    @Test
    void scenariosHold() throws Exception {
        List<String> scenarios = Sample.of("load scenarios", 1, List.of("web", "worker"));

        assertThat(Load.run(scenarios, Profile.SMOKE, target)).isZero();
    }

    /** As in JMeter's window, where nobody gives it a token. */
    @Test
    void aPlanByItselfSignsUpAndFailsWhenWebIsTooSlow(@TempDir Path folder) throws Exception {
        Project.makeMedia(List.of(1));

        JMeter.Run run = JMeter.run(
                "scenario-1-web.jmx",
                target.web(),
                Map.of("file", Project.video(1).toString(), "duration.s", "3", "app.p95.ms.max", "0.01"),
                List.of("app_ms"),
                folder,
                true);

        assertThat(run.of("log in")).hasSize(1);
        assertThat(run.of("status"))
                .isNotEmpty()
                .allSatisfy(sample -> assertThat(sample).containsEntry("success", "true"));
        assertThat(run.held()).isFalse();
        assertThat(run.verdict()).contains("0.00 % of", "status: p95 of the app");
        assertThat(folder.resolve("dashboard/index.html")).isNotEmptyFile();
    }
}
