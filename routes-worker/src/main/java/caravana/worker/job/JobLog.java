package caravana.worker.job;

import caravana.logging.LogContext;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.stereotype.Component;

/** Adds the ids of a job to each of its log lines. */
@Component("jobLog")
public class JobLog {

    /** Adds the id of a received message to each log line, until its exchange ends. */
    public void received(Exchange exchange) {
        LogContext.clear();
        LogContext.put(LogContext.MESSAGE_ID, exchange.getMessage().getHeader("CamelAwsSqsMessageId"));
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                LogContext.clear();
            }
        });
    }

    /** Adds the ids in a job message to each log line. */
    public void read(@Body Map<String, Object> message) {
        LogContext.put(LogContext.VIDEO_ID, message.get("video_id"));
        LogContext.put(
                LogContext.TRACE_ID,
                JobSpans.received((String) message.get("traceparent")).traceId());
    }
}
