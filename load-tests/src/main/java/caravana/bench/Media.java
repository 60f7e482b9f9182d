package caravana.bench;

import caravana.local.SampleVideo;
import caravana.measure.MeasurementException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Generates videos with the real ffmpeg, and runs it. */
final class Media {

    private Media() {}

    /**
     * A video like a camera's, in H.264 and AAC: moving, with grain and sound, at a constant rate.
     *
     * @param size as {@code 1920x1080}
     * @param megabytes of 1,000,000 bytes that it has, more or less
     */
    static Path video(Path file, String size, int seconds, int megabytes) throws IOException, InterruptedException {
        String rate = megabytes * 8000 / seconds + "k";
        return SampleVideo.make(
                file,
                size,
                seconds,
                List.of("noise=alls=12:allf=t"),
                List.of("-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, "-movflags", "+faststart"));
    }

    /**
     * Runs ffmpeg and says what it said.
     *
     * @throws MeasurementException when it fails
     */
    static String ffmpeg(Path folder, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-y"));
        command.addAll(arguments);
        return run(folder, command);
    }

    /**
     * Runs a program and says what it said.
     *
     * @throws MeasurementException when it fails
     */
    static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path said = Files.createTempFile(folder, "said", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        int status = process.waitFor();
        String text = Files.readString(said);
        Files.delete(said);
        if (status != 0) {
            throw new MeasurementException(String.join(" ", command) + " ended with " + status + ": " + text);
        }
        return text;
    }
}
