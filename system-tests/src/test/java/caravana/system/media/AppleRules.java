package caravana.system.media;

import caravana.system.media.Presentation.Playlist;
import caravana.system.media.Presentation.Variant;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What Apple's players require of a finished HLS presentation: the rules with MUST of RFC 8216 and of the HLS authoring
 * specification for Apple devices that can apply to H.264 and AAC in fMP4, as far as Apple's mediastreamvalidator and hlsreport
 * are known to check them. Those tools run on macOS only.
 */
final class AppleRules {

    /** How far the declared bit rates may be from the measured ones. */
    private static final double TOLERANCE = 0.10;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What ffprobe has said of a file, since a start of it takes longer than all rules. */
    private static final Map<ByteBuffer, JsonNode> PROBED = new HashMap<>();

    private final Presentation presentation;
    private final Path folder;
    private final Set<String> broken = new LinkedHashSet<>();

    private AppleRules(Presentation presentation, Path folder) {
        this.presentation = presentation;
        this.folder = folder;
    }

    /**
     * Checks all rules.
     *
     * @param folder for files that ffprobe reads
     * @return the names of the rules that are not kept
     */
    static Set<String> broken(Presentation presentation, Path folder) throws IOException, InterruptedException {
        AppleRules rules = new AppleRules(presentation, folder);
        rules.checkAnswers();
        rules.checkMaster();
        rules.checkGroups();
        for (Playlist playlist : presentation.media().values()) {
            rules.checkMedia(playlist);
        }
        rules.checkVariants();
        rules.checkKeyFramePlaylists();
        return rules.broken;
    }

    private void require(String rule, boolean kept) {
        if (!kept) {
            broken.add(rule);
        }
    }

    private void checkAnswers() {
        Stream.concat(Stream.of(presentation.master()), presentation.media().values().stream())
                .forEach(playlist -> {
                    require(
                            "playlists are compressed by gzip",
                            playlist.encoding().equals("gzip"));
                    require(
                            "playlists have the registered media type",
                            playlist.mediaType().equals("application/vnd.apple.mpegurl"));
                    require(
                            "a playlist begins with EXTM3U",
                            playlist.text().startsWith("#EXTM3U\n")
                                    && !playlist.text().contains("\r"));
                });
    }

    private void checkMaster() {
        Playlist master = presentation.master();
        require(
                "EXT-X-INDEPENDENT-SEGMENTS is in the master playlist",
                master.lines().contains("#EXT-X-INDEPENDENT-SEGMENTS"));
        List<Map<String, String>> variants = master.attributes("EXT-X-STREAM-INF");
        List<Map<String, String>> keyFrames = master.attributes("EXT-X-I-FRAME-STREAM-INF");
        require("there is an I-frame playlist", !keyFrames.isEmpty());
        Stream.concat(variants.stream(), keyFrames.stream()).forEach(each -> {
            require("each has BANDWIDTH", each.containsKey("BANDWIDTH"));
            require("each has CODECS", each.containsKey("CODECS"));
            require("each has RESOLUTION", each.containsKey("RESOLUTION"));
        });
        variants.forEach(each -> {
            require("each has AVERAGE-BANDWIDTH", each.containsKey("AVERAGE-BANDWIDTH"));
            require("each has FRAME-RATE", each.getOrDefault("FRAME-RATE", "").matches("\\d+\\.\\d{3}"));
            require(
                    "without closed captions each says so",
                    each.getOrDefault("CLOSED-CAPTIONS", "").equals("NONE"));
        });
    }

    private void checkGroups() {
        List<Map<String, String>> renditions = presentation.master().attributes("EXT-X-MEDIA");
        renditions.forEach(each -> {
            require(
                    "each EXT-X-MEDIA has LANGUAGE",
                    each.getOrDefault("LANGUAGE", "").matches("[a-z]{2,3}"));
            require(
                    "each EXT-X-MEDIA has GROUP-ID, NAME and URI",
                    each.keySet().containsAll(List.of("GROUP-ID", "NAME", "URI")));
            require(
                    "what is a default is also selected automatically",
                    !"YES".equals(each.get("DEFAULT")) || "YES".equals(each.get("AUTOSELECT")));
        });
        for (Map<String, String> variant : presentation.master().attributes("EXT-X-STREAM-INF")) {
            for (String type : List.of("AUDIO", "SUBTITLES")) {
                boolean made = renditions.stream().anyMatch(each -> type.equals(each.get("TYPE")));
                boolean named = renditions.stream()
                        .anyMatch(each -> type.equals(each.get("TYPE"))
                                && each.get("GROUP-ID").equals(variant.get(type)));
                require(
                        "each variant names the group of its " + type,
                        made == named && named == variant.containsKey(type));
            }
            boolean sound = Arrays.stream(variant.getOrDefault("CODECS", "").split(","))
                    .anyMatch(codec -> codec.startsWith("mp4a."));
            require("CODECS has the sound", sound == (presentation.sound() != null));
        }
    }

    private void checkMedia(Playlist playlist) {
        double target = Double.parseDouble(
                playlist.values("EXT-X-TARGETDURATION").stream().findFirst().orElse("0"));
        require(
                "no segment is longer than EXT-X-TARGETDURATION",
                playlist.seconds().stream().allMatch(seconds -> Math.round(seconds) <= target));
        require("a finished playlist ends with EXT-X-ENDLIST", playlist.text().endsWith("#EXT-X-ENDLIST\n"));
        boolean map = !playlist.values("EXT-X-MAP").isEmpty();
        int version = Integer.parseInt(
                playlist.values("EXT-X-VERSION").stream().findFirst().orElse("1"));
        require("EXT-X-MAP needs version 6", !map || version >= 6);
        require(
                "each segment has a length",
                playlist.seconds().size() == playlist.addresses().size());
    }

