package caravana.web.identity;

import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/**
 * Slows down clients that guess passwords (ADR 16). Each attempt is counted before its password is checked, and the
 * count is reversed if the password was right. These attempts are counted:
 *
 * <ul>
 *   <li>of a source that has logged in to the account before: only its own attempts;
 *   <li>of any other source: its attempts on this account, its attempts on all accounts, and the attempts on this account
 *       of all sources that have not logged in to it.
 * </ul>
 */
@Component
class LogInAttempts {

    /** The most concurrent log-ins of one source on one node. The other threads stay free for other sources. */
    private static final int AT_ONCE = 16;

    /** The longest wait of a known source, so that guesses from there slow down its honest users only a little. */
    private static final Duration KNOWN_MAX_DELAY = Duration.ofSeconds(30);

    private final IdentityProperties.Failures limits;
    private final Lanes lanes;
    private final KnownSources knownSources;
    private final Pseudonyms pseudonyms;
    private final Map<String, Integer> running = new ConcurrentHashMap<>();

    LogInAttempts(IdentityProperties identity, Lanes lanes, KnownSources knownSources, Pseudonyms pseudonyms) {
        this.limits = identity.failures();
        this.lanes = lanes;
        this.knownSources = knownSources;
        this.pseudonyms = pseudonyms;
    }

    /** One attempt, from its beginning to its end. */
    static final class Attempt {

        private final String account;
        private final String source;
        private final boolean known;
        private final Lanes.Place place;
        private boolean over;

        private Attempt(String account, String source, boolean known, Lanes.Place place) {
            this.account = account;
            this.source = source;
            this.known = known;
            this.place = place;
        }

        PasswordHashing.Caller caller() {
            return new PasswordHashing.Caller(account, source, known);
        }
    }

    /**
     * Counts an attempt. The caller must end it with {@link #right}, {@link #wrong} or {@link #unchecked}.
     *
     * @param account the e-mail address, even if no account has it
     * @param source see {@link Source}
     * @param report receives how many attempts are left, even when this one is refused
     * @throws Problem 429 {@code too_many_attempts}
     */
    Attempt begin(String account, String source, Consumer<RateLimit> report) {
        if (running.merge(source, 1, Integer::sum) > AT_ONCE) {
            leave(source);
            throw Lanes.refusal("too_many_attempts", "Too many log-ins at once", Duration.ofSeconds(1));
        }
        try {
            boolean known = knownSources.know(account, source);
            Lanes.Place place = lanes.reserve(known ? knownLanes(account, source) : unknownLanes(account, source));
            report.accept(place.rateLimit("log-in"));
            if (!place.delay().isZero()) {
                throw Lanes.refusal("too_many_attempts", "Too many failed log-ins", place.delay());
            }
            return new Attempt(account, source, known, place);
        } catch (RuntimeException refused) {
            leave(source);
            throw refused;
        }
    }

    /** Ends an attempt with the correct password: its count is reversed, and the source is known from now on. */
    void right(Attempt attempt) {
        unchecked(attempt);
        knownSources.remember(attempt.account, attempt.source);
    }

    /** Ends an attempt with a wrong password or an unknown account: it stays counted. */
    void wrong(Attempt attempt) {
        end(attempt);
    }

    /**
     * Ends an attempt whose password was not checked: its count is reversed. Does nothing if the attempt has ended
     * already.
     */
    void unchecked(Attempt attempt) {
        if (end(attempt)) {
            lanes.giveBack(attempt.place);
        }
    }

    private boolean end(Attempt attempt) {
        boolean first = !attempt.over;
        attempt.over = true;
        if (first) {
            leave(attempt.source);
        }
        return first;
    }

    private List<Lane> knownLanes(String account, String source) {
        return List.of(lane(limits.perAccount(), limits.window(), KNOWN_MAX_DELAY, "known", account, source));
    }

    private List<Lane> unknownLanes(String account, String source) {
        return List.of(
                lane(limits.perAccount(), limits.window(), limits.maxDelay(), "account-and-source", account, source),
                lane(limits.perAddress(), limits.window(), limits.maxDelay(), "source", source),
                lane(limits.unknownSources(), limits.unknownSourcesWindow(), limits.maxDelay(), "account", account));
    }

    private Lane lane(int free, Duration window, Duration maxDelay, String kind, String... counted) {
        String key = "log-in-failures:" + kind + ":" + pseudonyms.of(counted);
        return new Lane(key, free, window, limits.firstDelay(), maxDelay);
    }

    private void leave(String source) {
        running.computeIfPresent(source, (s, count) -> count > 1 ? count - 1 : null);
    }
}
