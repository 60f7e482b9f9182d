package caravana.web.credential;

import caravana.web.http.Problem;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Whether an account's tokens count: whether it is blocked, and since when all of them were issued. What the database says of an account
 * is remembered until a credential changes, for 30 s at most.
 */
@Component
public class AccountStates {

    private static final Duration LIFE = Duration.ofSeconds(30);
    private static final int MOST = 10_000;

    private static final String FIND =
            "SELECT valid_after, blocked_at, EXISTS (SELECT 1 FROM erasures WHERE account_id = accounts.id) AS erasing"
                    + " FROM accounts WHERE id = ?";

    /** Accounts of an outside issuer have a row from their first call on. */
    private static final String NOTE = "INSERT INTO accounts (id) VALUES (?) ON CONFLICT DO NOTHING";

    private final JdbcTemplate jdbc;
    private final CredentialChanges changes;
    private final CredentialQueries queries;
    private final boolean keptElsewhere;
    private final Cache<UUID, Known> known = Caffeine.newBuilder()
            .expireAfterWrite(LIFE)
            .maximumSize(MOST)
            .executor(Runnable::run)
            .build();

    AccountStates(
            JdbcTemplate jdbc,
            CredentialChanges changes,
            CredentialQueries queries,
            @Value("${caravana.identity.issuer-uri}") String issuer) {
        this.jdbc = jdbc;
        this.changes = changes;
        this.queries = queries;
        this.keptElsewhere = !issuer.isBlank();
    }

    /** What was read of an account, and after which change; {@code state} is null when there is none. */
    private record Known(long change, State state) {}

    private record State(Instant validAfter, boolean blocked, boolean erasing) {}

    /**
     * Checks a token of the account.
     *
     * @param issuedAt when it was issued, as exactly as it says
     * @throws CredentialRefusedException 401 when it counts no more; 403 {@code account_blocked} or {@code account_erasing}; 503 when that cannot be found out
     */
    public void check(UUID account, Instant issuedAt) {
        State state = find(account);
        if (state == null) {
            throw new CredentialRefusedException(
                    new Problem(401, "unauthenticated", "The account of the token does not exist any more."));
        }
        if (state.erasing) {
            throw new CredentialRefusedException(
                    new Problem(403, "account_erasing", "This account is being erased, and cannot be used any more."));
        }
        if (state.blocked) {
            throw blocked();
        }
        if (state.validAfter != null && (issuedAt == null || issuedAt.isBefore(state.validAfter))) {
            throw new CredentialRefusedException(new Problem(
                    401,
                    "unauthenticated",
                    "The token was ended: the account has signed out everywhere. Log in again."));
        }
    }

    static CredentialRefusedException blocked() {
        return new CredentialRefusedException(blockedProblem());
    }

    /** The answer to calls and log-ins of an account that is blocked. */
    public static Problem blockedProblem() {
        return new Problem(403, "account_blocked", "An operator has blocked this account. Ask an operator why.");
    }

    private State find(UUID account) {
        Known found = known.getIfPresent(account);
        if (found == null || !changes.isUnchangedSince(found.change)) {
            found = new Known(changes.count(), queries.ask(account, () -> read(account)));
            known.put(account, found);
        }
        return found.state;
    }

    private State read(UUID account) {
        List<State> rows = jdbc.query(FIND, (row, number) -> state(row), account);
        if (!rows.isEmpty()) {
            return rows.get(0);
        }
        if (keptElsewhere) {
            jdbc.update(NOTE, account);
            return new State(null, false, false);
        }
        return null;
    }

    private static State state(ResultSet row) throws SQLException {
        OffsetDateTime validAfter = row.getObject("valid_after", OffsetDateTime.class);
        return new State(
                validAfter == null ? null : validAfter.toInstant(),
                row.getObject("blocked_at") != null,
                row.getBoolean("erasing"));
    }
}