    private void checkVariants() throws IOException, InterruptedException {
        List<Variant> variants = presentation.variants();
        Playlist sound = presentation.sound();
        long soundPeak = sound == null ? 0 : peak(sound.seconds(), bytes(sound));
        long soundAverage = sound == null ? 0 : average(sound.seconds(), bytes(sound));
        for (Variant variant : variants) {
            Playlist playlist = variant.playlist();
            require(
                    "segments of all variants have the same lengths",
                    playlist.seconds().equals(variants.get(0).playlist().seconds()));
            require(
                    "BANDWIDTH is the measured peak",
                    isNear(
                            variant.attributes().get("BANDWIDTH"),
                            soundPeak + peak(playlist.seconds(), bytes(playlist))));
            require(
                    "AVERAGE-BANDWIDTH is the measured mean",
                    isNear(
                            variant.attributes().get("AVERAGE-BANDWIDTH"),
                            soundAverage + average(playlist.seconds(), bytes(playlist))));
            for (String address : playlist.addresses()) {
                JsonNode read = probe(playlist, playlist.segments().get(address));
                JsonNode stream = read.at("/streams/0");
                require(
                        "each segment begins with a key frame",
                        read.at("/packets/0/flags").asText().startsWith("K"));
                require(
                        "RESOLUTION is that of the segments",
                        (stream.path("width").asInt() + "x"
                                        + stream.path("height").asInt())
                                .equals(variant.attributes().get("RESOLUTION")));
                require(
                        "H.264 is tagged avc1",
                        stream.path("codec_tag_string").asText().equals("avc1"));
            }
        }
        if (sound != null) {
            for (String address : sound.addresses()) {
                JsonNode stream = probe(sound, sound.segments().get(address)).at("/streams/0");
                require(
                        "the sound is AAC with at most two channels",
                        stream.path("profile").asText().equals("LC")
                                && stream.path("channels").asInt() <= 2);
            }
        }
    }

    private void checkKeyFramePlaylists() throws IOException, InterruptedException {
        for (Map<String, String> each : presentation.master().attributes("EXT-X-I-FRAME-STREAM-INF")) {
            Playlist playlist = presentation.media().get(each.get("URI"));
            require("an I-frame playlist says so", playlist.lines().contains("#EXT-X-I-FRAMES-ONLY"));
            List<Long> bytes = new ArrayList<>();
            for (int i = 0; i < playlist.addresses().size(); i++) {
                String[] range = playlist.values("EXT-X-BYTERANGE").get(i).split("@");
                int from = Integer.parseInt(range[1]);
                int length = Integer.parseInt(range[0]);
                bytes.add((long) length);
                byte[] segment = playlist.segments().get(playlist.addresses().get(i));
                JsonNode packets = probe(playlist, Arrays.copyOfRange(segment, from, from + length))
                        .path("packets");
                require(
                        "an entry of an I-frame playlist is one key frame",
                        packets.size() == 1 && packets.at("/0/flags").asText().startsWith("K"));
            }
            require(
                    "BANDWIDTH of an I-frame playlist is the measured peak",
                    isNear(each.get("BANDWIDTH"), peak(playlist.seconds(), bytes)));
        }
    }

    private static List<Long> bytes(Playlist playlist) {
        return playlist.addresses().stream()
                .map(address -> (long) playlist.segments().get(address).length)
                .toList();
    }

    private static boolean isNear(String declared, long measured) {
        return declared != null && Math.abs(Long.parseLong(declared) - measured) <= TOLERANCE * measured;
    }

    /** The most bits per second of any segments in a row that take half to one and a half of the longest one's time. */
    private static long peak(List<Double> seconds, List<Long> bytes) {
        double longest = seconds.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        double peak = 0;
        for (int from = 0; from < seconds.size(); from++) {
            double time = 0;
            double bits = 0;
            for (int i = from; i < seconds.size(); i++) {
                time += seconds.get(i);
                bits += bytes.get(i) * (double) Byte.SIZE;
                if (time >= longest / 2 && time <= longest * 1.5) {
                    peak = Math.max(peak, bits / time);
                }
            }
        }
        return Math.round(peak);
    }

    private static long average(List<Double> seconds, List<Long> bytes) {
        return Math.round(bytes.stream().mapToLong(Long::longValue).sum()
                * (double) Byte.SIZE
                / seconds.stream().mapToDouble(Double::doubleValue).sum());
    }

    private JsonNode probe(Playlist playlist, byte[] segment) throws IOException, InterruptedException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(
                playlist.segments().get(playlist.attributes("EXT-X-MAP").get(0).get("URI")));
        whole.writeBytes(segment);
        ByteBuffer key = ByteBuffer.wrap(whole.toByteArray());
        JsonNode known = PROBED.get(key);
        if (known != null) {
            return known;
        }
        Path file = Files.write(folder.resolve("segment.mp4"), whole.toByteArray());
        Process ffprobe = new ProcessBuilder(
                        "ffprobe",
                        "-v",
                        "error",
                        "-show_entries",
                        "stream=codec_tag_string,width,height,profile,channels:packet=flags",
                        "-of",
                        "json",
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        JsonNode answer = JSON.readTree(ffprobe.getInputStream().readAllBytes());
        ffprobe.waitFor();
        PROBED.put(key, answer);
        return answer;
    }

    /** A line for a note: how many renditions and segments were looked at. */
    static String extent(Presentation presentation) {
        return String.format(
                Locale.ROOT,
                "variants=%d playlists=%d segments=%d",
                presentation.variants().size(),
                presentation.media().size(),
                presentation.media().values().stream()
                        .mapToInt(playlist -> playlist.addresses().size())
                        .sum());
    }
}
