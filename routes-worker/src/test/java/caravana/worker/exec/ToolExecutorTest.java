package caravana.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.local.Liveness;
import caravana.test.Waits;
import caravana.worker.WorkerSettings;
import caravana.worker.exec.ToolCommand.Output;
import caravana.worker.job.ClaimLostException;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import caravana.worker.job.WorkFolders;
import caravana.worker.media.RejectedMediaException;
import caravana.worker.settings.WorkerProperties;
import caravana.worker.tool.KillReason;
import caravana.worker.tool.ToolProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.component.exec.ExecResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                List.of("-c", script), output, limit, stall, (status, errors) -> status == 3 ? null : refused(), null);
        return executor().execute(new ToolExecBinding.JobCommand("sh", command, job));
    }

    private void run(String tool) throws Exception {
        ToolCommand command =
                new ToolCommand(List.of(), Output.DOCUMENT, LONG, LONG, (status, errors) -> refused(), null);
        executor().execute(new ToolExecBinding.JobCommand(tool, command, job));
    }

    private static ToolExecutor executor() {
        return new ToolExecutor(launcher(DataSize.ofGigabytes(3)));
    }

    private static ToolLauncher launcher(DataSize memory) {
        return new ToolLauncher(new ToolProperties(5, memory));
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
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("refused"))
                .hasMessage("A sentence for the uploader.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cannot allocate memory",
                "malloc of size 12345 failed",
                "terminate called after throwing an instance of 'std::bad_alloc'",
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
                .isInstanceOfSatisfying(
                        ToolFailedException.class, e -> assertThat(e.code()).isEqualTo("tool_failed"))
                .hasMessageContaining("no database");
    }

    @Test
    void aFullDiskAndASignalAreNotTheOriginalsFault() {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "echo 'x: No space left on device' >&2; exit 1"))
                .isInstanceOfSatisfying(
                        ToolFailedException.class, e -> assertThat(e.code()).isEqualTo("disk_full"));
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "kill -TERM $$"))
                .isInstanceOfSatisfying(
                        ToolFailedException.class, e -> assertThat(e.code()).isEqualTo("killed"))
                .hasMessageContaining("143");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ILL", "ABRT", "FPE", "SEGV"})
    void aCrashOfTheToolThatReadsTheOriginalIsToldFromOthers(String signal) {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "kill -" + signal + " $$"))
                .isInstanceOf(ToolFailedException.class)
                .isNotInstanceOf(ToolCrashedException.class);

        job.enter("probe");
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "kill -" + signal + " $$"))
                .isInstanceOfSatisfying(
                        ToolCrashedException.class, e -> assertThat(e.code()).isEqualTo("tool_failed"));
    }

    /** Started for real: missing, not executable, without its interpreter, without one of its libraries. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            no-such-tool   |                                             | r--
            not-executable | #!/bin/sh                                   | r--
            no-interpreter | #!/no/such/interpreter                      | r-x
            """)
    void aToolThatCannotBeRunIsNobodysFault(String name, String content, String mode) throws Exception {
        Path tool = folder.resolve(name);
        if (content != null) {
            Files.writeString(tool, content + "\n");
            Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString(mode.repeat(3)));
        }

        assertThatThrownBy(() -> run(tool.toString()))
                .isInstanceOfSatisfying(
                        ToolUnavailableException.class,
                        e -> assertThat(e.code()).isEqualTo("tool_unavailable"))
                .hasMessageContaining(name);
    }

    /** As the dynamic linker and the programs before the tool write it; the linker's version check ends with 1. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127 | ffmpeg: error while loading shared libraries: libx264.so.164: cannot open shared object file: No such file
            127 | ffprobe: symbol lookup error: /usr/lib/libavfilter.so.8: undefined symbol: x
            1   | ffmpeg: /lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.99' not found (required by ffmpeg)
            126 | prlimit: failed to execute ffmpeg: Permission denied
            127 | setpriv: failed to execute choom: No such file or directory
            1   | prlimit: failed to set the AS resource limit: Operation not permitted
            1   | choom: failed to set score adj value: Permission denied
            """)
    void whatStandsBeforeTheToolIsNobodysFault(int status, String said) {
        assertThatThrownBy(() -> run(
                        Output.DOCUMENT, LONG, LONG, "echo \"" + said.replace("`", "\\`") + "\" >&2; exit " + status))
                .isInstanceOf(ToolUnavailableException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            126 | Conversion failed!
            127 | [mov,mp4 @ 0x55] moov atom not found
            1   | [mov,mp4 @ 0x55] prlimit: failed to execute ffmpeg
            """)
    void itsOwnStatusIsTheMediasFaultWhateverItIs(int status, String said) {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "echo '" + said + "' >&2; exit " + status))
                .isInstanceOf(RejectedMediaException.class);
    }

    @Test
    void aCommandLineThatNoMachineTakesIsAMistake() {
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "true " + "x".repeat(3_000_000)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "true \0"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFolderThatIsGoneIsNoFaultOfTheTool() {
        job = RunningJobs.inFolder(folder.resolve("gone"));

        assertThatThrownBy(() -> run(Output.DOCUMENT, LONG, LONG, "true")).isInstanceOf(FileSystemException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // As an update leaves it that was broken off: empty, or cut; a shell then runs what is there.
                "",
                "garbage",
                "#!/bin/sh\nexit 127",
                "#!/bin/sh\necho $0 version 5; kill -SEGV $$",
                "#!/bin/sh\necho another program"
            })
    void theProbeFindsOutWhetherAToolRuns(String content) throws Exception {
        Path tool = Files.writeString(folder.resolve("tool"), content);
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("r-xr-xr-x"));

        assertThatThrownBy(() -> probe().check(tool.toString(), List.of("-version"), tool + " version"))
                .isInstanceOf(ToolUnavailableException.class)
                .hasMessageContaining("ended with status")
                .hasMessageNotContaining("No such file");
    }

    @Test
    void theProbeIsContentWithTheRealTools() throws Exception {
        probe().check();
    }

    @Test
    void theProbeFindsOutThatThereIsNoFont() throws Exception {
        Path fonts = Files.writeString(folder.resolve("fonts.conf"), """
                <!DOCTYPE fontconfig SYSTEM "fonts.dtd">
                <fontconfig><dir>/no/such/folder</dir></fontconfig>
                """);
        Path ffmpeg = Files.writeString(
                folder.resolve("ffmpeg"), "#!/bin/sh\nFONTCONFIG_FILE=" + fonts + " exec ffmpeg \"$@\"\n");
        Files.setPosixFilePermissions(ffmpeg, PosixFilePermissions.fromString("r-xr-xr-x"));

        assertThatThrownBy(() -> probe().check(ffmpeg.toString(), ToolCheck.drawing("framecrc"), "#software"))
                .isInstanceOf(ToolUnavailableException.class)
                .hasMessageContaining("Cannot find a valid font");
    }

    /** Its work folder is another than the tools', which it would remove as leftovers. */
    private ToolProbe probe() {
        WorkerProperties settings = WorkerSettings.in(folder.resolve("work"), DataSize.ofBytes(1));
        return new ToolProbe(launcher(DataSize.ofGigabytes(3)), WorkFolders.in(settings));
    }

    @Test
    void whatWorksForItsTimeLimitIsTheOriginalsFault() {
        // Many of them: on a busy machine one alone gets little of the CPU.
        String working = "for i in 1 2 3 4 5 6 7 8; do while :; do :; done & done; wait";
        assertThatThrownBy(() -> executor().execute(judged(working)))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("too_complex"));
    }

    /** A machine that is busy, or that stood still, gives it little of the CPU. */
    @Test
    void whatWaitsForItsTimeLimitIsTheMachinesFault() {
        assertThatThrownBy(() -> executor().execute(judged("sleep 60")))
                .isInstanceOfSatisfying(
                        ToolFailedException.class, e -> assertThat(e.code()).isEqualTo("time_limit"));
    }

    private ToolExecBinding.JobCommand judged(String script) {
        ToolCommand command = new ToolCommand(
                List.of("-c", script),
                Output.DOCUMENT,
                Duration.ofMillis(300),
                LONG,
                (status, errors) -> status == 3 ? null : refused(),
                () -> new RejectedMediaException("too_complex", "It takes too long."));
        return new ToolExecBinding.JobCommand("sh", command, job);
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
                (status, errors) -> status == 3 ? null : refused(),
                null);
        ToolExecutor starved = new ToolExecutor(launcher(DataSize.ofMegabytes(500)));

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
                .containsExactly("1000", String.valueOf(Math.min(19, niceness() + 5)), String.valueOf(3L << 30));
    }

    /** The niceness of this process, to which that of a tool is added. */
    private static int niceness() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }

    @Test
    void theTimeLimitKillsTheWholeTree() throws Exception {
        assertThatThrownBy(() -> run(Output.DOCUMENT, SHORT, LONG, "sleep 60 & echo $! > child; sh -c 'sleep 61'"))
                .isInstanceOfSatisfying(
                        ToolFailedException.class, e -> assertThat(e.code()).isEqualTo("time_limit"));

        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
        await().atMost(LONG)
                .until(() -> ProcessHandle.of(child).filter(Liveness::isRunning).isEmpty());
    }

    @Test
    void progressThatStandsStillIsAStall() {
        String standstill = "printf 'frame=7\\nout_time_us=1000\\ntotal_size=5\\nprogress=continue\\n'; exec sleep 60";

        assertThatThrownBy(() -> run(Output.PROGRESS, LONG, SHORT, standstill))
                .isInstanceOf(ToolFailedException.class)
                .satisfies(e -> assertThat(((ToolFailedException) e).code()).isEqualTo("stalled"));
        assertThat(job.getTool().progress().frame()).isEqualTo(7);
    }

    /** Other tools of the job go on until its failure is handled, which does not depend on which of them fails first. */
    @Test
    void aLimitKillsItsOwnToolAlone() {
        assertThatThrownBy(() -> run(Output.SILENT, LONG, SHORT, "exec sleep 60"))
                .isInstanceOfSatisfying(
                        ToolFailedException.class, e -> assertThat(e.code()).isEqualTo("stalled"));
        assertThat(job.getTool().killed()).isNull();
        assertThatThrownBy(() -> run(Output.SILENT, SHORT, LONG, "exec sleep 60"))
                .isInstanceOfSatisfying(
                        ToolFailedException.class, e -> assertThat(e.code()).isEqualTo("time_limit"));
        assertThat(job.getTool().killed()).isNull();
    }

    @Test
    void afterAFailureBesideItAToolMayRunAgain() throws Exception {
        job.getTool().kill(KillReason.BESIDE_FAILED);
        assertThatThrownBy(() -> run(Output.SILENT, LONG, LONG, "touch again"))
                .isInstanceOf(ToolFailedException.class)
                .hasMessageContaining("at the same time");
        job.getTool().permit();
        run(Output.SILENT, LONG, LONG, "touch again");
        assertThat(folder.resolve("again")).exists();

        job.getTool().kill(KillReason.BESIDE_FAILED);
        job.getTool().kill(KillReason.CLAIM_LOST);
        job.getTool().permit();
        assertThatThrownBy(() -> run(Output.SILENT, LONG, LONG, "true")).isInstanceOf(ClaimLostException.class);
    }

    /** Nothing is written for three times the limit, and something below the tool works all the time. */
    @Test
    void cpuTimeThatMovesIsNoStall() throws Exception {
        run(Output.PROGRESS, LONG, Duration.ofSeconds(1), "timeout 3 sh -c 'while :; do :; done'; true");
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
                .allMatch(line -> line.matches("(PATH|LANG|LC_ALL|HOME|TMPDIR|PWD|SHLVL|OLDPWD|SVT_LOG|_)=.*"));
    }
}
