package caravana.worker.exec;

import caravana.routes.RouteVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Component;

/**
 * Identifies the encoder of this worker: the build of ffmpeg, and the version of the routes with their catalogue. Parts
 * of a video are joined only if they have the same one, because a decoder might not notice that they differ.
 */
@Component("encoderBuild")
public class EncoderBuild {

    private final RouteVersion routes;
    private String name;

    EncoderBuild(RouteVersion routes) {
        this.routes = routes;
    }

    /** Returns the first line of {@code ffmpeg -version} and the version of the routes. The first call runs ffmpeg. */
    public synchronized String name() throws IOException, InterruptedException, ToolFailedException {
        if (name == null) {
            Process process = new ProcessBuilder("ffmpeg", "-version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new ToolUnavailableException("ffmpeg", text);
            }
            name = text.lines().findFirst().orElse("") + ", routes " + routes.name();
        }
        return name;
    }
}
