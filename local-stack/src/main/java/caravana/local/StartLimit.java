package caravana.local;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The longest time of a start: {@code CARAVANA_START_LIMIT}, a number with {@code s}, {@code m} or {@code h}; ten
 * minutes by default. It is for processes that hang; one that ends is noticed at once.
 */
final class StartLimit {

    /** The environment variable that sets it. */
    static final String SETTING = "CARAVANA_START_LIMIT";

    private static final Duration USUAL = Duration.ofMinutes(10);
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})\\s*([smh])");

    private static final Duration SAYS_SO = Duration.ofSeconds(10);

    /** The part of the limit after which a process that neither computes nor writes has hung. */
    private static final int IDLE_PART = 5;

    private final String awaited;
    private final Supplier<Object> activity;
    private final Duration limit;
    private final long started = System.nanoTime();
    private long said = started;
    private long active = started;
    private Object seen;

    /**
     * Begins to count.
     *
     * @param awaited what is waited for, as people read it
     * @param activity something that changes as long as it is at work
     */
    StartLimit(String awaited, Supplier<Object> activity) {
        this(awaited, activity, get());
    }

    StartLimit(String awaited, Supplier<Object> activity, Duration limit) {
        this.awaited = awaited;
        this.activity = activity;
        this.limit = limit;
    }

    /**
     * The limit as it is set.
     *
     * @throws LocalStackException when the setting is no duration
     */
    static Duration get() {
        String value = System.getenv(SETTING);
        return value == null || value.isBlank() ? USUAL : parse(value);
    }

    static Duration parse(String value) {
        Matcher matcher = FORM.matcher(value.strip());
        if (!matcher.matches()) {
            throw new LocalStackException(
                    SETTING + " is '" + value + "'; it must be a whole number with s, m or h, such as 10m");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    /** What to say of a wait that must end, after the name of what is waited for; every ten seconds until then, prints it. */
    Optional<String> exceeded() {
        long now = System.nanoTime();
        Object does = activity.get();
        if (!does.equals(seen)) {
            seen = does;
            active = now;
        }
        if (now - said >= SAYS_SO.toNanos()) {
            said = now;
            System.err.printf("caravana: waiting: %s, %d s so far%n", awaited, seconds(now - started));
        }
        if (now - started > limit.toNanos()) {
            return Optional.of("did not answer within " + limit.toSeconds() + " s (" + SETTING + " sets this limit)");
        }
        return now - active > limit.toNanos() / IDLE_PART
                ? Optional.of(
                        "does not answer, and has neither computed nor written for " + seconds(now - active) + " s")
                : Optional.empty();
    }

    private static long seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }
}
