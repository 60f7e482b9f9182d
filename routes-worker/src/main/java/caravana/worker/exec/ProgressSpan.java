package caravana.worker.exec;

import caravana.tracing.Span;
import caravana.worker.job.RunningJob;
import caravana.worker.tool.ToolProgress;
import java.util.Map;

/** Adds the progress of a transcoding to its span: one event for each tenth of the result. */
final class ProgressSpan {

    private static final int STEP_PERCENT = 10;

    private final Span span;
    private final RunningJob job;
    private double due;

    /** @param span null when nothing is traced */
    ProgressSpan(Span span, RunningJob job) {
        this.span = span;
        this.job = job;
    }

    /** Adds events for the latest progress. */
    void moved(ToolProgress newest) {
        double percent = job.getPercent();
        if (span == null || percent < due) {
            return;
        }
        due = (Math.floor(percent / STEP_PERCENT) + 1) * STEP_PERCENT;
        span.event(
                "progress",
                Map.of(
                        "percent",
                        percent,
                        "frame",
                        newest.frame(),
                        "out_time_seconds",
                        newest.outTimeSeconds(),
                        "speed",
                        newest.speed()));
    }
}
