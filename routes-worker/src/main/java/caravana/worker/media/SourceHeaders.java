package caravana.worker.media;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The headers of an original.
 *
 * @param container ffmpeg's name of the container format
 * @param start first timestamp of the file in seconds
 * @param duration length of the file in seconds; 0 when it is not given
 * @param tracks all tracks, of any type
 * @param removedAudio codecs of the audio tracks that were left out of the file, because ffprobe could not read it with them
 */
public record SourceHeaders(
        String container, double start, double duration, List<Track> tracks, List<String> removedAudio) {

    static final String ENTRIES = "format=format_name,start_time,duration:" + Track.ENTRIES;

    /** The relative difference of two rates of the same frames. */
    private static final double SAME_RATE = 0.01;

    static SourceHeaders read(JsonNode root, List<String> removedAudio) {
        List<Track> tracks = new ArrayList<>();
        root.path("streams").forEach(stream -> tracks.add(Track.read(stream)));
        JsonNode format = root.path("format");
        return new SourceHeaders(
                format.path("format_name").asText(),
                format.path("start_time").asDouble(0),
                format.path("duration").asDouble(0),
                List.copyOf(tracks),
                removedAudio);
    }

    List<Track> videos() {
        return tracks.stream()
                .filter(track -> track.isVideo() && !track.picture())
                .toList();
    }

    List<Track> audios() {
        return tracks.stream().filter(Track::isAudio).toList();
    }

    /**
     * Returns whether the timestamps of the packets must be read. The index of an MP4 file has all of them; it is
     * sufficient if its number of frames, its length and the distance of its first frames agree.
     */
    public boolean isMeasurementNeeded() {
        if (!hasBoxes() || videos().size() != 1) {
            return true;
        }
        Track video = videos().get(0);
        double exact = SourceInfo.fraction(video.exactRate());
        return video.frames() < 2
                || video.duration() <= 0
                || Math.abs(video.frames() / video.duration() / exact - 1) > SAME_RATE
                || audios().stream().anyMatch(audio -> audio.frames() < 0);
    }

    /** Returns whether the file has ISO's base media format, as MP4 and QuickTime do. */
    boolean hasBoxes() {
        return container.contains("mp4");
    }

    /**
     * Returns whether ffmpeg closes jumps of the clock in this container. In other containers, a long gap is a still
     * picture.
     */
    boolean closesGaps() {
        return closesGaps(container);
    }

    /** Returns whether ffmpeg closes jumps of the clock in a container of that name. */
    static boolean closesGaps(String container) {
        return container.equals("mpegts") || container.equals("mpeg") || container.equals("ogg");
    }

    /**
     * Returns ffmpeg's time 0, in seconds on the clock of the file: its first timestamp, or, where clocks may jump, the
     * first one of the tracks that ffmpeg reads.
     *
     * @param audio null when no sound is read
     */
    double countedFrom(Track video, Track audio) {
        double first = audio == null ? video.start() : Math.min(video.start(), audio.start());
        return closesGaps() ? Math.max(start, first) : start;
    }
}
