package caravana.worker.media;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Files whose pictures are not what a decoder of plain video hands on: fields, colours, transparency, shape. */
final class PictureKinds extends MediaKind {

    private static final String SCALE = "scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp:";
    private static final String HD = "scale=1280:720:flags=neighbor,setsar=1,";
    private static final String FROM_SRGB =
            "format=gbrp16,setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr:range=pc,zscale=";
    private static final String BT709 = " -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv ";
    private static final String BT2020 = " -colorspace bt2020nc -color_primaries bt2020 -color_range tv -color_trc ";
    private static final String LOSSLESS_X264 = " -c:v libx264 -preset ultrafast -qp 3 -threads 1 ";

    PictureKinds(Path folder, Random random, List<MediaCase> cases) {
        super(folder, random, cases);
    }

    void all(int times) {
        sizeChanges(times);
        interlaced(times);
        standardColours(times);
        rgb(times);
        wideColours(times);
        hdr(times);
        alpha(times);
        shapes(times);
        turned(times);
        cards(times);
    }

    private void sizeChanges(int times) {
        Turns<String> ways = turns(
                "webm VP8 640x480 320x240",
                "webm VP9 320x180 640x360",
                "ts H.264 640x360 320x180",
                "webm VP8 320x240 640x360",
                "ts H.264 480x640 240x320",
                "ts full-range 320x180 320x180",
                "ts 4:4:4 320x180 320x180",
                "ts H.264 640x360 240x320");
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            FrameRate rate = rate(i % 2 == 0 ? 30 : 15);
            Scene first = scene(way[2], rate, 2);
            Scene second = scene(way[3], rate, 2).numberedFrom(first.frames());
            MediaCase changing = MediaCase.of(
                            "size or format changes",
                            String.join(" ", way),
                            first,
                            () -> way[0].equals("webm") ? webm(way[1], first, second) : ts(way[1], first, second))
                    .followedBy(second, 0);
            changing.sizes.add(new MediaCase.Size(2, second.width(), second.height()));
            add(changing);
        }
    }

    private byte[] webm(String codec, Scene first, Scene second) {
        String encoder = codec.equals("VP8") ? VP8 : VP9;
        Path one = write("one.webm", make("webm", first.picture() + yuv() + encoder));
        Path two = write("two.webm", make("webm", second.picture() + yuv() + encoder));
        Path list = write("list.txt", ("file " + one + "\nfile " + two + "\n").getBytes());
        return make("webm", "-f concat -safe 0 -i " + list + " -c copy");
    }

    private byte[] ts(String change, Scene first, Scene second) {
        String later =
                switch (change) {
                    case "full-range" ->
                        "-vf " + SCALE + "out_color_matrix=bt601:out_range=pc,format=yuvj420p" + X264
                                + "-color_range pc";
                    case "4:4:4" -> "-vf " + SCALE + "out_color_matrix=bt601:out_range=tv,format=yuv444p" + X264;
                    default -> yuv() + X264;
                };
        return joined(
                make("ts", first.picture() + yuv() + X264),
                make("ts", second.picture() + later + " -output_ts_offset 2"));
    }

    private void interlaced(int times) {
        Turns<String> ways = turns(
                "top ts H.264",
                "bottom mp4 H.264",
                "top mpg MPEG-2",
                "bottom ts MPEG-2",
                "bottom dv DV",
                "top mkv H.264",
                "top mov ProRes",
                "progressive ts MPEG-2",
                "bottom avi DV-NTSC",
                "top ts PAFF",
                "bottom mkv PAFF",
                "top mp4 PAFF",
                "progressive mkv H.264");
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            String[] part = way.split(" ");
            boolean progressive = part[0].equals("progressive");
            boolean top = part[0].equals("top");
            boolean ntsc = part[2].equals("DV-NTSC");
            String order = top ? "tff" : "bff";
            FrameRate fields = ntsc ? new FrameRate(60_000, 1_001) : rate(50);
            FrameRate frames = ntsc ? NTSC : rate(25);
            boolean paff = part[2].equals("PAFF");
            Scene scene = scene(paff ? "320x192" : ntsc ? "720x480" : "720x576", progressive ? frames : fields, 2);
            String weave = progressive ? "" : ",tinterlace=" + (top ? "interleave_top" : "interleave_bottom");
            String pixels = ntsc ? "yuv411p" : part[2].equals("ProRes") ? "yuv422p10" : "yuv420p";
            String filter = "-vf " + SCALE + "out_color_matrix=bt601:out_range=tv,format=" + pixels + weave + ",setsar="
                    + (ntsc ? "8/9" : paff ? "1" : "16/15");
            String encoder =
                    switch (part[2]) {
                        case "H.264" -> X264 + (progressive ? "" : "-flags +ilme+ildct -x264opts " + order + "=1");
                        case "MPEG-2" ->
                            " -c:v mpeg2video -q:v 2 -threads 1 " + (progressive ? "" : "-flags +ilme+ildct");
                        case "ProRes" -> " -c:v prores_ks -profile:v 3 -flags +ildct -threads 2 ";
                        case "PAFF" -> " -c:v rawvideo -f rawvideo ";
                        default -> " -c:v dvvideo ";
                    };
            MediaCase woven = MediaCase.of("interlaced", way, scene, () -> {
                        byte[] file = make(paff ? "yuv" : part[1], scene.picture() + filter + encoder);
                        return paff ? fields(file, scene, top, part[1]) : file;
                    })
                    .at(frames, progressive ? 1 : 2);
            if (!paff) {
                woven.shownAs(ntsc ? 640 : 768, ntsc ? 480 : 576);
            }
            if (!progressive) {
                woven.warning("deinterlaced");
            }
            add(woven);
        }
    }

    private byte[] fields(byte[] frames, Scene scene, boolean top, String container) {
        byte[] stream = FieldPictures.of(frames, scene.width(), scene.height(), top);
        return remuxed(stream, container, "-fflags +genpts -f h264 -r 50", "");
    }

    private void standardColours(int times) {
        Turns<String[]> ways = turns(
                way("BT.601 untagged", "mp4", SCALE + "out_color_matrix=bt601:out_range=tv,format=yuv420p", X264),
                way(
                        "BT.601 tagged in HD",
                        "mkv",
                        HD + SCALE + "out_color_matrix=bt601:out_range=tv,format=yuv420p",
                        X264 + "-colorspace smpte170m -color_range tv"),
                way(
                        "BT.470 tagged",
                        "mov",
                        SCALE + "out_color_matrix=bt601:out_range=tv,format=yuv422p",
                        X264 + "-colorspace bt470bg -color_primaries bt470bg -color_range tv"),
                way(
                        "BT.709 untagged in HD",
                        "mp4",
                        HD + SCALE + "out_color_matrix=bt709:out_range=tv,format=yuv420p",
                        X264),
                way(
                        "BT.709 tagged in SD",
                        "ts",
                        SCALE + "out_color_matrix=bt709:out_range=tv,format=yuv420p",
                        X264 + BT709),
                way(
                        "BT.709 full range",
                        "mp4",
                        SCALE + "out_color_matrix=bt709:out_range=pc,format=yuvj420p",
                        X264 + "-colorspace bt709 -color_range pc"),
                way("BT.601 full range", "mkv", SCALE + "out_color_matrix=bt601:out_range=pc,format=yuvj422p", X264),
                way(
                        "VP9 full range",
                        "webm",
                        SCALE + "out_color_matrix=bt709:out_range=pc,format=yuv420p",
                        VP9 + "-colorspace bt709 -color_range pc"),
                way(
                        "VP9 BT.601",
                        "webm",
                        SCALE + "out_color_matrix=bt601:out_range=tv,format=yuv444p",
                        VP9 + "-colorspace smpte170m -color_range tv"),
                way(
                        "Motion JPEG",
                        "avi",
                        SCALE + "out_color_matrix=bt601:out_range=pc,format=yuvj420p",
                        " -c:v mjpeg -q:v 1 -qmin 1 "),
                way(
                        "Motion JPEG in HD",
                        "mov",
                        HD + SCALE + "out_color_matrix=bt601:out_range=pc,format=yuvj422p",
                        " -c:v mjpeg -q:v 1 -qmin 1 "),
                way(
                        "ten bits",
                        "mp4",
                        SCALE + "out_color_matrix=bt709:out_range=tv,format=yuv420p10",
                        LOSSLESS_X264 + BT709),
                way(
                        "ProRes BT.709",
                        "mov",
                        SCALE + "out_color_matrix=bt709:out_range=tv,format=yuv422p10,setparams=colorspace=bt709",
                        " -c:v prores_ks -profile:v 3 -threads 2 " + BT709),
                way(
                        "SMPTE 240M",
                        "mkv",
                        SCALE + "out_color_matrix=smpte240m:out_range=tv,format=yuv444p",
                        X264 + "-colorspace smpte240m -color_range tv"),
                way(
                        "HEVC full range",
                        "mp4",
                        SCALE + "out_color_matrix=bt709:out_range=pc,format=yuv420p",
                        X265.replace(":qp", ":range=full:colormatrix=bt709:qp")
                                + "-color_range pc -colorspace bt709 -tag:v hvc1"));
        colours("colours in YUV", ways, times, 4);
    }

    private void rgb(int times) {
        Turns<String[]> ways = turns(
                way("H.264", "mkv", "format=rgb24", " -c:v libx264rgb -preset ultrafast -qp 4 -threads 1 "),
                way("H.264 in MP4", "mp4", "format=rgb24", " -c:v libx264rgb -preset ultrafast -qp 4 -threads 1 "),
                way("VP9", "webm", "format=gbrp", VP9),
                way("uncompressed, AVI", "avi", "format=bgr24", " -c:v rawvideo "),
                way("uncompressed, QuickTime", "mov", "format=rgb24", " -c:v rawvideo "),
                way("QuickTime animation", "mov", "format=rgb24", " -c:v qtrle "),
                way("FFV1", "mkv", "format=bgr0", " -c:v ffv1 "),
                way("FFV1 in 10 bits", "mkv", "format=gbrp10", " -c:v ffv1 "),
                way("HuffYUV", "avi", "format=rgb24", " -c:v huffyuv "),
                way("FFVHuff", "mkv", "format=bgra,format=rgb24", " -c:v ffvhuff "),
                way("HEVC", "mp4", "format=gbrp", X265 + "-tag:v hvc1 "));
        colours("colours in RGB", ways, times, 4);
    }

    private void wideColours(int times) {
        Turns<String[]> ways = turns(
                way(
                        "BT.2020 in H.264",
                        "mp4",
                        FROM_SRGB + "p=bt2020:t=bt709:m=bt2020nc:r=tv,format=yuv420p10",
                        LOSSLESS_X264 + BT2020 + "bt709"),
                way(
                        "BT.2020 in HEVC",
                        "mkv",
                        FROM_SRGB + "p=bt2020:t=2020_10:m=bt2020nc:r=tv,format=yuv420p10",
                        X265 + BT2020 + "bt2020-10"),
                way(
                        "BT.2020 in VP9",
                        "webm",
                        FROM_SRGB + "p=bt2020:t=bt709:m=bt2020nc:r=tv,format=yuv420p10",
                        VP9 + BT2020 + "bt709"),
                way(
                        "BT.2020 in 8 bits, H.264",
                        "mkv",
                        FROM_SRGB + "p=bt2020:t=bt709:m=bt2020nc:r=tv,format=yuv420p",
                        X264 + BT2020 + "bt709"),
                way(
                        "BT.2020 in 8 bits, VP9",
                        "mp4",
                        FROM_SRGB + "p=bt2020:t=bt709:m=bt2020nc:r=tv,format=yuv420p",
                        VP9 + BT2020 + "bt709"),
                way(
                        "Display P3 in full range",
                        "mov",
                        FROM_SRGB + "p=smpte432:t=bt709:m=bt709:r=full,format=yuvj420p",
                        X264 + "-colorspace bt709 -color_range pc -color_primaries smpte432 -color_trc bt709"),
                way(
                        "Display P3 in full range, ten bits",
                        "mp4",
                        FROM_SRGB + "p=smpte432:t=bt709:m=bt709:r=full,format=yuv420p10",
                        LOSSLESS_X264 + "-colorspace bt709 -color_range pc -color_primaries smpte432 -color_trc bt709"),
                way(
                        "Display P3",
                        "mov",
                        FROM_SRGB + "p=smpte432:t=bt709:m=bt709:r=tv,format=yuv420p10",
                        LOSSLESS_X264 + "-colorspace bt709 -color_range tv -color_primaries smpte432 -color_trc bt709"),
                way(
                        "Display P3 in HEVC",
                        "mp4",
                        FROM_SRGB + "p=smpte432:t=bt709:m=bt709:r=tv,format=yuv420p10",
                        X265
                                + "-tag:v hvc1 -colorspace bt709 -color_range tv -color_primaries smpte432 -color_trc bt709"),
                way(
                        "DCI P3 in ProRes",
                        "mov",
                        FROM_SRGB + "p=smpte431:t=bt709:m=bt709:r=tv,format=yuv422p10",
                        " -c:v prores_ks -profile:v 3 -threads 2 -colorspace bt709 -color_range tv -color_primaries smpte431"
                                + " -color_trc bt709"));
        colours("wide colours", ways, times, 4);
    }

    private void colours(String kind, Turns<String[]> ways, int times, int tolerance) {
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next();
            Scene scene = scene(rate(10), 1);
            // Of wide colours, one step in 8 bits is more of a colour of BT.709.
            int within = way[0].contains("8 bits") ? 2 * tolerance : tolerance;
            MediaCase coloured = MediaCase.of(
                            kind, way[0], scene, () -> make(way[1], scene.picture() + "-vf " + way[2] + way[3]))
                    .colours(within, within);
            if (way[2].startsWith(HD)) {
                coloured.shownAs(1280, 720);
            }
            add(coloured);
        }
    }

    private void hdr(int times) {
        Turns<String> ways = turns(
                "HLG mp4 HEVC",
                "PQ mp4 HEVC",
                "HLG mov H.264",
                "PQ mkv H.264",
                "PQ webm VP9",
                "HLG mkv HEVC",
                "HLG-full mp4 HEVC",
                "PQ-full mkv H.264",
                "PQ-full webm VP9",
                "Dolby-Vision-8.4 mp4 HEVC",
                "Dolby-Vision-8.1 mov HEVC",
                "Dolby-Vision-8.4 ts HEVC");
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            String[] part = way.split(" ");
            boolean dolby = part[0].startsWith("Dolby");
            boolean hlg = part[0].startsWith("HLG") || part[0].endsWith("8.4");
            boolean full = part[0].endsWith("full");
            String transfer = hlg ? "arib-std-b67" : "smpte2084";
            Scene scene = scene(rate(10), 1);
            String encoder =
                    switch (part[2]) {
                        case "HEVC" ->
                            (full ? X265.replace(":qp", ":range=full:qp") : X265)
                                    + (part[1].matches("mkv|ts") ? "" : "-tag:v hvc1");
                        case "VP9" -> VP9 + "-profile:v 2";
                        default -> LOSSLESS_X264;
                    };
            add(MediaCase.of("HDR", way, scene, () -> {
                        byte[] file = make(
                                part[1],
                                scene.picture() + "-vf " + FROM_SRGB + "p=bt2020:t=" + transfer
                                        + ":m=bt2020nc:r=" + (full ? "full" : "tv") + ":npl=203,format=yuv420p10 "
                                        + encoder + (full ? BT2020.replace(" tv ", " pc ") : BT2020) + transfer);
                        int base = hlg ? 4 : 1;
                        if (part[1].equals("ts")) {
                            return Boxes.withDolbyVisionInStream(file, 8, base);
                        }
                        return dolby ? Boxes.withDolbyVision(file, "hvc1", 8, base) : file;
                    })
                    // Mid-tones stay; light ones make room for what is lighter than white.
                    .colours(8, 70)
                    .warning("tone_mapped"));
        }
    }

    private void alpha(int times) {
        Turns<String[]> ways = turns(
                way(
                        "ProRes 4444",
                        "mov",
                        "format=yuva444p10",
                        " -c:v prores_ks -profile:v 4444 -alpha_bits 16 -threads 2 "),
                way("QuickTime animation", "mov", "format=argb", " -c:v qtrle "),
                way("VP9", "webm", "format=yuva420p", VP9 + "-auto-alt-ref 0 "),
                way("VP8", "webm", "format=yuva420p", VP8 + "-auto-alt-ref 0 "),
                way("FFV1", "mkv", "format=bgra", " -c:v ffv1 "),
                way("HuffYUV", "avi", "format=bgra", " -c:v huffyuv "),
                way("uncompressed", "mov", "format=argb", " -c:v rawvideo "),
                way(
                        "FFVHuff in YUV",
                        "mkv",
                        SCALE + "out_color_matrix=bt601:out_range=tv,format=yuva444p",
                        " -c:v ffvhuff "));
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next();
            Scene scene = scene(rate(10), 1).withAlpha();
            String filter =
                    way[2].startsWith("format=yuva") ? SCALE + "out_color_matrix=bt601:out_range=tv," + way[2] : way[2];
            add(MediaCase.of("alpha", way[0], scene, () -> make(way[1], scene.picture() + "-vf " + filter + way[3]))
                    .warning("transparency_removed"));
        }
    }

    private void shapes(int times) {
        Turns<String> ways = turns(
                "720x576 64/45 mp4",
                "320x180 1/1 mkv",
                "333x251 1/1 mkv",
                "352x288 12/11 mpg",
                "1440x1080 4/3 mp4",
                "180x320 1/1 webm",
                "640x128 1/1 mov",
                "320x180 1000/1 mp4",
                "202x360 1/1 ts");
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            FrameRate rate = rate(i % 2 == 0 ? 25 : 30);
            Scene scene = scene(way[0], rate, 1);
            boolean odd = scene.width() % 2 == 1;
            double shape = SourceInfo.fraction(way[1]);
            String filter = "-vf setsar=" + way[1] + ","
                    + (odd ? SCALE + "out_color_matrix=bt601:out_range=tv,format=yuv444p" : YUV);
            String encoder = way[2].equals("webm") ? VP8 : way[2].equals("mpg") ? " -c:v mpeg2video -q:v 2 " : X264;
            // HD without tags is BT.709.
            String filters = scene.height() >= 720 ? filter.replace("bt601", "bt709") : filter;
            add(MediaCase.of(
                            "shapes",
                            String.join(" ", way),
                            scene,
                            () -> make(way[2], scene.picture() + filters + encoder))
                    // A pixel of such a shape is a mistake.
                    .shownAs(scene.width() * (shape > 8 ? 1 : shape), scene.height()));
        }
    }

    private void turned(int times) {
        Turns<String> ways =
                turns("90 mp4", "180 mp4", "270 mov", "mirrored mp4", "upside-down mov", "90 mov", "90 HDR");
        for (int i = 0; i < ways.times(times); i++) {
            String way = ways.next();
            String turn = way.split(" ")[0];
            boolean hdr = way.endsWith("HDR");
            String container = hdr ? "mov" : way.split(" ")[1];
            Scene scene = scene(i % 2 == 0 ? "180x320" : "320x240", rate(25), 1);
            String filter =
                    switch (turn) {
                        case "90" -> "transpose=cclock,";
                        case "180" -> "hflip,vflip,";
                        case "270" -> "transpose=clock,";
                        case "mirrored" -> "hflip,";
                        default -> "vflip,";
                    };
            MediaCase turned = MediaCase.of("turned", way, scene, () -> {
                String video = hdr
                        ? "-vf " + filter + FROM_SRGB
                                + "p=bt2020:t=arib-std-b67:m=bt2020nc:r=tv:npl=203,format=yuv420p10 " + X265
                                + "-tag:v hvc1 " + BT2020 + "arib-std-b67"
                        : filtered(filter) + X264;
                byte[] file = make(container, scene.picture() + video);
                return Character.isDigit(turn.charAt(0))
                        ? Boxes.turned(file, Integer.parseInt(turn))
                        : Boxes.mirrored(file, turn.equals("upside-down"));
            });
            if (Character.isDigit(turn.charAt(0))) {
                turned.turnedBy(Integer.parseInt(turn));
            } else if (turn.equals("mirrored")) {
                // Which is the same as upside down and turned by a half.
                turned.turnedBy(180);
            }
            if (hdr) {
                turned.colours(8, 70).warning("tone_mapped");
            }
            add(turned);
        }
    }

    /** With everything that an upload gets when it asks for nothing. */
    private void cards(int times) {
        Turns<FrameRate> rates = ordinaryRates();
        Turns<String> colours = turns("bt601 tv yuv420p", "bt709 pc yuvj420p", "bt709 tv yuv444p");
        for (int i = 0; i < rates.times(times); i++) {
            String[] colour = colours.next().split(" ");
            Scene scene = scene(rates.next(), 1);
            add(MediaCase.of(
                            "cards and logo",
                            scene.rate() + " " + String.join(" ", colour),
                            scene,
                            () -> make(
                                    "mp4",
                                    scene.picture() + scene.sound() + "-vf " + SCALE + "out_color_matrix=" + colour[0]
                                            + ":out_range=" + colour[1] + ",format=" + colour[2] + X264 + "-colorspace "
                                            + colour[0].replace("bt601", "smpte170m") + " -color_range " + colour[1]
                                            + AAC)))
                    .with(List.of());
        }
    }

    private static String[] way(String name, String extension, String filter, String options) {
        return new String[] {name, extension, filter, options};
    }
}
