package caravana.web.credential;

import caravana.web.http.Places;
import caravana.web.http.Problem;
import caravana.web.http.Problems;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Queries the database about keys and accounts. Each query blocks a thread before the limits on concurrent calls apply
 * to its request. So queries have limits of their own: while the database hangs, the calls of one account cannot occupy
 * all threads.
 */
@Component
class CredentialQueries {

    private static final int AT_ONCE = 192;

    private final Places places;
    private final Problems problems;

    CredentialQueries(Problems problems, @Value("${caravana.calls.at-once-per-account}") int atOncePerAccount) {
        this.places = new Places("calls", "calls", "This account", "too_many_at_once", AT_ONCE, atOncePerAccount);
        this.problems = problems;
    }

    /**
     * Runs a query.
     *
     * @param owner an account's id or the hash of a key, whose concurrent queries are limited
     * @throws CredentialRefusedException 429 or 503 when too many queries run, and 503 when the database is
     *     unavailable
     */
    <T> T ask(Object owner, Supplier<T> question) {
        try {
            places.take(owner);
        } catch (Problem tooMany) {
            throw new CredentialRefusedException(tooMany);
        }
        try {
            return question.get();
        } catch (DataAccessException unavailable) {
            throw new CredentialRefusedException(problems.of(unavailable));
        } finally {
            places.leave(owner);
        }
    }
}
