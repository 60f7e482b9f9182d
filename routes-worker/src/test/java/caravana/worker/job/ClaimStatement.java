package caravana.worker.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The claim as it stands in the route tree. */
record ClaimStatement(NamedParameterJdbcTemplate jdbc, int accountAtOnce, int newAccountsAtOnce) {

    private static final String SQL = read();

    private static String read() {
        try {
            return new ClassPathResource("camel/job/claim-job.sql")
                    .getContentAsString(StandardCharsets.UTF_8)
                    .replace(":?", ":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By a message that names this video. */
    Map<String, Object> run(String id, String owner, String key, long sentMillis, String token) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("video_id", id);
        parameters.put("claim_token", token);
        parameters.put("original_key", key);
        parameters.put("owner_id", owner);
        parameters.put("sent_ms", sentMillis);
        parameters.put("worker", "w:1");
        // Longer than any test: a lease that ends is taken over.
        parameters.put("lease_seconds", 3600.0);
        parameters.put("max_attempts", 5);
        parameters.put("account_at_once", accountAtOnce);
        parameters.put("new_accounts_at_once", newAccountsAtOnce);
        List<Map<String, Object>> rows = jdbc.queryForList(SQL, parameters);
        return rows.isEmpty() ? Map.of("outcome", "no row") : rows.get(0);
    }
}
