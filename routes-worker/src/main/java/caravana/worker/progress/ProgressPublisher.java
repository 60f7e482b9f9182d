package caravana.worker.progress;

import caravana.checks.StepOnly;
import caravana.job.LiveProgress;
import caravana.worker.job.JobLease;
import caravana.worker.job.RunningJob;
import caravana.worker.tool.ToolProgress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** Writes the progress of all running jobs to Redis, in one round trip. */
@Component("progressPublisher")
public class ProgressPublisher {

    /** How long an entry is kept after its last update, so that the progress of a dead worker expires. */
    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(60);

    private final StringRedisTemplate redis;
    private final JobLease lease;

    ProgressPublisher(StringRedisTemplate redis, JobLease lease) {
        this.redis = redis;
        this.lease = lease;
    }

    /**
     * Publishes the hash {@code progress:VIDEO_ID} of every job that has a new phase, or whose progress was published
     * half a second ago or earlier: {@code phase} and, once known, {@code percent} (0 to 100), {@code eta_seconds},
     * {@code fps} and {@code speed} (seconds of media per second).
     *
     * @throws org.springframework.dao.DataAccessException when Redis does not answer within its time-out
     */
    @StepOnly
    public void publish() {
        List<RunningJob> jobs =
                lease.running().stream().filter(RunningJob::isProgressDue).toList();
        if (jobs.isEmpty()) {
            return;
        }
        redis.executePipelined(new SessionCallback<Object>() {
            @Override
            @SuppressWarnings("unchecked")
            public <K, V> Object execute(RedisOperations<K, V> operations) {
                RedisOperations<String, String> strings = (RedisOperations<String, String>) operations;
                for (RunningJob job : jobs) {
                    String key = LiveProgress.keyOf(job.getVideoId());
                    strings.opsForHash().putAll(key, entry(job));
                    strings.expire(key, TIME_TO_LIVE);
                }
                return null;
            }
        });
    }

    private static Map<String, String> entry(RunningJob job) {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put(LiveProgress.PHASE, job.getPhase() == null ? "claim" : job.getPhase());
        if (job.getPercent() >= 0) {
            entry.put(LiveProgress.PERCENT, String.format(Locale.ROOT, "%.1f", job.getPercent()));
        }
        if (job.getEtaSeconds() >= 0) {
            entry.put(LiveProgress.ETA_SECONDS, String.format(Locale.ROOT, "%.0f", job.getEtaSeconds()));
        }
        ToolProgress tool = job.getTool().progress();
        if (tool != null && job.getPercent() >= 0) {
            entry.put("fps", String.format(Locale.ROOT, "%.1f", tool.fps()));
            entry.put("speed", String.format(Locale.ROOT, "%.2f", tool.speed()));
        }
        return entry;
    }
}
