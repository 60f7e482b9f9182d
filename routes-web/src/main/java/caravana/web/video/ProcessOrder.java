package caravana.web.video;

import caravana.web.http.Problem;
import caravana.web.upload.UploadRules;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** That a video is to be processed again. */
@Component("processOrder")
public class ProcessOrder {

    private final UploadRules rules;
    private final ObjectMapper json;

    ProcessOrder(UploadRules rules, ObjectMapper json) {
        this.rules = rules;
        this.json = json;
    }

    /**
     * The transformations that are asked for, as a JSON array.
     *
     * @return null for those of the last time
     * @throws Problem 400 {@code unknown_transformation} or {@code impossible_combination}
     */
    public String transformations(Message request) throws JsonProcessingException {
        String body = request.getBody(String.class);
        if (body == null || body.isEmpty()) {
            return null;
        }
        JsonNode asked = json.readTree(body).path("transformaciones");
        List<String> names = new ArrayList<>();
        asked.forEach(name -> names.add(name.textValue()));
        return asked.isMissingNode() ? null : rules.transformations(names);
    }

    /**
     * Goes by what {@code process-again.sql} answered.
     *
     * @throws Problem 404 {@code not_found}, 409 {@code job_unfinished} or 429 {@code too_many_uploads} when the video was not
     *     queued
     */
    public void check(@Body Map<String, Object> row) {
        String outcome = row == null ? "gone" : (String) row.get("outcome");
        switch (outcome) {
            case "queued" -> {
                // Its message is sent next.
            }
            case "gone" -> throw Ownership.unknown();
            case "unfinished" ->
                throw new Problem(
                        409,
                        "job_unfinished",
                        "The video waits or is being processed. Wait for the end of that job, or cancel it.");
            case "too_many" -> throw UploadRules.tooMany();
            default -> throw new IllegalStateException("process-again.sql answered " + outcome);
        }
    }
}
