package caravana.web.identity;

import caravana.checks.StepOnly;
import caravana.job.LiveProgress;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** Composes the receipt of an account's erasure, and deletes the account's data in Redis. */
@Component("erasures")
public class Erasures {

    private final KnownSources knownSources;
    private final StringRedisTemplate redis;
    private final ObjectMapper json;

    Erasures(KnownSources knownSources, StringRedisTemplate redis, ObjectMapper json) {
        this.knownSources = knownSources;
        this.redis = redis;
        this.json = json;
    }

    /**
     * Composes the receipt, and deletes the sources from which the account logged in.
     *
     * @param row of {@code erase-account.sql}; null when the password has changed since it was checked
     * @param account the erased row of {@code users}; null with an outside issuer
     * @throws Problem 409 {@code password_changed}
     */
    @StepOnly
    public Map<String, Object> receipt(
            @Body Map<String, Object> row, @ExchangeProperty("account") Map<String, Object> account)
            throws JsonProcessingException {
        if (row == null) {
            throw new Problem(
                    409,
                    "password_changed",
                    "Another call changed the password or erased the account at the same time. Log in to "
                            + "see which.");
        }
        if (account != null) {
            knownSources.forget((String) account.get("email"));
        }
        Map<String, Object> receipt = new LinkedHashMap<>(row);
        receipt.put("counts", json.readTree((String) row.get("counts")));
        return receipt;
    }

    /** Deletes the live progress of a video. */
    @StepOnly
    public void forgetProgress(@ExchangeProperty("video_id") String video) {
        redis.delete(LiveProgress.keyOf(video));
    }
}
