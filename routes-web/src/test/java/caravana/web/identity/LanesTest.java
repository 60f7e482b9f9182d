package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.web.WebFixture;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Redis and a node alone count in the same way. Time passes by hand: in Redis, what it noted becomes older. */
@Tag("slow")
class LanesTest {

    /** Nothing is forgotten while a test runs. */
    private static final Duration LONG = Duration.ofDays(10);

    /** Redis goes by its own clock, so that as much may pass as the test has taken. */
    private final long began = System.nanoTime();

    private final String test = UUID.randomUUID().toString();
    private final Hand clock = new Hand();
    private final StringRedisTemplate redis = new StringRedisTemplate(stack());
    private final Lane account = new Lane(test + "account", 3, LONG, Duration.ofSeconds(100), Duration.ofSeconds(350));
    private final Lane source = new Lane(test + "source", 5, LONG, Duration.ofSeconds(100), Duration.ofSeconds(350));
    private final Lane forgetful =
            new Lane(test + "forgetful", 3, Duration.ofHours(3), Duration.ofDays(1), Duration.ofDays(1));

    private Lanes lanes;

    enum Where {
        REDIS,
        ALONE
    }

    private static JedisConnectionFactory connections(RedisStandaloneConfiguration address) {
        JedisConnectionFactory connections = new JedisConnectionFactory(address);
        connections.afterPropertiesSet();
        connections.start();
        return connections;
    }

    private static JedisConnectionFactory stack() {
        URI address = URI.create(WebFixture.STACK.environment().get("REDIS_URL"));
        RedisStandaloneConfiguration configuration =
                new RedisStandaloneConfiguration(address.getHost(), address.getPort());
        configuration.setPassword(address.getUserInfo().substring(1));
        return connections(configuration);
    }

    private void count(Where where) {
        StringRedisTemplate counting = where == Where.REDIS
                ? redis
                : new StringRedisTemplate(connections(new RedisStandaloneConfiguration("127.0.0.1", 1)));
        lanes = new Lanes(new OptionalRedis(counting), new LocalLanes(clock));
    }

    @AfterEach
    void disconnect() {
        ((JedisConnectionFactory) redis.getConnectionFactory()).destroy();
    }

    @ParameterizedTest
    @EnumSource
    void eachFurtherAttemptWaitsTwiceAsLong(Where where) {
        count(where);
        for (int i = 0; i < 3; i++) {
            assertTaken(account);
        }
        for (long seconds : new long[] {100, 200, 350, 350}) {
            assertWaits(seconds, account);
            // A caller that asks too early does not wait any longer for it.
            pass(Duration.ofSeconds(seconds / 2), account);
            assertWaits(seconds / 2, account);
            pass(Duration.ofSeconds(seconds / 2), account);
            assertTaken(account);
        }
    }

    @ParameterizedTest
    @EnumSource
    void attemptsAreForgottenOneAfterTheOther(Where where) {
        count(where);
        assertTaken(forgetful);
        assertTaken(forgetful);
        pass(Duration.ofHours(1), forgetful);
        // The first one is forgotten, so these are the second and the third.
        assertTaken(forgetful);
        assertTaken(forgetful);
        assertWaits(86_400, forgetful);
        pass(Duration.ofDays(1), forgetful);
        for (int i = 0; i < 3; i++) {
            assertTaken(forgetful);
        }
        assertWaits(86_400, forgetful);
    }

    @ParameterizedTest
    @EnumSource
    void anAttemptIsCountedInAllItsLanesOrInNone(Where where) {
        count(where);
        for (int i = 0; i < 3; i++) {
            assertTaken(account, source);
        }
        for (int i = 0; i < 10; i++) {
            assertWaits(100, account, source);
        }
        assertTaken(source);
        assertTaken(source);
        assertWaits(100, source);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsGivenBackDoesNotCount(Where where) {
        count(where);
        Lanes.Place place = lanes.reserve(List.of(account, source));
        lanes.giveBack(place);
        for (int i = 0; i < 2; i++) {
            assertTaken(account, source);
        }
        place = lanes.reserve(List.of(account, source));
        assertWaits(100, account, source);
        lanes.giveBack(place);
        assertTaken(account, source);
        assertWaits(100, account, source);
    }

    private void assertTaken(Lane... taken) {
        assertThat(lanes.reserve(List.of(taken)).delay()).isZero();
    }

    private void assertWaits(long seconds, Lane... taken) {
        long delay = lanes.reserve(List.of(taken)).delay().toMillis();
        long passed = Duration.ofNanos(System.nanoTime() - began).toMillis() + 1;
        assertThat(delay).isBetween(seconds * 1000 - passed, seconds * 1000);
    }

    private void pass(Duration time, Lane lane) {
        clock.forward(time);
        for (String field : List.of("since", "next")) {
            redis.opsForHash().increment(lane.key(), field, -time.toMillis());
        }
    }

    /** A clock that is moved by hand. */
    private static final class Hand extends Clock {

        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void forward(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
