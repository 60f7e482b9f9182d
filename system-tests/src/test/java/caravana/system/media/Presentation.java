package caravana.system.media;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * All that a player of HLS gets of a finished video.
 *
 * @param master the playlist that names the others
 * @param media the playlists of renditions, by the address that the master playlist has for them
 */
record Presentation(Playlist master, Map<String, Playlist> media) {

    private static final Pattern ATTRIBUTE = Pattern.compile("([A-Z0-9-]+)=(\"[^\"]*\"|[^,]*)");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().followRedirects(Redirect.NORMAL).build();

    /**
     * A playlist as it was answered.
     *
     * @param segments what its segments are in S3, by their addresses in it; of the master playlist none
     */
    record Playlist(String text, String mediaType, String encoding, Map<String, byte[]> segments) {

        List<String> lines() {
            return text.lines().toList();
        }

        /** What follows each tag of this name. */
        List<String> values(String tag) {
            return lines().stream()
                    .filter(line -> line.startsWith("#" + tag + ":"))
                    .map(line -> line.substring(tag.length() + 2))
                    .toList();
        }

        /** The attributes of each tag of this name, without quotation marks. */
        List<Map<String, String>> attributes(String tag) {
            return values(tag).stream().map(Presentation::attributes).toList();
        }

        /** Lengths of the segments in seconds. */
        List<Double> seconds() {
            return values("EXTINF").stream()
                    .map(value -> Double.parseDouble(value.substring(0, value.indexOf(','))))
                    .toList();
        }

        /** Addresses of the segments, in their order. */
        List<String> addresses() {
            return lines().stream()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .toList();
        }

        Playlist withText(String other) {
            return new Playlist(other, mediaType, encoding, segments);
        }
    }

    /** A rendition of the picture: its attributes in the master playlist, and its own playlist. */
    record Variant(Map<String, String> attributes, Playlist playlist) {}

    static Map<String, String> attributes(String list) {
        Map<String, String> attributes = new LinkedHashMap<>();
        Matcher found = ATTRIBUTE.matcher(list);
        while (found.find()) {
            attributes.put(found.group(1), found.group(2).replace("\"", ""));
        }
        return attributes;
    }

    /** Gets the playlist at an address, all that it names, and all their segments. */
    static Presentation of(URI address) throws IOException, InterruptedException {
        Playlist master = playlist(address, false);
        Map<String, Playlist> media = new LinkedHashMap<>();
        List<String> named = new ArrayList<>(master.addresses());
        for (String tag : List.of("EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF")) {
            master.attributes(tag).forEach(attributes -> named.add(attributes.get("URI")));
        }
        for (String each : named) {
            media.put(each, playlist(address.resolve(each), true));
        }
        return new Presentation(master, media);
    }

    private static Playlist playlist(URI address, boolean withSegments) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = get(address);
        String encoding = answer.headers().firstValue("Content-Encoding").orElse("none");
        byte[] text = encoding.equals("gzip")
                ? new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes()
                : answer.body();
        Playlist playlist = new Playlist(
                new String(text, StandardCharsets.UTF_8),
                answer.headers().firstValue("Content-Type").orElse("none"),
                encoding,
                new LinkedHashMap<>());
        if (withSegments) {
            List<String> named = new ArrayList<>(playlist.addresses());
            playlist.attributes("EXT-X-MAP").forEach(map -> named.add(map.get("URI")));
            for (String each : named) {
                playlist.segments().put(each, get(address.resolve(each)).body());
            }
        }
        return playlist;
    }

    private static HttpResponse<byte[]> get(URI address) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = HTTP.send(
                HttpRequest.newBuilder(address)
                        .header("Accept-Encoding", "gzip")
                        .build(),
                BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException(address.getPath() + " was answered with " + answer.statusCode());
        }
        return answer;
    }

    List<Variant> variants() {
        List<Map<String, String>> attributes = master.attributes("EXT-X-STREAM-INF");
        List<Variant> variants = new ArrayList<>();
        for (int i = 0; i < attributes.size(); i++) {
            variants.add(
                    new Variant(attributes.get(i), media.get(master.addresses().get(i))));
        }
        return variants;
    }

    /** The playlist of the sound; null when there is none. */
    Playlist sound() {
        return master.attributes("EXT-X-MEDIA").stream()
                .filter(attributes -> "AUDIO".equals(attributes.get("TYPE")))
                .map(attributes -> media.get(attributes.get("URI")))
                .findFirst()
                .orElse(null);
    }

    Presentation withMaster(String text) {
        return new Presentation(master.withText(text), media);
    }

    Presentation withMedia(String address, Playlist changed) {
        Map<String, Playlist> all = new LinkedHashMap<>(media);
        all.put(address, changed);
        return new Presentation(master, all);
    }
}
