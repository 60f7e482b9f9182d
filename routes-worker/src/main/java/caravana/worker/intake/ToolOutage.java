package caravana.worker.intake;

import caravana.worker.exec.ToolFailureNote;
import caravana.worker.settings.WorkerProperties;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Ends this process with status 1 when ffmpeg or ffprobe could not be run for the configured limit. Then systemd starts
 * a new process, which uses the JDK that is installed by then. Running jobs get the grace period, as in every shutdown.
 *
 * <p>The thread that watches is created at the start, because it could not be created later when the limit of processes
 * is reached.
 */
@Component
class ToolOutage {

    private static final Logger log = LoggerFactory.getLogger(ToolOutage.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Intake intake;
    private final Duration limit;
    private final ToolFailureNote note;
    private final Thread watcher = new Thread(this::watch, "tool-outage");

    ToolOutage(Intake intake, WorkerProperties worker, ToolFailureNote note) {
        this.intake = intake;
        this.limit = worker.toolOutageLimit();
        this.note = note;
        watcher.setDaemon(true);
    }

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        watcher.start();
    }

    @EventListener(ContextClosedEvent.class)
    void end() {
        watcher.interrupt();
    }

    private void watch() {
        try {
            while (intake.closedFor(Intake.TOOL).compareTo(limit) < 0) {
                synchronized (this) {
                    wait(PERIOD.toMillis());
                }
            }
        } catch (InterruptedException stopped) {
            return;
        }
        log.error("No tool could be run for {} s: {}. This worker ends", limit.toSeconds(), intake.closedWhy());
        note.write();
        System.exit(1);
    }
}
