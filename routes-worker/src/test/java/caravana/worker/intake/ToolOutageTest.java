package caravana.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import caravana.worker.WorkerSettings;
import caravana.worker.exec.ToolFailureNotes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
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
            AtomicInteger looks = new AtomicInteger();
            Intake intake = new Intake(settings) {
                @Override
                Duration closedFor(String reason) {
                    looks.incrementAndGet();
                    return super.closedFor(reason);
                }
            };
            new ToolOutage(intake, settings, ToolFailureNotes.in(args[0])).begin();
            intake.unavailable("tool", "interrupted");
            intake.available("tool");
            intake.unavailable("storage", "is another matter");
            // Between two looks lies more than the limit.
            int before = looks.get();
            await().atMost(Waits.LIMIT).until(() -> looks.get() >= before + 2);
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
