package caravana.web.operations;

import caravana.aws.QueueProperties;
import caravana.checks.StepOnly;
import caravana.job.LiveProgress;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** The state of queue and workers for operators, from the database, SQS and Redis. */
@Component("queueView")
public class QueueView {

    private static final Logger log = LoggerFactory.getLogger(QueueView.class);

    private final QueueStats queue;
    private final QueueProperties queues;
    private final StringRedisTemplate redis;
    private final ObjectMapper json;

    QueueView(QueueStats queue, QueueProperties queues, StringRedisTemplate redis, ObjectMapper json) {
        this.queue = queue;
        this.queues = queues;
        this.redis = redis;
        this.json = json;
    }

    /**
     * Composes the answer.
     *
     * @param row of {@code list-workers.sql}
     * @throws software.amazon.awssdk.core.exception.SdkException when SQS does not answer
     */
    @StepOnly
    public Map<String, Object> answer(@Body Map<String, Object> row) throws JsonProcessingException {
        QueueStats.Figures jobs = queue.of(queues.queueUrl());
        QueueStats.Figures dead = queue.of(queues.dlqUrl());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("visible", jobs.visible());
        answer.put("in_flight", jobs.inFlight());
        answer.put("delayed", jobs.delayed());
        answer.put("dead_letters", Map.of("visible", dead.visible(), "in_flight", dead.inFlight()));
        answer.put("oldest_due_seconds", row.get("oldest_due_seconds"));
        answer.put("work_seconds", row.get("work_seconds"));
        answer.put("due_work_seconds", row.get("due_work_seconds"));
        answer.put("paused", row.get("paused"));
        JsonNode workers = json.readTree((String) row.get("workers"));
        workers.forEach(worker -> worker.path("jobs").forEach(job -> addProgress((ObjectNode) job)));
        answer.put("workers", workers);
        answer.put("routes", json.readTree((String) row.get("routes")));
        return answer;
    }

    private void addProgress(ObjectNode job) {
        List<Object> progress = List.of();
        try {
            progress = redis.opsForHash()
                    .multiGet(
                            LiveProgress.keyOf(job.path("video_id").asText()),
                            List.of(LiveProgress.PHASE, LiveProgress.PERCENT));
        } catch (DataAccessException away) {
            log.debug("No live progress: {}", away.toString());
        }
        String phase = progress.isEmpty() ? null : (String) progress.get(0);
        String percent = progress.isEmpty() ? null : (String) progress.get(1);
        job.put("phase", phase);
        job.put("percent", percent == null ? null : Double.valueOf(percent));
    }
}
