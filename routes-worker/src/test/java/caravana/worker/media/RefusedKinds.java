package caravana.worker.media;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Files that cannot be processed, and are refused with a sentence that is true. */
final class RefusedKinds extends MediaKind {

    RefusedKinds(Path folder, Random random, List<MediaCase> cases) {
        super(folder, random, cases);
    }

    void all(int times) {
        dolbyVision(times);
        noPicture(times);
        unknownCodecs(times);
        overTheLimits(times);
    }

    private void dolbyVision(int times) {
        Turns<String> ways = turns("5 mp4", "5 mov", "5 mkv", "10 mp4", "5 ts");
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            int profile = Integer.parseInt(way[0]);
            add(MediaCase.refused(
                    "Dolby Vision without a base layer",
                    "profile " + profile + ", " + way[1],
                    "hdr_unsupported",
                    List.of("Dolby Vision", String.valueOf(profile)),
                    () -> {
                        Scene scene = scene(rate(10), 1);
                        boolean av1 = profile == 10;
                        String container = way[1].equals("mkv") ? "mp4" : way[1];
                        byte[] file = make(
                                container,
                                scene.picture() + yuv() + ",format=yuv420p10"
                                        + (av1
                                                ? " -c:v libaom-av1 -usage realtime -cpu-used 8 -crf 20 -threads 1"
                                                : X265 + tag(container)));
                        if (container.equals("ts")) {
                            return Boxes.withDolbyVisionInStream(file, profile, 0);
                        }
                        byte[] dolby = Boxes.withDolbyVision(file, av1 ? "av01" : "hvc1", profile, 0);
                        return way[1].equals("mkv") ? remuxed(dolby, "mkv", "", "-strict unofficial") : dolby;
                    }));
        }
    }

    private static String tag(String container) {
        return container.equals("ts") ? "" : "-tag:v hvc1";
    }

    private void noPicture(int times) {
        Turns<String> ways = turns(
                "m4a aac", "mka libopus", "ogg libvorbis", "webm libopus", "mov pcm_s16le", "m4a cover", "ts aac");
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            add(MediaCase.refused(
                    "no picture", String.join(" ", way), "no_video_stream", List.of("no video track"), () -> {
                        Scene scene = scene(rate(10), 2);
                        boolean cover = way[1].equals("cover");
                        return cover
                                ? make(
                                        way[0],
                                        scene(rate(1), 1).picture() + scene.sound()
                                                + "-map 1 -map 0 -c:v mjpeg -pix_fmt yuvj420p -disposition:v:0 attached_pic"
                                                + AAC)
                                : make(way[0], scene.sound() + "-c:a " + way[1] + " -ar 48000");
                    }));
        }
    }

    private void unknownCodecs(int times) {
        Turns<String> ways = turns("mp4 avc1", "mov avc1", "mkv V_MPEG4/ISO/AVC", "avi FMP4", "mov svq1");
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            boolean named = way[1].equals("svq1");
            add(MediaCase.refused(
                    "codecs that are not decoded",
                    String.join(" ", way),
                    "codec_unsupported",
                    List.of(named ? "svq1" : "unknown", "h264"),
                    () -> {
                        Scene scene = scene(rate(10), 1);
                        if (named) {
                            return make(way[0], scene.picture() + "-pix_fmt yuv410p -c:v svq1");
                        }
                        byte[] file = make(way[0], scene.picture() + video(way[0]));
                        String unknown = way[1].startsWith("V_") ? "V_NOSUCH/CODEC/ABC" : "zzzz";
                        return Boxes.renamed(file, way[1], unknown.substring(0, way[1].length()));
                    }));
        }
    }

    private void overTheLimits(int times) {
        Turns<String> ways =
                turns("long mp4", "long mkv", "large mp4", "fast mp4", "fast mkv", "tracks mkv", "long ts");
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            String source = "-f lavfi -i color=s=64x48:r=1:d=3605 ";
            add(
                    switch (way[0]) {
                        case "long" -> over(way, "too_long", "1 h", () -> make(way[1], source + X264));
                        case "large" ->
                            over(
                                    way,
                                    "resolution_too_high",
                                    "4096×2304",
                                    () -> make(way[1], "-f lavfi -i color=s=4352x2448:r=5:d=0.4 " + X264));
                        case "fast" ->
                            over(
                                    way,
                                    "frame_rate_too_high",
                                    "240",
                                    () -> make(way[1], "-f lavfi -i color=s=64x48:r=300:d=2 " + X264));
                        default ->
                            over(way, "too_many_streams", "32", () -> {
                                Scene scene = scene(rate(10), 1);
                                return make(
                                        way[1],
                                        scene.picture() + scene.sound() + "-map 0" + " -map 1".repeat(32) + " " + yuv()
                                                + X264 + "-c:a mp2");
                            });
                    });
        }
    }

    private static MediaCase over(String[] way, String code, String limit, java.util.function.Supplier<byte[]> file) {
        return MediaCase.refused("over the limits", String.join(" ", way), code, List.of(limit), file);
    }
}
