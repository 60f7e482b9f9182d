package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** How loud a file is, by another measurement than the worker's: the filter's own summary. */
public final class MeasuredLoudness {

    private MeasuredLoudness() {}

    /** The integrated loudness in LUFS. */
    public static double of(Path file) throws IOException, InterruptedException {
        Process ffmpeg = new ProcessBuilder(
                        "ffmpeg",
                        "-nostats",
                        "-hide_banner",
                        "-i",
                        file.toString(),
                        "-vn",
                        "-af",
                        "ebur128=framelog=verbose",
                        "-f",
                        "null",
                        "-")
                .redirectErrorStream(true)
                .start();
        String said = new String(ffmpeg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(ffmpeg.waitFor()).isZero();
        return Double.parseDouble(said.replaceFirst("(?s).*Summary:.*?I: +(-?[0-9.]+) LUFS.*", "$1"));
    }
}
