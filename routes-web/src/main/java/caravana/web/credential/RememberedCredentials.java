package caravana.web.credential;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Caches the state of keys or accounts until a credential changes, for at most 30 s.
 *
 * @param <I> the type of the identifier: an account's id, or the hash of a key
 * @param <C> the type of the state
 */
final class RememberedCredentials<I, C> {

    private static final Duration LIFE = Duration.ofSeconds(30);
    private static final int MOST = 10_000;

    private final CredentialChanges changes;
    private final CredentialQueries queries;
    private final Function<I, Optional<C>> read;
    private final Cache<I, Known<C>> known = Caffeine.newBuilder()
            .expireAfterWrite(LIFE)
            .maximumSize(MOST)
            .executor(Runnable::run)
            .build();

    /** @param read queries the database; its result is empty when there is no such key or account */
    RememberedCredentials(CredentialChanges changes, CredentialQueries queries, Function<I, Optional<C>> read) {
        this.changes = changes;
        this.queries = queries;
        this.read = read;
    }

    /** A state, and the number of changes before it was read. */
    private record Known<C>(long change, Optional<C> credential) {}

    /**
     * Returns the state of a key or an account.
     *
     * @return empty when there is none
     * @throws CredentialRefusedException as {@link CredentialQueries#ask}
     */
    Optional<C> find(I id) {
        Known<C> found = known.getIfPresent(id);
        if (found == null || !changes.isUnchangedSince(found.change)) {
            found = new Known<>(changes.count(), queries.ask(id, () -> read.apply(id)));
            known.put(id, found);
        }
        return found.credential;
    }
}
