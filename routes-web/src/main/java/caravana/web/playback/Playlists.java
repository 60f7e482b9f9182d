package caravana.web.playback;

import caravana.web.http.EntityTag;
import caravana.web.http.Problem;
import caravana.web.links.SegmentLinks;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLStreamException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/**
 * Writes HLS playlists (RFC 8216) and the DASH manifest for the renditions of a video. Their entries have the ticket of
 * the request.
 */
@Component("playlists")
public class Playlists {

    private static final String MEDIA_TYPE = "application/vnd.apple.mpegurl";

    /** The cache time of a finished video's playlist. Its address changes when the video is processed again. */
    private static final String FINISHED = "private, max-age=60";

    /**
     * The cache time of a growing playlist. It changes every few seconds; one second combines simultaneous requests of
     * a browser.
     */
    private static final String GROWING = "private, max-age=1";

    /** The head of all playlists. Version 7 allows fMP4 segments in each of them. */
    private static final String HEAD = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n";

    private static final String UNDETERMINED = "und";

    private static final String TICKET = "?ticket=";

    /** The prefix of a rendition's name for the playlist of the first frames of its segments. */
    private static final String KEY_FRAMES = "iframes";

    private final ObjectMapper json;
    private final SegmentLinks links;

    Playlists(ObjectMapper json, SegmentLinks links) {
        this.json = json;
        this.links = links;
    }

    /**
     * @param stream the row of {@code find-stream.sql}; null when there are no renditions
     * @throws Problem 404 {@code not_found} when there are none
     */
    public void require(@ExchangeProperty("stream") Map<String, Object> stream) {
        if (stream == null) {
            throw new Problem(
                    404,
                    "not_found",
                    "There is no such video, rendition or segment, or it has been replaced. Get the video "
                            + "again, and use its playback_url.");
        }
    }

