package caravana.worker.media;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Every codec that is accepted and that ffmpeg can make, in the containers that it commonly has. */
final class FormatKinds extends MediaKind {

    private static final String FULL =
            "scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp:out_color_matrix=bt601:out_range=pc";

    /**
     * A codec in a container.
     *
     * @param size that the codec allows
     * @param filter to its pixels, from RGB
     * @param colours by how much it may change colours
     */
    private record Format(String name, String extension, String size, String filter, String options, int colours) {

        Format(String name, String extension, String options, int colours) {
            this(name, extension, "320x180", YUV, options, colours);
        }
    }

    private static final List<Format> FORMATS = List.of(
            new Format("H.264", "mp4", X264, 4),
            new Format("H.264", "flv", X264, 4),
            new Format("H.264", "avi", X264 + "-bf 0 ", 4),
            new Format("HEVC", "mp4", X265 + "-tag:v hvc1 ", 4),
            new Format("HEVC", "ts", X265, 4),
            new Format("HEVC", "mkv", X265, 4),
            new Format("AV1", "mp4", " -c:v libaom-av1 -usage realtime -cpu-used 8 -crf 10 -threads 1 ", 4),
            new Format("AV1", "mkv", " -c:v libaom-av1 -usage realtime -cpu-used 8 -crf 10 -threads 1 ", 4),
            new Format("VP8", "webm", VP8, 4),
            new Format("VP9", "webm", VP9, 4),
            new Format("VP9", "mp4", VP9, 4),
            new Format("MPEG-4", "avi", " -c:v mpeg4 -q:v 1 ", 4),
            new Format("MPEG-4", "mp4", " -c:v mpeg4 -q:v 1 -bf 2 ", 4),
            new Format("MPEG-2", "mpg", " -c:v mpeg2video -q:v 1 -qmin 1 ", 4),
            new Format("MPEG-2", "ts", " -c:v mpeg2video -q:v 1 -qmin 1 ", 4),
            new Format("MPEG-1", "mpg", " -c:v mpeg1video -q:v 1 -qmin 1 ", 4),
            new Format("MS-MPEG-4 v2", "avi", " -c:v msmpeg4v2 -q:v 4 ", 4),
            new Format("MS-MPEG-4 v3", "avi", " -c:v msmpeg4 -q:v 2 ", 4),
            new Format("H.263", "mov", "352x288", YUV, " -c:v h263 -q:v 4 ", 4),
            new Format("H.263", "avi", "176x144", YUV, " -c:v h263 -q:v 4 ", 4),
            new Format("Sorenson H.263", "flv", " -c:v flv1 -q:v 2 ", 4),
            new Format("WMV 1", "asf", " -c:v wmv1 -q:v 2 ", 4),
            new Format("WMV 2", "asf", " -c:v wmv2 -q:v 2 ", 4),
            new Format("WMV 2", "avi", " -c:v wmv2 -q:v 2 ", 4),
            new Format("Theora", "ogv", " -c:v libtheora -q:v 10 ", 4),
            new Format("Motion JPEG", "avi", "320x180", FULL + ",format=yuvj422p", " -c:v mjpeg -q:v 1 -qmin 1 ", 4),
            new Format("Motion JPEG", "mkv", "320x180", FULL + ",format=yuvj420p", " -c:v mjpeg -q:v 1 -qmin 1 ", 4),
            new Format(
                    "ProRes", "mov", "320x180", YUV.replace("yuv420p", "yuv422p10"), " -c:v prores_ks -threads 2 ", 4),
            new Format(
                    "DNxHR",
                    "mov",
                    "320x180",
                    YUV.replace("yuv420p", "yuv422p").replace("bt601", "bt709"),
                    " -c:v dnxhd -profile:v dnxhr_hq -threads 2 ",
                    4),
            new Format("DV", "dv", "720x576", YUV + ",setsar=16/15", " -c:v dvvideo ", 4),
            new Format("DV", "avi", "720x576", YUV + ",setsar=16/15", " -c:v dvvideo ", 4),
            new Format("GIF", "gif", "320x180", "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none", " ", 4),
            new Format("QuickTime animation", "mov", "320x180", "format=rgb24", " -c:v qtrle ", 4),
            new Format("Cinepak", "avi", "128x72", "format=rgb24", " -c:v cinepak ", 12),
            new Format("Cinepak", "mov", "128x72", "format=rgb24", " -c:v cinepak ", 12),
            new Format("uncompressed YUV", "avi", "320x180", YUV.replace("yuv420p", "uyvy422"), " -c:v rawvideo ", 4),
            new Format("uncompressed YUV", "mov", "320x180", YUV.replace("yuv420p", "yuyv422"), " -c:v rawvideo ", 4),
            new Format("HuffYUV", "avi", "320x180", YUV.replace("yuv420p", "yuv422p"), " -c:v huffyuv ", 4),
            new Format("FFVHuff", "mkv", " -c:v ffvhuff ", 4),
            new Format("FFV1", "mkv", " -c:v ffv1 -level 3 ", 4),
            new Format("FFV1", "avi", "320x180", YUV.replace("yuv420p", "yuv444p10"), " -c:v ffv1 -level 3 ", 4));

    FormatKinds(Path folder, Random random, List<MediaCase> cases) {
        super(folder, random, cases);
    }

    void all(int times) {
        Turns<Format> formats = turns(FORMATS.toArray(Format[]::new));
        for (int i = 0; i < formats.times(times); i++) {
            Format format = formats.next();
            Scene scene = scene(format.size(), rate(25), 1);
            MediaCase made = MediaCase.of(
                            "codecs",
                            format.name() + ", " + format.extension(),
                            scene,
                            () -> make(
                                    format.extension(),
                                    scene.picture() + "-filter_complex " + format.filter() + format.options()))
                    .colours(format.colours(), format.colours());
            if (format.name().equals("DV")) {
                // Its frames always have two fields.
                made.shownAs(768, 576).warning("deinterlaced");
            } else if (format.name().equals("H.263")) {
                // Its pixels always have the shape of CIF.
                made.shownAs(scene.width() * 12 / 11.0, scene.height());
            }
            add(made);
        }
    }

    /** A file of every format, as small as it allows, with sound. */
    void small() {
        for (Format format : FORMATS) {
            Scene scene = scene(smallSize(format), rate(25), 0.4);
            boolean mute =
                    format.extension().equals("gif") || format.extension().equals("dv");
            add(MediaCase.of(
                    "small",
                    format.name() + ", " + format.extension(),
                    scene,
                    () -> make(
                            format.extension(),
                            scene.picture() + (mute ? "" : scene.sound()) + "-filter_complex " + format.filter()
                                    + format.options() + (mute ? "" : audio(format.extension())))));
        }
    }

    private static String smallSize(Format format) {
        if (format.options().contains("dnxhd")) {
            // Its encoder takes nothing smaller.
            return "256x120";
        }
        return format.size().equals("320x180") ? "96x64" : format.size();
    }
}
