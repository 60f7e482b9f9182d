package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as devices and programs make them come out right: length, rate, size, tracks and colour tags. */
class MediaKindsTest {

    private static final int VARIANTS = 3;

    /** How many files the normal run takes. */
    private static final int SAMPLE = 10;

    /** With sound, without cards: all that is kept of the original can be compared with it. */
    private static final List<String> WITH_SOUND = List.of("hd_720p", "formato_16_9", "transcodificacion");

    @TempDir
    Path folder;

    @Test
    void everyKindComesOutRight() throws Exception {
        MediaPipeline pipeline = new MediaPipeline(folder);
        List<MediaKinds.Variant> chosen =
                Sample.of("kinds of media", SAMPLE, MediaKinds.all(folder, Sample.SEED, VARIANTS));
        List<String> wrong = new ArrayList<>();
        for (MediaKinds.Variant variant : chosen) {
            List<String> faults = faults(variant, pipeline);
            System.out.printf("  %-50s → %s%n", variant, faults.isEmpty() ? "right" : faults);
            if (!faults.isEmpty()) {
                wrong.add(variant + ": " + faults);
            }
        }
        System.out.printf(
                "RESULT name=media-kinds value=%d unit=wrong-of-%d target=0 verdict=%s%n",
                wrong.size(), chosen.size(), wrong.isEmpty() ? "pass" : "fail");
        assertThat(wrong).isEmpty();
    }

    private static List<String> faults(MediaKinds.Variant variant, MediaPipeline pipeline) throws Exception {
        MediaPipeline.Outcome outcome = pipeline.run(variant.file().get(), WITH_SOUND);
        if (!outcome.verdict().equals("processed")) {
            return List.of(outcome.verdict() + ": " + outcome.sentence());
        }
        JsonNode streams = pipeline.described(outcome.result()).path("streams");
        JsonNode video = streams.path(0);
        List<String> faults = new ArrayList<>();
        long frames = Math.round(variant.seconds() * variant.rate());
        check(faults, !outcome.truncated(), "truncated");
        check(faults, streams.size() == (variant.audio() ? 2 : 1), "tracks " + streams.size());
        check(
                faults,
                Math.abs(video.path("nb_frames").asLong() - frames)
                        <= 1 + outcome.source().gapsClosed() * variant.rate(),
                video.path("nb_frames").asText() + " frames instead of " + frames);
        double rate = MediaFacts.fraction(video.path("avg_frame_rate").asText());
        check(faults, Math.abs(rate - variant.rate()) < 0.01, "rate " + rate + " instead of " + variant.rate());
        check(
                faults,
                video.path("width").asInt() == 1280 && video.path("height").asInt() == 720,
                "size");
        check(faults, video.path("color_space").asText().equals("bt709"), "colour tags");
        if (variant.audio()) {
            double seconds = streams.path(1).path("duration").asDouble();
            check(
                    faults,
                    Math.abs(seconds - variant.seconds())
                            < 0.1 + outcome.source().gapsClosed(),
                    "sound of " + seconds + " s");
        }
        return faults;
    }

    private static void check(List<String> faults, boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }
}