    /** Answers with the playlist that names all renditions. */
    public void answerMaster(
            @ExchangeProperty("stream") Map<String, Object> stream,
            @ExchangeProperty("ticket") String ticket,
            Exchange exchange)
            throws JsonProcessingException {
        JsonNode renditions = json.readTree((String) stream.get("renditions"));
        StringBuilder list = new StringBuilder(HEAD);
        JsonNode sound = null;
        JsonNode captions = captions(stream);
        for (JsonNode each : captions) {
            list.append("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"captions\",NAME=\"")
                    .append(each.path("language").asText(each.path("name").asText()))
                    .append('"');
            list.append(language(each))
                    .append(",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"")
                    .append(address(stream, each, ticket))
                    .append("\"\n");
        }
        for (JsonNode rendition : renditions) {
            if (rendition.path("height").isNull()) {
                sound = rendition;
                list.append("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"sound\"")
                        .append(language(rendition))
                        .append(",DEFAULT=YES,AUTOSELECT=YES,URI=\"")
                        .append(address(stream, rendition, ticket))
                        .append("\"\n");
            }
        }
        for (JsonNode rendition : renditions) {
            if (!rendition.path("height").isNull()) {
                list.append(variant(rendition, sound)).append(captions.isEmpty() ? "\n" : ",SUBTITLES=\"captions\"\n");
                list.append(address(stream, rendition, ticket)).append('\n');
            }
        }
        for (JsonNode rendition : renditions) {
            if (!rendition.path("key_bit_rate").isNull()) {
                list.append(keyFrames(stream, rendition, ticket));
            }
        }
        answer(list.toString(), stream, exchange.getMessage());
    }

    /** Apple's players require one; where it is not known, as ISO 639-2 says that. */
    private static String language(JsonNode rendition) {
        return ",LANGUAGE=\"" + rendition.path("language").asText(UNDETERMINED) + '"';
    }

    private static String keyFrames(Map<String, Object> stream, JsonNode rendition, String ticket) {
        return String.format(
                Locale.ROOT,
                "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=%d,CODECS=\"%s\",RESOLUTION=%dx%d,URI=\"%s\"%n",
                rendition.path("key_bit_rate").asLong(),
                rendition.path("codecs").asText(),
                rendition.path("width").asInt(),
                rendition.path("height").asInt(),
                address(stream, KEY_FRAMES + rendition.path("name").asText(), ticket));
    }

    private JsonNode captions(Map<String, Object> stream) throws JsonProcessingException {
        String captions = (String) stream.get("captions");
        return captions == null ? json.createArrayNode() : json.readTree(captions);
    }

    private static String address(Map<String, Object> stream, JsonNode rendition, String ticket) {
        return address(stream, rendition.path("name").asText(), ticket);
    }

    private static String address(Map<String, Object> stream, String rendition, String ticket) {
        return stream.get("stream_id") + "/" + rendition + "/index.m3u8" + TICKET + ticket;
    }

    private static String variant(JsonNode picture, JsonNode sound) {
        long peak = picture.path("peak_bit_rate").asLong();
        long average = picture.path("average_bit_rate").asLong();
        String codecs = picture.path("codecs").asText();
        String group = "";
        if (sound != null) {
            peak += sound.path("peak_bit_rate").asLong();
            average += sound.path("average_bit_rate").asLong();
            codecs += "," + sound.path("codecs").asText();
            group = ",AUDIO=\"sound\"";
        }
        // While renditions are being made, the peak is an upper limit, and the average is unknown.
        boolean known = picture.path("average_bit_rate").asLong() > 0;
        return String.format(
                Locale.ROOT,
                "#EXT-X-STREAM-INF:BANDWIDTH=%d%s,CODECS=\"%s\",RESOLUTION=%dx%d,FRAME-RATE=%.3f,CLOSED-CAPTIONS=NONE%s",
                peak,
                known ? ",AVERAGE-BANDWIDTH=" + average : "",
                codecs,
                picture.path("width").asInt(),
                picture.path("height").asInt(),
                picture.path("frame_rate").asDouble(),
                group);
    }

    /**
     * Answers with the playlist that names the segments of one rendition: all of them, or, while the job runs, those
     * that are stored. It has the type EVENT from its beginning, so that a player which has read it finds only
     * additions. A playlist of first frames has the same segments, each limited to the bytes of its first frame.
     */
    public void answerMedia(
            @ExchangeProperty("stream") Map<String, Object> stream,
            @ExchangeProperty("rendition") String rendition,
            @ExchangeProperty("ticket") String ticket,
            Exchange exchange)
            throws JsonProcessingException {
        JsonNode seconds = json.readTree((String) stream.get("seconds"));
        boolean keyFrames = rendition.startsWith(KEY_FRAMES);
        JsonNode keyBytes = keyFrames ? json.readTree((String) stream.get("key_bytes")) : null;
        String folder = keyFrames ? "../" + rendition.substring(KEY_FRAMES.length()) + "/" : "";
        Double target = (Double) stream.get("target_seconds");
        double longest = target == null ? 0 : target;
        StringBuilder segments = new StringBuilder();
        for (int number = 1; number < seconds.size(); number++) {
            double length = seconds.path(number).asDouble();
            longest = Math.max(longest, length);
            segments.append("#EXTINF:")
                    .append(decimal(length))
                    .append(",\n")
                    .append(
                            keyFrames
                                    ? "#EXT-X-BYTERANGE:"
                                            + keyBytes.path(number).asLong() + "@0\n"
                                    : "")
                    .append(folder)
                    .append(segment(number, ticket))
                    .append('\n');
        }
        String list = HEAD + "#EXT-X-TARGETDURATION:" + Math.max(1, Math.round(longest))
                + "\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
                + (keyFrames ? "#EXT-X-I-FRAMES-ONLY\n" : "")
                + (Boolean.TRUE.equals(stream.get("captions"))
                        ? ""
                        : "#EXT-X-MAP:URI=\"" + folder + segment(0, ticket) + "\"\n")
                + segments + (isFinished(stream) ? "#EXT-X-ENDLIST\n" : "");
        answer(list, stream, exchange.getMessage());
    }

    /**
     * Formats a number with six decimal places. Players request playlists every few seconds, and {@code String.format}
     * would be the largest part of an answer's cost.
     */
    private static String decimal(double seconds) {
        return BigDecimal.valueOf(Math.round(seconds * 1e6), 6).toPlainString();
    }

    private static String segment(Object number, String ticket) {
        return "segments/" + number + TICKET + ticket;
    }

    /** Answers with the manifest of DASH, whose segments are those of the playlists. */
    public void answerManifest(
            @ExchangeProperty("stream") Map<String, Object> stream,
            @ExchangeProperty("ticket") String ticket,
            Exchange exchange)
            throws JsonProcessingException, XMLStreamException {
        String manifest = DashManifest.of(
                json.readTree((String) stream.get("renditions")),
                captions(stream),
                (rendition, number) -> stream.get("stream_id") + "/" + rendition + "/" + segment(number, ticket));
        answer(manifest, stream, exchange.getMessage());
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, DashManifest.MEDIA_TYPE);
    }

    /** Redirects to a segment, with a link that is valid only for this object. */
    public void answerSegment(@ExchangeProperty("stream") Map<String, Object> stream, Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 302);
        message.setHeader("Location", links.to((String) stream.get("object_key"), (String) stream.get("media_type")));
        message.setHeader("Cache-Control", "no-store");
        message.setBody(null);
    }

    private static boolean isFinished(Map<String, Object> stream) {
        return Boolean.TRUE.equals(stream.get("ended"));
    }

    private static void answer(String list, Map<String, Object> stream, Message message) {
        message.setBody(list);
        EntityTag.set(message, list);
        message.setHeader("Cache-Control", isFinished(stream) ? FINISHED : GROWING);
        message.setHeader(Exchange.CONTENT_TYPE, MEDIA_TYPE);
    }
}
