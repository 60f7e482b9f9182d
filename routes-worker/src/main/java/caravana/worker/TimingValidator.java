package caravana.worker;

import caravana.aws.QueueProperties;
import caravana.media.MediaLimits;
import caravana.worker.media.MediaProperties;
import caravana.worker.settings.WorkerProperties;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.stereotype.Component;

/**
 * Validates settings of time against each other when the worker starts, because they are set in different places. It
 * also sets the time limit of Camel's shutdown according to the grace period.
 *
 * <p>The rules, and the reason for each:
 *
 * <ul>
 *   <li>lease ≥ 3 heartbeats: otherwise a single late or failed heartbeat could cost a healthy job its claim;
 *   <li>lease + heartbeat ≤ visibility timeout: otherwise a dead worker's message returns while its claim is still valid, and uses up
 *       a receive;
 *   <li>heartbeat + longest time of a hung database call ≤ lease: otherwise one such call loses the lease;
 *   <li>longest time of an SQS call ≤ heartbeat: otherwise the next heartbeat waits for it;
 *   <li>tool outage limit > period of the probe: otherwise one failed probe ends the worker;
 *   <li>backoff ≤ longest backoff ≤ 15 min, the longest delivery delay of SQS;
 *   <li>base time limit + longest video ≤ longest run of ffmpeg: otherwise some videos would fail even if they are processed at the
 *       speed at which they play;
 *   <li>Spring's time-out of a shutdown phase > grace period + 15 s, in which Camel requeues jobs.
 * </ul>
 */
@Component
class TimingValidator implements CamelContextConfiguration {

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(15);

    private final WorkerProperties worker;

    /** @throws IllegalStateException when the settings contradict each other; the message names every violated rule */
    TimingValidator(
            WorkerProperties worker,
            MediaProperties media,
            MediaLimits limits,
            QueueProperties queue,
            HikariDataSource pool,
            LifecycleProperties lifecycle) {
        this.worker = worker;
        List<String> problems = problems(
                worker,
                media.baseTimeLimit(),
                limits.duration(),
                Duration.ofSeconds(queue.visibilitySeconds()),
                queue.callTimeout(),
                Duration.ofMillis(pool.getConnectionTimeout()),
                socketTimeout(pool),
                lifecycle.getTimeoutPerShutdownPhase());
        if (!problems.isEmpty()) {
            throw new IllegalStateException("The worker's times do not fit together: " + String.join("; ", problems));
        }
    }

    private static Duration socketTimeout(HikariDataSource pool) {
        // pgjdbc takes seconds; 0, its default, waits for ever.
        return Duration.ofSeconds(Long.parseLong(pool.getDataSourceProperties().getProperty("socketTimeout", "0")));
    }

    static List<String> problems(
            WorkerProperties worker,
            Duration baseTimeLimit,
            Duration longestVideo,
            Duration visibility,
            Duration sqsCall,
            Duration databaseConnect,
            Duration databaseAnswer,
            Duration shutdownPhase) {
        List<String> problems = new ArrayList<>();
        Duration heartbeat = worker.heartbeat();
        Duration lease = worker.lease();
        require(problems, heartbeat.toMillis() > 0, "caravana.worker.heartbeat must be above 0");
        require(
                problems,
                lease.compareTo(heartbeat.multipliedBy(3)) >= 0,
                "caravana.worker.lease (%s) must be at least three heartbeats (%s)",
                lease,
                heartbeat);
        require(
                problems,
                lease.plus(heartbeat).compareTo(visibility) <= 0,
                "caravana.worker.lease (%s) and one heartbeat (%s) must fit into SQS_VISIBILITY_TIMEOUT (%s)",
                lease,
                heartbeat,
                visibility);
        require(
                problems,
                databaseAnswer.toMillis() > 0,
                "spring.datasource.hikari.data-source-properties.socketTimeout must be set");
        require(
                problems,
                heartbeat.plus(databaseConnect).plus(databaseAnswer).compareTo(lease) <= 0,
                "a heartbeat (%s) whose database call hangs (connection-timeout %s, socketTimeout %s) must end"
                        + " within caravana.worker.lease (%s)",
                heartbeat,
                databaseConnect,
                databaseAnswer,
                lease);
        require(
                problems,
                sqsCall.compareTo(heartbeat) < 0,
                "caravana.sqs.call-timeout (%s) must be below caravana.worker.heartbeat (%s)",
                sqsCall,
                heartbeat);
        require(
                problems,
                worker.backoff().toMillis() > 0
                        && worker.backoff().compareTo(worker.maxBackoff()) <= 0
                        && worker.maxBackoff().compareTo(LONGEST_DELAY) <= 0,
                "caravana.worker.backoff (%s) must be above 0 and at most max-backoff (%s), which is at most 15 min",
                worker.backoff(),
                worker.maxBackoff());
        require(
                problems,
                baseTimeLimit.plus(longestVideo).compareTo(MediaLimits.LONGEST_RUN) <= 0,
                "caravana.media.base-time-limit (%s) and CARAVANA_VIDEO_MAX_DURATION (%s) must be at most %s together",
                baseTimeLimit,
                longestVideo,
                MediaLimits.LONGEST_RUN);
        require(problems, !worker.grace().isNegative(), "caravana.worker.grace cannot be negative");
        require(
                problems,
                worker.grace().plus(WorkerProperties.REQUEUE_TIME).compareTo(shutdownPhase) < 0,
                "caravana.worker.grace (%s) and 15 s must be below spring.lifecycle.timeout-per-shutdown-phase (%s)",
                worker.grace(),
                shutdownPhase);
        require(problems, worker.probe().toMillis() > 0, "caravana.worker.probe must be above 0");
        require(
                problems,
                worker.toolOutageLimit().compareTo(worker.probe()) > 0,
                "caravana.worker.tool-outage-limit (%s) must be above caravana.worker.probe (%s): one failed probe is no outage",
                worker.toolOutageLimit(),
                worker.probe());
        require(
                problems,
                !worker.routeDefectPause().isNegative(),
                "caravana.worker.route-defect-pause cannot be negative");
        return problems;
    }

    private static void require(List<String> problems, boolean holds, String problem, Duration... times) {
        if (!holds) {
            Object[] seconds = new Object[times.length];
            for (int i = 0; i < times.length; i++) {
                seconds[i] = times[i].toMillis() / 1000.0 + " s";
            }
            problems.add(String.format(problem, seconds));
        }
    }

    @Override
    public void beforeApplicationStart(CamelContext context) {
        context.getShutdownStrategy()
                .setTimeout(worker.grace().plus(WorkerProperties.REQUEUE_TIME).toSeconds());
    }

    @Override
    public void afterApplicationStart(CamelContext context) {
        // Nothing to do once it runs.
    }
}
