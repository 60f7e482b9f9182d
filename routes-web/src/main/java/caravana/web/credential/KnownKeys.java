package caravana.web.credential;

import caravana.web.caller.Caller;
import caravana.web.caller.Caller.Priorities;
import caravana.web.caller.KeyAuthentication;
import caravana.web.caller.KeyText;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.http.Source;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Identifies the caller of a request by its API key. */
@Component
public class KnownKeys {

    /** Finds a key. The time of its last use is updated once a minute at most, to save writes. */
    private static final String FIND = """
            WITH used AS (
                UPDATE api_keys
                SET last_used_at = now()
                WHERE hash = ?
                  AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
            )
            SELECT owner_id, prefix, scopes, addresses, expires_at, role, blocked_at
            FROM api_keys
            LEFT JOIN users ON users.id = api_keys.owner_id
            LEFT JOIN accounts ON accounts.id = api_keys.owner_id
            WHERE hash = ?
            """;

    private final JdbcTemplate jdbc;
    private final boolean rolesFromOutside;
    private final RememberedCredentials<String, Key> known;

    KnownKeys(
            JdbcTemplate jdbc,
            CredentialChanges changes,
            CredentialQueries queries,
            @Value("${caravana.identity.issuer-uri}") String issuer) {
        this.jdbc = jdbc;
        this.rolesFromOutside = !issuer.isBlank();
        this.known = new RememberedCredentials<>(changes, queries, this::read);
    }

    record Key(
            UUID owner,
            String prefix,
            Set<String> scopes,
            List<AddressRange> addresses,
            Instant expiresAt,
            String role,
            Priorities priorities,
            boolean blocked) {

        boolean mayComeFrom(String address) {
            return addresses.isEmpty()
                    || Source.parse(address)
                            .filter(parsed -> addresses.stream().anyMatch(range -> range.contains(parsed)))
                            .isPresent();
        }
    }

    /**
     * Identifies the caller by a key.
     *
     * @param text the key of the request
     * @param address IP address of the client
     * @throws CredentialRefusedException as {@link #check}, and 403 {@code address_not_allowed}
     */
    public KeyAuthentication authenticate(String text, String address) {
        if (!KeyText.isWellFormed(text)) {
            throw refused("The API key is incomplete, or has a typing mistake. Copy all of it.");
        }
        String hash = KeyText.hash(text);
        Key key = check(hash);
        if (!key.mayComeFrom(address)) {
            throw new CredentialRefusedException(new Problem(
                    403,
                    "address_not_allowed",
                    "The API key " + key.prefix + "… may not be used from " + InputText.shown(address)
                            + ". Call from one of its addresses, or create a key that allows this one."));
        }
        Caller caller = new Caller(key.owner, null, List.of(key.role), key.priorities);
        return new KeyAuthentication(caller, hash, key.prefix, key.scopes, key.expiresAt);
    }

    /**
     * Finds a valid key.
     *
     * @param hash the stored hash of the key
     * @throws CredentialRefusedException 401 when the key does not exist or has expired; 403 {@code
     *     account_blocked}; 503 when the database is unavailable
     */
    Key check(String hash) {
        Key key = known.find(hash)
                .orElseThrow(() ->
                        refused("The API key does not exist, or was revoked. Create another one with POST /api/keys."));
        if (key.expiresAt != null && !key.expiresAt.isAfter(Instant.now())) {
            throw refused("The API key expired at " + key.expiresAt + ". Create another one with POST /api/keys.");
        }
        if (key.blocked) {
            throw AccountStates.blocked();
        }
        return key;
    }

    private static CredentialRefusedException refused(String detail) {
        return new CredentialRefusedException(new Problem(401, "unauthenticated", detail));
    }

    private Optional<Key> read(String hash) {
        return jdbc.query(FIND, (row, number) -> key(row), hash, hash).stream()
                .filter(key -> key.role != null)
                .findFirst();
    }

    /** Builds a key with only those scopes, roles and priorities that its account still has. */
    private Key key(ResultSet row) throws SQLException {
        String accountRole = rolesFromOutside ? Caller.USER : row.getString("role");
        Set<String> scopes =
                new HashSet<>(Arrays.asList((String[]) row.getArray("scopes").getArray()));
        if (!Caller.OPERATOR.equals(accountRole)) {
            scopes.remove(ApiKeys.OPERATOR_SCOPE);
        }
        OffsetDateTime expiresAt = row.getObject("expires_at", OffsetDateTime.class);
        return new Key(
                row.getObject("owner_id", UUID.class),
                row.getString("prefix"),
                scopes,
                Arrays.stream((String[]) row.getArray("addresses").getArray())
                        .map(range -> AddressRange.parse(range).orElseThrow())
                        .toList(),
                expiresAt == null ? null : expiresAt.toInstant(),
                accountRole == null || scopes.contains(ApiKeys.OPERATOR_SCOPE) ? accountRole : Caller.USER,
                accountRole != null && scopes.contains(Priorities.SCOPE)
                        ? Priorities.of(Set.of(accountRole))
                        : Priorities.ORDINARY,
                row.getObject("blocked_at") != null);
    }
}
