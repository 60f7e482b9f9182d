package caravana.worker.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker looks at, and when. */
class WatchIntakeTest {

    @TempDir
    Path folder;

    private JobRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = JobRoutes.start(folder);
    }

    @AfterEach
    void stop() throws Exception {
        routes.close();
    }

    /** Each start of a tool takes a fifth of a second of a processor. */
    @Test
    void toolsThatWorkAreNotRunForNothing() throws Exception {
        routes.run("watch-intake");
        routes.run("watch-intake");

        verify(routes.systems, times(2)).storage();
        verify(routes.systems, times(2)).disk();
        verify(routes.systems, never()).tools();
        assertThat(routes.intake().isOpen()).isTrue();
    }

    @Test
    void toolsThatFailedAJobAreRunUntilTheyWork() throws Exception {
        routes.fail(JobRoutes.TRANSCODE, new IOException("ffmpeg is missing"));
        doThrow(new IOException("ffmpeg is missing")).when(routes.systems).tools();
        routes.receiveJob();
        assertThat(routes.intake().closedBy()).containsExactly("tool");

        routes.run("watch-intake");
        assertThat(routes.intake().closedBy()).containsExactly("tool");
        doNothing().when(routes.systems).tools();
        routes.run("watch-intake");

        assertThat(routes.intake().isOpen()).isTrue();
        verify(routes.systems, times(3)).tools();
    }

    @Test
    void aSystemThatIsUnavailableClosesTheIntakeUntilItAnswers() throws Exception {
        doThrow(new IllegalStateException("no answer")).when(routes.systems).storage();
        routes.run("watch-intake");
        assertThat(routes.intake().closedBy()).containsExactly("storage");

        doNothing().when(routes.systems).storage();
        routes.run("watch-intake");

        assertThat(routes.intake().isOpen()).isTrue();
    }
}
