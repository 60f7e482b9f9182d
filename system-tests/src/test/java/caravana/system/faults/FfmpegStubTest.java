package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Run as a worker runs it: by its name, in the job's folder, with little in its environment. */
@Timeout(600)
class FfmpegStubTest {

    /** What Java makes of an end by SIGKILL. */
    private static final int KILLED = 128 + 9;

    @TempDir
    static Path tools;

    @TempDir
    Path job;

    private static FfmpegStub stub;
    private Path result;

    private record Run(int status, String output, double seconds) {}

    @BeforeAll
    static void make() throws Exception {
        stub = FfmpegStub.in(tools.resolve("with space"));
    }

    @BeforeEach
    void nameResult() {
        result = job.resolve("video.mp4");
    }

    @Test
    void answersToolChecks() throws Exception {
        Run run = run("ffmpeg", "-hide_banner", "-version");
        assertThat(run.status()).isZero();
        assertThat(run.output()).startsWith("ffmpeg version");
    }

    @Test
    void worksAsLongAsOrderedAndReplacesTheOutput() throws Exception {
        Files.writeString(result, "of an earlier run");
        Run run = transcode(Map.of("seconds", "0.6"));

        assertThat(run.status()).isZero();
        assertThat(run.seconds()).isGreaterThanOrEqualTo(0.6);
        assertThat(result).hasBinaryContent(stub.result());
        List<Long> frames = run.output()
                .lines()
                .filter(line -> line.startsWith("frame="))
                .map(line -> Long.valueOf(line.substring("frame=".length())))
                .toList();
        // Three while it works, and then what the result has.
        assertThat(frames).hasSize(4).isSorted().doesNotHaveDuplicates().endsWith(70L);
        assertThat(run.output())
                .contains("\nout_time_us=600000\n", "\nspeed=1x\n", "\nprogress=continue\n")
                .endsWith("progress=end\n");
    }

    @Test
    void takesASecondWhenNothingElseIsOrdered() throws Exception {
        Run run = transcode(Map.of());
        assertThat(run.status()).isZero();
        assertThat(run.seconds()).isGreaterThanOrEqualTo(1.0);
        assertThat(run.output().lines().filter(line -> line.startsWith("out_time_us=")))
                .last()
                .isEqualTo("out_time_us=1000000");
        assertThat(result).hasBinaryContent(stub.result());
    }

    @Test
    void diesByASignalEachTime() throws Exception {
        for (int attempt = 0; attempt < 2; attempt++) {
            Run run = transcode(Map.of("seconds", "0.4", "fail", "signal"));
            assertThat(run.status()).isEqualTo(KILLED);
            assertThat(run.output()).contains("progress=continue").doesNotContain("progress=end");
            assertThat(result).doesNotExist();
        }
    }

    @Test
    void endsWithAnError() throws Exception {
        Run run = transcode(Map.of("seconds", "0.2", "fail", "error"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(result).doesNotExist();
    }

    @Test
    void endsWithAnErrorWithoutTheArgumentThatItWants() throws Exception {
        assertThat(transcode(Map.of("seconds", "0.2", "wants", "mp4")).status()).isZero();
        Files.delete(result);
        assertThat(transcode(Map.of("seconds", "0.2", "wants", "mp5")).status()).isEqualTo(1);
        assertThat(result).doesNotExist();
    }

    @Test
    void diesUntilItIsHealed() throws Exception {
        Map<String, String> orders = Map.of("seconds", "0.2", "fail", "until-healed");
        assertThat(transcode(orders).status()).isEqualTo(KILLED);
        stub.heal();
        assertThat(transcode(orders).status()).isZero();
        assertThat(result).hasBinaryContent(stub.result());
    }

    @Test
    void failsWhenTheOutputCannotBeWritten() throws Exception {
        result = job.resolve("missing").resolve("video.mp4");
        Run run = transcode(Map.of("seconds", "0.2"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output()).doesNotContain("progress=end");
    }

    @Test
    void leavesAVideoWithoutOrdersToFfmpeg() throws Exception {
        Files.write(job.resolve("original"), stub.originalForFfmpeg());
        Run run = run(
                "ffmpeg",
                "-nostdin",
                "-v",
                "error",
                "-i",
                "file:original",
                "-t",
                "0.1",
                "-c",
                "copy",
                "-y",
                "file:" + result);
        assertThat(run.status()).isZero();
        assertThat(probe(result)).isEqualTo("h264,640,360");
    }

    @Test
    void itsVideosAreValid() throws Exception {
        Path original = job.resolve("original.mp4");
        Files.write(original, stub.original(Map.of("seconds", "30", "fail", "until-healed")));
        Files.write(result, stub.result());
        assertThat(probe(original)).isEqualTo("h264,320,240");
        assertThat(probe(result)).isEqualTo("h264,1280,720");
    }

    private Run transcode(Map<String, String> orders) throws IOException, InterruptedException {
        Files.write(job.resolve("original"), stub.original(orders));
        return run(
                "ffmpeg",
                "-nostdin",
                "-progress",
                "pipe:1",
                "-protocol_whitelist",
                "file",
                "-i",
                "file:original",
                "-i",
                "file:" + stub.folder().resolve("footage.mp4"),
                "-vf",
                "scale=w='trunc(iw*sar/2)*2':h=-2",
                "-f",
                "mp4",
                "-y",
                "file:" + result);
    }

    private String probe(Path video) throws IOException, InterruptedException {
        Run run = run(
                "ffprobe",
                "-v",
                "error",
                "-show_entries",
                "stream=codec_name,width,height",
                "-of",
                "csv=print_section=0",
                video.toString());
        assertThat(run.status()).isZero();
        return run.output().strip();
    }

    private Run run(String... command) throws IOException, InterruptedException {
        String path = stub.folder() + ":" + System.getenv("PATH");
        // By env, since Java itself looks a program up in its own PATH.
        ProcessBuilder builder = new ProcessBuilder("env", "PATH=" + path)
                .directory(job.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.command().addAll(List.of(command));
        builder.environment().clear();
        long started = System.nanoTime();
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output, (System.nanoTime() - started) / 1e9);
    }
}
