package caravana.web.batch;

import caravana.web.http.Problem;
import caravana.web.http.Problems;
import caravana.web.http.RateLimit;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.springframework.stereotype.Component;

/** Builds the answer to a batch: one line of JSON for each operation, in the order of the request. */
@Component("batchResults")
public class BatchResults implements AggregationStrategy {

    /** Newline-delimited JSON. */
    private static final String TYPE = "application/x-ndjson";

    private final ObjectMapper json;
    private final Problems failures;

    BatchResults(ObjectMapper json, Problems failures) {
        this.json = json;
        this.failures = failures;
    }

    /**
     * Collects the answers in a new message, so that headers and failures of an operation do not reach the answer of
     * the batch.
     */
    @Override
    public Exchange aggregate(Exchange before, Exchange answered) {
        Exchange all = before;
        if (all == null) {
            all = new DefaultExchange(answered.getContext());
            all.getMessage().setHeader(Exchange.CONTENT_TYPE, TYPE);
            all.getMessage().setBody("");
        }
        all.getMessage().setBody(all.getMessage().getBody(String.class) + line(answered));
        if (answered.getProperty(RateLimit.PROPERTY) != null) {
            all.setProperty(RateLimit.PROPERTY, answered.getProperty(RateLimit.PROPERTY));
        }
        return all;
    }

    private String line(Exchange answered) {
        ObjectNode line = json.createObjectNode();
        line.put("index", answered.getProperty(Exchange.SPLIT_INDEX, Integer.class));
        Problem problem = answered.getException() == null
                ? answered.getProperty("problem", Problem.class)
                : failures.of(answered.getException());
        if (problem == null) {
            line.put("status", answered.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class));
            line.set("body", json.valueToTree(body(answered)));
        } else {
            line.put("status", problem.getStatus());
            line.set("problem", json.valueToTree(problem.getDocument()));
            if (problem.getRetryAfter() != null) {
                line.put("retry_after", problem.getRetryAfter());
            }
        }
        return line + "\n";
    }

    private Object body(Exchange answered) {
        try {
            return json.readTree(answered.getMessage().getBody(String.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
