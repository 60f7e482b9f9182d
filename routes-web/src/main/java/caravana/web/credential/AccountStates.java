package caravana.web.credential;

import caravana.web.http.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Whether the tokens of an account are valid: the account must not be blocked, and its tokens must have been issued
 * after a certain time.
 */
@Component
public class AccountStates {

    private static final String FIND =
            "SELECT valid_after, blocked_at, EXISTS (SELECT 1 FROM erasures WHERE account_id = accounts.id) AS erasing"
                    + " FROM accounts WHERE id = ?";

    /** Creates the row of an account of an outside issuer with its first call. */
    private static final String NOTE = "INSERT INTO accounts (id) VALUES (?) ON CONFLICT DO NOTHING";

    private final JdbcTemplate jdbc;
    private final boolean keptElsewhere;
    private final RememberedCredentials<UUID, State> states;

    AccountStates(
            JdbcTemplate jdbc,
            CredentialChanges changes,
            CredentialQueries queries,
            @Value("${caravana.identity.issuer-uri}") String issuer) {
        this.jdbc = jdbc;
        this.keptElsewhere = !issuer.isBlank();
        this.states = new RememberedCredentials<>(changes, queries, this::read);
    }

    private record State(Instant validAfter, boolean blocked, boolean erasing) {}

    /**
     * Checks a token of the account.
     *
     * @param issuedAt when the token was issued, as exactly as it says
     * @throws CredentialRefusedException 401 when the token is no longer valid; 403 {@code account_blocked} or
     *     {@code account_erasing}; 503 when the database is unavailable
     */
    public void check(UUID account, Instant issuedAt) {
        State state = states.find(account)
                .orElseThrow(() -> new CredentialRefusedException(
                        new Problem(401, "unauthenticated", "The account of the token does not exist any more.")));
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

    /** Returns the answer to calls and log-ins of a blocked account. */
    public static Problem blockedProblem() {
        return new Problem(403, "account_blocked", "An operator has blocked this account. Ask an operator why.");
    }

    private Optional<State> read(UUID account) {
        List<State> rows = jdbc.query(FIND, (row, number) -> state(row), account);
        if (rows.isEmpty() && keptElsewhere) {
            jdbc.update(NOTE, account);
            return Optional.of(new State(null, false, false));
        }
        return rows.stream().findFirst();
    }

    private static State state(ResultSet row) throws SQLException {
        OffsetDateTime validAfter = row.getObject("valid_after", OffsetDateTime.class);
        return new State(
                validAfter == null ? null : validAfter.toInstant(),
                row.getObject("blocked_at") != null,
                row.getBoolean("erasing"));
    }
}
