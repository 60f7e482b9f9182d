package caravana.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.WorkerSettings;
import caravana.worker.exec.ToolFailureNotes;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a worker that cannot run its tools: a JVM of its own, since it ends. */
class ToolOutageTest {

    @TempDir
    Path folder;

    /** What runs in that JVM. */
    public static final class Worker {

        /** @param args the state folder */
        public static void main(String[] args) throws InterruptedException {
            var settings = WorkerSettings.withToolOutageLimit(Duration.ofMillis(300));
            Intake intake = new Intake(settings);
            new ToolOutage(intake, settings, ToolFailureNotes.in(args[0])).begin();
            intake.unavailable("tool", "interrupted");
            intake.available("tool");
            intake.unavailable("storage", "is another matter");
            Thread.sleep(1000);
            System.out.println("still there");
            intake.unavailable("tool", "ffmpeg cannot be run: it is a test");
            Thread.currentThread().join();
        }
    }

    @Test
    void theProcessEndsWithStatusOneAndLeavesANote() throws Exception {
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Worker.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(worker.getInputStream().readAllBytes());

        assertThat(worker.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("still there").contains("No tool could be run");
        assertThat(folder.resolve("tool-failure")).exists();
    }
}
