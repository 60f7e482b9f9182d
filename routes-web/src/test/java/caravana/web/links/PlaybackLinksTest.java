package caravana.web.links;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.web.http.Problem;
import caravana.web.secret.SecretBox;
import caravana.web.secret.SecretBoxes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long a ticket is valid, and by which keys. */
class PlaybackLinksTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String OLD = "an-older-key-of-32-characters-and-more";
    private static final String NEW = "a-newer-key-of-32-characters-and-more";
    private static final String VIDEO = "0a000000-0000-4000-8000-000000000001";

    private static PlaybackLinks links(String key, Duration later) {
        return new PlaybackLinks(box(key), Clock.fixed(NOW.plus(later), ZoneOffset.UTC));
    }

    private static SecretBox box(String key) {
        return SecretBoxes.of(key);
    }

    private static String ticket(String key) {
        Map<String, Object> row = new HashMap<>();
        row.put("video_id", VIDEO);
        row.put("playable_at", "2026-01-01T00:00:00Z");
        String link = links(key, Duration.ZERO).to(row);
        return link.substring(link.indexOf('=') + 1);
    }

    @Test
    void itEndsAfterSixHours() {
        links(OLD, Duration.ofHours(6).minusSeconds(1)).check(VIDEO, ticket(OLD));

        assertThatThrownBy(() -> links(OLD, Duration.ofHours(6)).check(VIDEO, ticket(OLD)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.getCode()).isEqualTo("ticket_expired"));
    }

    @Test
    void itIsValidWhileItsKeyIsInTheSetting() {
        links(NEW + "," + OLD, Duration.ZERO).check(VIDEO.toUpperCase(java.util.Locale.ROOT), ticket(OLD));

        assertThatThrownBy(() -> links(NEW, Duration.ZERO).check(VIDEO, ticket(OLD)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.getCode()).isEqualTo("ticket_invalid"));
    }

    @Test
    void withoutAKeyThereAreNone() {
        Map<String, Object> row = new HashMap<>();
        row.put("video_id", VIDEO);
        row.put("playable_at", "2026-01-01T00:00:00Z");
        assertThat(links("", Duration.ZERO).to(row)).isNull();
        assertThatThrownBy(() -> links("", Duration.ZERO).check(VIDEO, ticket(OLD)))
                .isInstanceOf(Problem.class);
    }
}
