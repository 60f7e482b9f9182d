package caravana.worker.media;

import java.util.List;

/** Makes timelines for tests. */
final class Sources {

    private Sources() {}

    /** An ordinary video with sound: 1920×1080 in H.264, its video the track 2. */
    static SourceTimeline of(double seconds, String rate) {
        Track video = new Track(
                2,
                "video",
                "h264",
                1920,
                1080,
                1,
                Orientation.UPRIGHT,
                "yuv420p",
                new Colour("tv", "bt709", "bt709", "bt709"),
                "progressive",
                rate,
                rate,
                -1,
                0,
                0,
                seconds,
                true,
                false,
                0,
                0,
                -1,
                0,
                false);
        Track audio = new Track(
                1,
                "audio",
                "aac",
                0,
                0,
                1,
                Orientation.UPRIGHT,
                "unknown",
                new Colour("unknown", "unknown", "unknown", "unknown"),
                "unknown",
                "0/0",
                "0/0",
                -1,
                0,
                0,
                seconds,
                true,
                false,
                2,
                48_000,
                -1,
                0,
                false);
        FrameRate motion = FrameRate.ofMotion(rate, rate, 0);
        return new SourceTimeline(
                "mov,mp4",
                video,
                audio,
                null,
                0,
                0,
                0,
                0,
                0,
                seconds,
                seconds,
                seconds,
                0,
                seconds,
                motion.perSecond(),
                motion,
                true,
                0,
                0,
                List.of(),
                false,
                false,
                0,
                false);
    }
}
