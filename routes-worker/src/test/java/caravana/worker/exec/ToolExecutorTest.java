package caravana.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.local.Liveness;
import caravana.test.Waits;
import caravana.worker.exec.ToolCommand.Output;
import caravana.worker.job.ClaimLostException;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import caravana.worker.media.RejectedMediaException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.component.exec.ExecResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class ToolExecutorTest {

    private static final Duration LONG = Waits.LIMIT;

    /** A limit that is reached, but not before a slow machine has started the tool. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    private RunningJob job;

    @BeforeEach
    void openJob() {
        job = RunningJobs.inFolder(folder);
    }

    private ExecResult run(Output output, Duration limit, Duration stall, String script) throws Exception {
        ToolCommand command = new ToolCommand(
                List.of("-c", script), output, limit, stall, status -> status == 3 ? null : refused(), null);
        return executor().execute(new ToolExecBinding.JobCommand("sh", command, job));
    }

    private static ToolExecutor executor() {
        return new ToolExecutor(new ToolProperties(5, DataSize.ofGigabytes(3)));
    }

    private static RejectedMediaException refused() {
        return new RejectedMediaException("refused", "A sentence for the uploader.");
    }

    @Test
    void handsOutTheDocument() throws Exception {
        ExecResult result = run(Output.DOCUMENT, LONG, LONG, "echo '{\"a\": 1}'");

        assertThat(new String(result.getStdout().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\": 1}");
    }

    @Test
    void anErrorStatusRefusesTheOriginal() {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "echo broken >&2; exit 1"))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class,
                        e -> assertThat(e.getCode()).isEqualTo("refused"))
                .hasMessage("A sentence for the uploader.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cannot allocate memory",
                "malloc of size 12345 failed",
                "Resource temporarily unavailable",
                "Error initializing filter 'drawtext' with"
            })
    void memoryThatWasRefusedIsNotTheOriginalsFault(String said) {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "echo \"" + said + "\" >&2; exit 1"))
                .isInstanceOf(ToolOutOfMemoryException.class);
    }

    @Test
    void aStatusThatSaysNothingAboutTheMediaIsTheToolsOwn() {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "echo 'no database' >&2; exit 3"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("no database");
    }

    @Test
    void aFullDiskAndASignalAreNotTheOriginalsFault() {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "echo 'x: No space left on device' >&2; exit 1"))
                .isInstanceOf(ToolFailedException.class);
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "kill -SEGV $$"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("139");
    }

    @Test
    void aToolThatIsNotThereIsNotTheOriginalsFault() {
        ToolCommand command =
                new ToolCommand(List.of(), Output.DOCUMENT, LONG, LONG, status -> status == 3 ? null : refused(), null);

        assertThatThrownBy(() -> executor().execute(new ToolExecBinding.JobCommand("no-such-tool", command, job)))
                .isNotInstanceOf(RejectedMediaException.class)
                .hasMessageContaining("no-such-tool");
    }

    @Test
    void aTimeLimitCanBeTheOriginalsFault() {
        ToolCommand command = new ToolCommand(
                List.of("-c", "sleep 60"),
                Output.DOCUMENT,
                Duration.ofMillis(300),
                LONG,
                status -> status == 3 ? null : refused(),
                () -> new RejectedMediaException("too_complex", "It takes too long."));

        assertThatThrownBy(() -> executor().execute(new ToolExecBinding.JobCommand("sh", command, job)))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class,
                        e -> assertThat(e.getCode()).isEqualTo("too_complex"));
    }

    /** An encoder that wants more than the limit: the real tool, and a real allocation that fails. */
    @Test
    void wantingMoreMemoryThanThereIsHasATypeOfItsOwn() {
        ToolCommand command = new ToolCommand(
                List.of(("-v error -nostdin -f lavfi -i testsrc2=size=4096x2304:duration=1 -c:v libx264 -f null -")
                        .split(" ")),
                Output.DOCUMENT,
                LONG,
                LONG,
                status -> status == 3 ? null : refused(),
                null);
        ToolExecutor starved = new ToolExecutor(new ToolProperties(5, DataSize.ofMegabytes(500)));

        assertThatThrownBy(() -> starved.execute(new ToolExecBinding.JobCommand("ffmpeg", command, job)))
                .isInstanceOf(ToolOutOfMemoryException.class);
    }

    @Test
    void theToolIsWhatTheKernelTakesFirstAndStandsBack() throws Exception {
        ExecResult result = run(
                Output.DOCUMENT,
                LONG,
                LONG,
                "cat /proc/self/oom_score_adj; nice; awk '/Max address space/ {print $4}' /proc/self/limits");

        assertThat(new String(result.getStdout().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactly("1000", "5", String.valueOf(3L << 30));
    }

    @Test
    void theTimeLimitKillsTheWholeTree() throws Exception {
        assertThatThrownBy(() -> run(Output.DOCUMENT, SHORT, LONG, "sleep 60 & echo $! > child; sh -c 'sleep 61'"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("TIME_LIMIT");

        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
        await().atMost(LONG)
                .until(() -> ProcessHandle.of(child).filter(Liveness::isRunning).isEmpty());
    }

    @Test
    void progressThatStandsStillIsAStall() {
        String standstill = "while true; do printf 'frame=7\\nout_time_us=1000\\ntotal_size=5\\nprogress=continue\\n';"
                + " sleep 0.1; done";

        assertThatThrownBy(() -> run(Output.PROGRESS, LONG, SHORT, standstill))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("STALLED");
        assertThat(job.getTool().progress().frame()).isEqualTo(7);
    }

    @Test
    void progressThatMovesIsNoStall() throws Exception {
        String moving = "for i in 1 2 3 4 5 6 7 8 9 10; do"
                + " printf \"frame=$i\\nout_time_us=N/A\\nspeed=2.5x\\nprogress=continue\\n\"; sleep 0.4; done";

        run(Output.PROGRESS, LONG, SHORT, moving);

        assertThat(job.getTool().progress()).isEqualTo(new ToolProgress(10, 0, 0, 0, 2.5));
    }

    @Test
    void aLostClaimStopsTheToolAndTheNextOne() throws Exception {
        CompletableFuture<Throwable> outcome = CompletableFuture.supplyAsync(() -> {
            try {
                run(Output.DOCUMENT, LONG, LONG, "touch started; sleep 60");
                return null;
            } catch (Exception e) {
                return e;
            }
        });
        await().atMost(LONG).until(() -> Files.exists(folder.resolve("started")));

        job.getTool().kill(KillReason.CLAIM_LOST);

        assertThat(outcome.get()).isInstanceOf(ClaimLostException.class);
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "touch again"))
                .isInstanceOf(ClaimLostException.class);
        assertThat(folder.resolve("again")).doesNotExist();
    }

    @Test
    void keepsTheEndOfWhatItComplains() {
        assertThatThrownBy(() -> run(
                        Output.DOCUMENT,
                        LONG,
                        LONG,
                        "head -c 20000000 /dev/zero | tr '\\0' x >&2; echo the-end >&2; kill -KILL $$"))
                .isInstanceOf(ToolFailedException.class)
                .satisfies(e -> assertThat(e.getMessage()).endsWith("the-end").hasSizeLessThan(8400));
    }

    @Test
    void theToolSeesNoneOfOurCredentials() throws Exception {
        ExecResult result = run(Output.DOCUMENT, LONG, LONG, "env");

        assertThat(new String(result.getStdout().readAllBytes(), StandardCharsets.UTF_8).lines())
                .isNotEmpty()
                .allMatch(line -> line.matches("(PATH|LANG|LC_ALL|HOME|TMPDIR|PWD|SHLVL|OLDPWD|_)=.*"));
    }
}
