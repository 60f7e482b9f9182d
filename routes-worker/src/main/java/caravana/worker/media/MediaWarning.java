package caravana.worker.media;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Map;

/**
 * A change of the footage, or a missing part of it, that the uploader may not expect.
 *
 * @param code stable code for programs
 * @param detail one English sentence for people; the page has translations
 * @param values the values in the sentence, by name
 */
public record MediaWarning(String code, String detail, Map<String, Object> values) {

    /** All warnings of a video, as the row stores them. */
    public record Those(@JsonValue List<MediaWarning> all) {}

    static MediaWarning audioDropped(String codec) {
        return new MediaWarning(
                "audio_dropped",
                "The clip has no sound, since the original's cannot be decoded (codec " + codec + ").",
                Map.of("codec", codec));
    }

    static MediaWarning audioTrackSkipped(String codec, int taken) {
        return new MediaWarning(
                "audio_track_skipped",
                "A track of sound cannot be decoded (codec " + codec + "); the clip has the sound of track " + taken
                        + ".",
                Map.of("codec", codec, "track", taken));
    }

    static MediaWarning audioDamaged() {
        return new MediaWarning(
                "audio_damaged", "Parts of the original's sound are damaged and could not be decoded.", Map.of());
    }

    static MediaWarning soundless(String name) {
        return new MediaWarning(
                "output_soundless",
                "The original has no sound that can be decoded; " + name + " was not made.",
                Map.of("name", name));
    }

    static MediaWarning loudnessKept() {
        return new MediaWarning(
                "loudness_kept",
                "The sound is silent, or too short for its loudness to be measured; it was kept as it is.",
                Map.of());
    }

    /**
     * @param target the target loudness in LUFS
     * @param reached the loudness of the result in LUFS
     */
    static MediaWarning loudnessMissed(double target, double reached) {
        double brought = Math.round(reached * 10) / 10.0;
        return new MediaWarning(
                "loudness_missed",
                "The sound could not be brought to " + target + " LUFS without cutting off its peaks; it has " + brought
                        + " LUFS.",
                Map.of("target_lufs", target, "lufs", brought));
    }

    static MediaWarning tracksDropped(int tracks) {
        return new MediaWarning(
                "tracks_dropped",
                "The original has more tracks of picture or sound than a clip has; left out: " + tracks + ".",
                Map.of("tracks", tracks));
    }

    static MediaWarning footageDamaged() {
        return new MediaWarning(
                "footage_damaged", "Parts of the original are damaged and could not be decoded.", Map.of());
    }

    static MediaWarning footageMissing(double seconds) {
        double missing = Math.round(seconds * 10) / 10.0;
        return new MediaWarning(
                "footage_damaged",
                "The original is damaged or cut off; missing from the clip: " + missing + " seconds.",
                Map.of("missing_seconds", missing));
    }

    static MediaWarning toneMapped(String hdr) {
        return new MediaWarning(
                "tone_mapped",
                "The original is HDR (" + (hdr.equals("pq") ? "PQ" : "HLG")
                        + "); the clip is SDR, with its brightest parts compressed.",
                Map.of("hdr", hdr));
    }

    static MediaWarning deinterlaced() {
        return new MediaWarning(
                "deinterlaced", "The original is interlaced; its fields were made whole frames.", Map.of());
    }

    static MediaWarning gapClosed(int gaps) {
        return new MediaWarning(
                "gap_closed",
                "The clock of the original jumps, as in recordings that were joined; jumps closed: " + gaps + ".",
                Map.of("gaps", gaps));
    }

    /** @param share share of the file that was not used, 0 to 1 */
    static MediaWarning recordingsLeftOut(double share) {
        long percent = Math.max(1, Math.round(100 * share));
        return new MediaWarning(
                "recordings_left_out",
                "The file consists of several, one behind the other, and only its beginning can be read; left out: "
                        + percent + " percent of it. Upload each file as a video of its own.",
                Map.of("percent", percent));
    }

    static MediaWarning transparencyRemoved() {
        return new MediaWarning(
                "transparency_removed", "Transparent parts of the original are black in the clip.", Map.of());
    }

    static MediaWarning durationCorrected(double declared, double measured) {
        double said = Math.round(declared * 10) / 10.0;
        double found = Math.round(measured * 10) / 10.0;
        return new MediaWarning(
                "duration_corrected",
                "The original says that it is " + said + " seconds long; its picture is " + found + " seconds long.",
                Map.of("declared_seconds", said, "duration_seconds", found));
    }
}
