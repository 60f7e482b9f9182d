package caravana.web.links;

import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import caravana.web.secret.SecretBox;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Makes and verifies the links by which a player gets the renditions of a video without a token. Each link has a
 * ticket, which is valid for this video only, for 6 hours. Tickets are not stored, so one ends earlier only with the
 * video, or with the key that signed it.
 */
@Component("playbackLinks")
public class PlaybackLinks {

    /** How long a ticket is valid. */
    static final Duration VALID = Duration.ofHours(6);

    private static final String ROLE = "stream";
    private static final String PURPOSE = "playback ticket";

    /** The end of the ticket's validity in seconds since 1970, and the signature. */
    private static final Pattern TICKET = Pattern.compile("([1-9][0-9]{0,11})\\.([A-Za-z0-9_-]{43})");

    private final SecretBox secrets;
    private final Clock clock;

    @Autowired
    PlaybackLinks(SecretBox secrets) {
        this(secrets, Clock.systemUTC());
    }

    PlaybackLinks(SecretBox secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
    }

    /**
     * Returns a link to the master playlist.
     *
     * @param row the video's row
     * @return null when no rendition can be played, or this node has no key to sign tickets
     */
    public String to(Map<String, Object> row) {
        if (row.get("playable_at") == null || !secrets.hasKey()) {
            return null;
        }
        String video = (String) row.get("video_id");
        return "/api/videos/" + video + "/playback/master.m3u8?ticket=" + ticket(video);
    }

    /**
     * Returns a link to the master playlist of a video that has renditions.
     *
     * @throws Problem 409 {@code not_available} when this node has no key to sign tickets
     */
    String require(Map<String, Object> row) {
        if (!secrets.hasKey()) {
            throw new Problem(
                    409,
                    "not_available",
                    "This server cannot play renditions, because its operator has not set "
                            + "CARAVANA_SECRET_KEY. Get another file of the video, or ask the operator to set it.");
        }
        return to(row);
    }

    /** Returns whether an output consists of renditions: many objects, which playlists name. */
    public static boolean isStream(VideoOutput output) {
        return output.role().equals(ROLE);
    }

    private String ticket(String video) {
        String end = String.valueOf(clock.instant().plus(VALID).getEpochSecond());
        byte[] signature = secrets.sign(PURPOSE, signed(video, end));
        return end + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    }

    /**
     * Checks the ticket of a request for the video, and sets it as the property {@code ticket}.
     *
     * @throws Problem as {@link #check}
     */
    public void admit(@ExchangeProperty("video_id") String video, Exchange exchange) {
        String ticket = QueryString.of(exchange.getMessage()).get("ticket");
        check(video, ticket);
        exchange.setProperty("ticket", ticket);
    }

    /**
     * Checks that a ticket is for this video and has not expired.
     *
     * @throws Problem 403 {@code ticket_invalid} or {@code ticket_expired}
     */
    void check(String video, String ticket) {
        Matcher parts = TICKET.matcher(ticket == null ? "" : ticket);
        if (!parts.matches()
                || !secrets.isSigned(
                        PURPOSE,
                        signed(video, parts.group(1)),
                        Base64.getUrlDecoder().decode(parts.group(2)))) {
            throw new Problem(
                    403,
                    "ticket_invalid",
                    "The ticket is not valid for this video. Get the video again, and use its "
                            + "playback_url unchanged.");
        }
        if (Long.parseLong(parts.group(1)) <= clock.instant().getEpochSecond()) {
            throw new Problem(
                    403,
                    "ticket_expired",
                    "The ticket has expired, " + VALID.toHours()
                            + " hours after it was issued. Get the video again, and use its new playback_url.");
        }
    }

    private static byte[] signed(String video, String end) {
        return (video.toLowerCase(Locale.ROOT) + " " + end).getBytes(StandardCharsets.UTF_8);
    }
}
